"""How long a sign-in lasts, and what ends it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from ivr.people import passwords, roster, sign_ins
from ivr.people.sign_ins import Limits
from ivr.store.engine import Sessions
from ivr.store.models import Agent
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.integration

LIMITS = Limits(idle=timedelta(hours=2), whole=timedelta(hours=14))


@pytest.fixture
def ada(sessions: Sessions, clock: FakeClock) -> Agent:
    with sessions.begin() as tx:
        return roster.add(tx, email="ada@bank.test", name="Ada", phone="client:ada", now=clock.now())


def begun(sessions: Sessions, clock: FakeClock, agent: Agent) -> str:
    with sessions.begin() as tx:
        return sign_ins.begin(tx, agent, LIMITS, "Firefox on Linux", "password", clock.now())


def lasts(sessions: Sessions, clock: FakeClock, token: str) -> bool:
    with sessions() as tx:
        return sign_ins.find(tx, token, LIMITS, clock.now()) is not None


def work(sessions: Sessions, clock: FakeClock, token: str, hours: float) -> None:
    """Is seen every hour."""
    for _ in range(int(hours)):
        clock.forward(3600)
        with sessions.begin() as tx:
            if row := sign_ins.find(tx, token, LIMITS, clock.now()):
                sign_ins.seen(tx, row.id, clock.now())


def test_it_lasts_a_whole_shift(sessions: Sessions, clock: FakeClock, ada: Agent) -> None:
    token = begun(sessions, clock, ada)
    work(sessions, clock, token, 13)
    assert lasts(sessions, clock, token)
    work(sessions, clock, token, 1)
    assert not lasts(sessions, clock, token)


def test_who_does_nothing_is_signed_out(sessions: Sessions, clock: FakeClock, ada: Agent) -> None:
    token = begun(sessions, clock, ada)
    clock.forward(2 * 3600)
    assert not lasts(sessions, clock, token)


@pytest.mark.parametrize("presence", ["offered", "on-call", "wrap-up"])
def test_it_does_not_end_in_the_middle_of_a_call(
    sessions: Sessions, clock: FakeClock, ada: Agent, presence: str
) -> None:
    token = begun(sessions, clock, ada)
    work(sessions, clock, token, 13)
    with sessions.begin() as tx:
        tx.get_one(Agent, ada.id).presence = presence
    clock.forward(3600 + 60)
    assert lasts(sessions, clock, token)
    with sessions.begin() as tx:
        tx.get_one(Agent, ada.id).presence = "available"
    assert not lasts(sessions, clock, token)


def test_only_a_hash_of_the_browsers_token_is_kept(sessions: Sessions, clock: FakeClock, ada: Agent) -> None:
    token = begun(sessions, clock, ada)
    with sessions() as tx:
        assert token not in str([row.__dict__ for row in sign_ins.of_person(tx, ada.id, LIMITS, clock.now())])
    assert not lasts(sessions, clock, "another")


DEEDS: dict[str, Any] = {
    "disabled": roster.disable,
    "removed": roster.remove,
    "signed out everywhere": roster.sign_out_everywhere,
    "given other roles": lambda tx, agent, by, now: roster.change(tx, agent, by, now, roles=["agent", "reviewer"]),
    "given another password": lambda tx, agent, by, now: roster.set_password(
        tx, agent, passwords.hash_password("another one"), by, now
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_it_ends_at_once_when_the_person_is(sessions: Sessions, clock: FakeClock, ada: Agent, deed: str) -> None:
    tokens = [begun(sessions, clock, ada), begun(sessions, clock, ada)]
    with sessions.begin() as tx:
        DEEDS[deed](tx, tx.get_one(Agent, ada.id), "test", clock.now())
    assert [lasts(sessions, clock, token) for token in tokens] == [False, False]


def test_a_password_that_was_changed_by_any_hand_ends_it(sessions: Sessions, clock: FakeClock, ada: Agent) -> None:
    token = begun(sessions, clock, ada)
    with sessions.begin() as tx:
        tx.get_one(Agent, ada.id).password_hash = "by hand"
    assert not lasts(sessions, clock, token)


def test_who_changes_their_own_password_stays_signed_in_there_alone(
    sessions: Sessions, clock: FakeClock, ada: Agent
) -> None:
    here, elsewhere = begun(sessions, clock, ada), begun(sessions, clock, ada)
    with sessions.begin() as tx:
        row = sign_ins.find(tx, here, LIMITS, clock.now())
        assert row is not None
        roster.set_password(tx, row.agent, "another hash", "ada@bank.test", clock.now(), keeping=row.id)
    assert lasts(sessions, clock, here)
    assert not lasts(sessions, clock, elsewhere)


def test_ended_ones_are_forgotten_after_a_month(sessions: Sessions, clock: FakeClock, ada: Agent) -> None:
    begun(sessions, clock, ada)
    clock.forward(32 * 86400)
    begun(sessions, clock, ada)
    with sessions() as tx:
        assert _count(tx) == 1


def _count(tx: Session) -> int:
    from ivr.store.models import SignIn

    return tx.query(SignIn).count()
