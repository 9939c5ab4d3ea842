"""Calls from an agent's browser: whom they may ring, when, and how it counts."""

import pytest
from sqlalchemy import select

from ivr.desk.agent_calls import (
    AT_THE_DESK,
    COLLEAGUE_BUSY,
    NO_COLLEAGUE,
    NOT_CALLED,
    STRANGER,
    AgentCalls,
    CallRefusedError,
)
from ivr.dialling.dials import Dials, Limits
from ivr.dialling.policy import DialPolicy
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Audit, Dial
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.integration

SID = "CA" + "4" * 32
NUMBER = "+12125550123"


@pytest.fixture
def calls(sessions: Sessions, clock: FakeClock) -> AgentCalls:
    return AgentCalls(sessions, clock, Dials(DialPolicy.parse("US", never="+1212999"), "US", Limits(per_number=2)))


def person(calls: AgentCalls, name: str, presence: str = "break", **more: object) -> None:
    with calls.sessions.begin() as tx:
        tx.add(
            Agent(
                email=f"{name}@bank.test", name=name, password_hash="", phone=f"client:{name}",
                presence=presence, presence_since=calls.clock.now(), **{"roles": ["agent"], **more},
            )
        )  # fmt: skip


def refusal(calls: AgentCalls, caller: str, wanted: str, sid: str = SID) -> str:
    with pytest.raises(CallRefusedError) as refused:
        calls.place(caller, wanted, sid)
    return str(refused.value)


def test_a_number_is_called_in_any_spelling_and_counts(calls: AgentCalls, sessions: Sessions) -> None:
    person(calls, "ada")
    assert calls.place("client:ada", "+1 (212) 555-0123", SID) == NUMBER
    with sessions() as tx:
        row = tx.scalars(select(Dial)).one()
    assert (row.address, row.purpose, row.by, row.call_sid) == (NUMBER, "agent", "agent:ada@bank.test", SID)


def test_the_carrier_that_asks_twice_counts_once(calls: AgentCalls, sessions: Sessions) -> None:
    person(calls, "ada")
    for _ in range(4):
        assert calls.place("client:ada", NUMBER, SID) == NUMBER
    with sessions() as tx:
        assert len(tx.scalars(select(Dial)).all()) == 1


def test_a_number_has_its_limit(calls: AgentCalls) -> None:
    person(calls, "ada")
    for nth in range(2):
        calls.place("client:ada", NUMBER, f"CA{nth:032}")
    assert refusal(calls, "client:ada", NUMBER) == NOT_CALLED


@pytest.mark.parametrize(
    "wanted", ["+19005550123", "+442079460000", "+12129990000", "sip:x@y.example", "unknown", "", "911", "+266696687"]
)
def test_what_the_line_does_not_call_is_refused_and_noted(calls: AgentCalls, sessions: Sessions, wanted: str) -> None:
    person(calls, "ada")
    assert refusal(calls, "client:ada", wanted) == NOT_CALLED
    with sessions() as tx:
        assert tx.scalars(select(Dial)).all() == []
        assert tx.scalars(select(Audit.action)).all() == ["dial-refused"]


def test_a_colleague_is_called_and_counts_for_nothing(calls: AgentCalls, sessions: Sessions) -> None:
    person(calls, "ada")
    person(calls, "bob", "available")
    assert calls.place("client:ada", "client:bob", SID) == "client:bob"
    with sessions() as tx:
        assert tx.scalars(select(Dial)).all() == []


@pytest.mark.parametrize("presence", ["offered", "on-call", "wrap-up"])
def test_a_colleague_in_a_call_is_left_alone(calls: AgentCalls, presence: str) -> None:
    person(calls, "ada")
    person(calls, "bob", presence)
    assert refusal(calls, "client:ada", "client:bob") == COLLEAGUE_BUSY


@pytest.mark.parametrize("wanted", ["client:nobody", "client:ada", "client:"])
def test_who_is_no_colleague_is_not_rung(calls: AgentCalls, wanted: str) -> None:
    person(calls, "ada")
    assert refusal(calls, "client:ada", wanted) == NO_COLLEAGUE


@pytest.mark.parametrize("presence", ["available", "offered", "on-call", "wrap-up"])
def test_who_may_be_given_a_caller_does_not_call_away(calls: AgentCalls, presence: str) -> None:
    person(calls, "ada", presence)
    assert refusal(calls, "client:ada", NUMBER) == AT_THE_DESK


def test_strangers_reviewers_and_those_who_were_shut_out_call_nobody(calls: AgentCalls, clock: FakeClock) -> None:
    person(calls, "rita", roles=["reviewer"])
    person(calls, "eve", disabled_at=clock.now())
    person(calls, "old", removed_at=clock.now())
    for caller in ("client:rita", "client:eve", "client:old", "client:nobody", NUMBER, "unknown"):
        assert refusal(calls, caller, NUMBER) == STRANGER
