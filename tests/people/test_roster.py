"""Who is added, changed, shut out and removed, and what of them stays."""

import re

import pytest
from sqlalchemy import select

from ivr.people import roster
from ivr.people.links import make_link, person_of_link, spend_link
from ivr.people.roster import RosterRefusedError
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Audit
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.integration

DAY = 86400


def add(sessions: Sessions, clock: FakeClock, name: str, *roles: str) -> int:
    with sessions.begin() as tx:
        return roster.add(
            tx, email=f"{name.lower()}@bank.test", name=name, phone=f"client:{name.lower()}", now=clock.now(),
            roles=roles or ("agent",),
        ).id  # fmt: skip


def test_a_new_person_is_away_and_has_no_password_yet(sessions: Sessions, clock: FakeClock) -> None:
    with sessions() as tx:
        agent = tx.get_one(Agent, add(sessions, clock, "Ann"))
        assert (agent.presence, agent.password_hash) == ("away", roster.NO_PASSWORD)


@pytest.mark.parametrize("email", ["ann@bank.test", " Ann@Bank.test"])
def test_an_address_belongs_to_one_person(sessions: Sessions, clock: FakeClock, email: str) -> None:
    add(sessions, clock, "Ann")
    with sessions.begin() as tx, pytest.raises(RosterRefusedError, match="already"):
        roster.add(tx, email=email, name="Ann", phone="client:ann", now=clock.now())


@pytest.mark.parametrize("phone", ["555", "", "+0123456789", "client:", "+1555client", "tel:+15550100001"])
def test_a_phone_must_be_one_that_can_be_rung(sessions: Sessions, clock: FakeClock, phone: str) -> None:
    with sessions.begin() as tx, pytest.raises(RosterRefusedError, match=re.escape(repr(phone))):
        roster.add(tx, email="x@b", name="X", phone=phone, now=clock.now())


@pytest.mark.parametrize("deed", ["disable", "remove", "demote"])
def test_the_last_admin_stays(sessions: Sessions, clock: FakeClock, deed: str) -> None:
    eve = add(sessions, clock, "Eve", "admin")
    add(sessions, clock, "Ann")
    with sessions.begin() as tx, pytest.raises(RosterRefusedError, match="last admin"):
        act(tx, eve, deed, clock)
    add(sessions, clock, "Mallory", "admin")
    with sessions.begin() as tx:
        act(tx, eve, deed, clock)


def test_a_disabled_admin_does_not_count(sessions: Sessions, clock: FakeClock) -> None:
    eve, mallory = add(sessions, clock, "Eve", "admin"), add(sessions, clock, "Mallory", "admin")
    with sessions.begin() as tx:
        act(tx, mallory, "disable", clock)
    with sessions.begin() as tx, pytest.raises(RosterRefusedError, match="last admin"):
        act(tx, eve, "remove", clock)


def act(tx: object, agent_id: int, deed: str, clock: FakeClock) -> None:
    agent = tx.get_one(Agent, agent_id)  # type: ignore[attr-defined]
    if deed == "demote":
        roster.change(tx, agent, "test", clock.now(), roles=["agent"])  # type: ignore[arg-type]
    else:
        getattr(roster, deed)(tx, agent, "test", clock.now())


def test_of_a_removed_person_only_a_number_stays(sessions: Sessions, clock: FakeClock) -> None:
    ann = add(sessions, clock, "Ann")
    with sessions.begin() as tx:
        make_link(tx, tx.get_one(Agent, ann), "test", clock.now())
        tx.get_one(Agent, ann).presence = "available"
        act(tx, ann, "remove", clock)
    with sessions.begin() as tx:
        row = tx.get_one(Agent, ann)
        assert "ann" not in str({**row.__dict__}).lower()
        assert (row.presence, row.roles) == ("away", [])
        assert roster.all_people(tx) == []
        assert [a.action for a in tx.scalars(select(Audit).where(Audit.action.startswith("person")))] == [
            "person-removed"
        ]
        with pytest.raises(RosterRefusedError, match="removed"):
            act(tx, ann, "enable", clock)
    add(sessions, clock, "Ann")  # the address is free again


def test_a_change_says_what_it_changed(sessions: Sessions, clock: FakeClock) -> None:
    ann = add(sessions, clock, "Ann")
    with sessions.begin() as tx:
        agent = tx.get_one(Agent, ann)
        assert roster.change(tx, agent, "test", clock.now(), name="Anna", phone="client:ann") == ["name"]
        assert tx.scalars(select(Audit)).one().detail == {"what": ["name"]}


def test_a_link_works_once_and_for_a_day(sessions: Sessions, clock: FakeClock) -> None:
    ann = add(sessions, clock, "Ann")
    with sessions.begin() as tx:
        first = make_link(tx, tx.get_one(Agent, ann), "test", clock.now())
        second = make_link(tx, tx.get_one(Agent, ann), "test", clock.now())
        assert person_of_link(tx, first, clock.now()) is None  # the newer one counts
        assert spend_link(tx, second, clock.now())
        assert not spend_link(tx, second, clock.now())
        third = make_link(tx, tx.get_one(Agent, ann), "test", clock.now())
    clock.forward(DAY)
    with sessions() as tx:
        assert person_of_link(tx, third, clock.now()) is None


def test_a_link_does_not_let_in_who_is_shut_out(sessions: Sessions, clock: FakeClock) -> None:
    ann = add(sessions, clock, "Ann")
    with sessions.begin() as tx:
        link = make_link(tx, tx.get_one(Agent, ann), "test", clock.now())
        act(tx, ann, "disable", clock)
        assert person_of_link(tx, link, clock.now()) is None
