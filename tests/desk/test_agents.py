"""The desk: who is there and who is next."""

import pytest

from ivr.desk import agents
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Audit
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.integration


def add(sessions: Sessions, clock: FakeClock, name: str, **more: object) -> Agent:
    with sessions.begin() as tx:
        agent = Agent(
            email=f"{name}@b", name=name, password_hash="", phone=f"client:{name}", presence_since=clock.now(),
            **{"roles": ["agent"], "presence": "available", **more},
        )  # fmt: skip
        tx.add(agent)
    clock.forward(1)
    return agent


def test_who_is_shut_out_gets_no_calls_and_is_away_after_the_one_that_goes_on(
    sessions: Sessions, clock: FakeClock
) -> None:
    idle = add(sessions, clock, "ann", disabled_at=clock.now())
    talking = add(sessions, clock, "bob", presence="on-call", disabled_at=clock.now())
    with sessions.begin() as tx:
        assert agents.longest_idle(tx) is None
        assert not agents.reserve(tx, idle.id, clock.now())
        bob = tx.get_one(Agent, talking.id)
        assert agents.after_call(tx, bob, "available", clock.now(), None, 30) == "away"
        assert bob.presence == "away"


def test_the_longest_idle_who_is_able_and_not_excluded_is_next(sessions: Sessions, clock: FakeClock) -> None:
    first, second = add(sessions, clock, "ann"), add(sessions, clock, "bob")
    add(sessions, clock, "only-reviewer", roles=["reviewer"])
    add(sessions, clock, "on-break", presence="break")
    add(sessions, clock, "french", languages=["fr"])
    with sessions() as tx:
        ids = [getattr(agents.longest_idle(tx, excluded), "id", None) for excluded in ((), (first.id,))]
        assert ids == [first.id, second.id]
        assert agents.longest_idle(tx, (first.id, second.id)) is None


def test_on_shift_are_those_who_may_become_free(sessions: Sessions, clock: FakeClock) -> None:
    add(sessions, clock, "bob", presence="break")
    with sessions() as tx:
        assert not agents.on_shift(tx)
    add(sessions, clock, "ann", presence="on-call")
    with sessions() as tx:
        assert agents.on_shift(tx)


def test_each_change_of_presence_is_kept_with_its_time(sessions: Sessions, clock: FakeClock) -> None:
    agent = add(sessions, clock, "ann")
    with sessions.begin() as tx:
        agents.choose_presence(tx, tx.get_one(Agent, agent.id), "break", clock.now())
    with sessions() as tx:
        row = tx.query(Audit).one()
    assert (row.action, row.detail, row.at) == ("presence", {"from": "available", "to": "break"}, clock.now())


def test_an_unknown_presence_is_named(sessions: Sessions, clock: FakeClock) -> None:
    agent = add(sessions, clock, "ann")
    with sessions.begin() as tx, pytest.raises(agents.PresenceRefusedError, match="'asleep'"):
        agents.choose_presence(tx, agent, "asleep", clock.now())


def test_an_agent_is_reserved_once(sessions: Sessions, clock: FakeClock) -> None:
    agent = add(sessions, clock, "ann")
    with sessions.begin() as tx:
        assert agents.reserve(tx, agent.id, clock.now())
        assert not agents.reserve(tx, agent.id, clock.now())
