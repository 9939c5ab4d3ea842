"""A warm transfer in the machine: whoever leaves, and whenever, the caller has an agent, music or the queue."""

from dataclasses import replace

import pytest

from ivr.handoff import events as ev
from ivr.handoff.effects import EndLeg, MoveCaller, Ring, Unhold
from ivr.handoff.machine import step
from ivr.handoff.state import State
from tests.harness.machine_run import CONFERENCE, Run

pytestmark = pytest.mark.unit

FIRST, SECOND = 7, 8


def talking() -> Run:
    run = Run([FIRST]).play(ev.Briefed(), ev.CallerJoined(CONFERENCE), ev.Answered(1, "CA1"), ev.Accepted(FIRST, "key"))
    run.play(ev.AgentJoined(1))
    run.free, run.effects = (), []
    return run


def ringing(to: int = SECOND) -> Run:
    phone = "" if to else "+15550002222"
    return talking().play(ev.Switched(FIRST, held=True), ev.TransferTo(FIRST, to, phone), ev.LegKnown(2, "CA2"))


def briefing() -> Run:
    return ringing().play(ev.Answered(2, "CA2"), ev.Accepted(SECOND, "key"), ev.AgentJoined(2))


def agent_of(state: State) -> int | None:
    return state.current.agent if state.current else None


def test_a_second_agent_is_rung_while_the_caller_hears_music() -> None:
    run = ringing()
    assert run.of(Ring) == [Ring(2, SECOND)]
    assert (run.state.phase, run.state.held, agent_of(run.state)) == ("bridged", True, FIRST)


def test_nobody_is_rung_while_the_caller_could_overhear() -> None:
    assert not talking().play(ev.TransferTo(FIRST, SECOND)).of(Ring)


def test_the_briefing_is_private_until_the_first_agent_brings_the_caller_in() -> None:
    run = briefing()
    assert run.state.held
    assert not run.of(Unhold)
    run.play(ev.Together(FIRST))
    assert run.of(Unhold) == [Unhold()]
    assert run.state.second is not None


def test_once_the_first_agent_leaves_the_call_is_the_seconds() -> None:
    run = briefing().play(ev.Together(FIRST), ev.AgentEnds(FIRST))
    assert (run.state.phase, agent_of(run.state), run.state.second) == ("bridged", SECOND, None)
    assert run.of(EndLeg) == [EndLeg("CA1")]
    assert run.play(ev.LegEnded(1, "no-answer"), ev.AgentEnds(SECOND)).state.phase == "served"


@pytest.mark.parametrize("how", [ev.AgentEnds(FIRST), ev.AgentLeft(1), ev.AgentLeft(1, dropped=True)])
def test_a_first_agent_who_leaves_in_the_briefing_leaves_the_caller_to_the_second(how: ev.Event) -> None:
    run = briefing().play(how)
    assert (run.state.phase, agent_of(run.state), run.state.held) == ("bridged", SECOND, False)
    assert run.of(Unhold)


@pytest.mark.parametrize("to", [SECOND, 0], ids=["colleague", "number"])
def test_a_first_agent_who_leaves_while_the_second_is_rung_leaves_the_caller_to_his_answer(to: int) -> None:
    run = ringing(to).play(ev.AgentLeft(1))
    assert (run.state.phase, run.state.held) == ("offered", True)
    run.play(ev.Answered(2, "CA2"), ev.Accepted(to, "key"), ev.AgentJoined(2))
    assert (run.state.phase, agent_of(run.state), run.state.held) == ("bridged", to, False)
    assert run.of(Unhold)


def test_if_that_second_does_not_answer_the_caller_goes_to_the_queue() -> None:
    run = ringing()
    run.busy = True
    run.play(ev.AgentLeft(1), ev.LegEnded(2, "no-answer"))
    assert (run.state.phase, run.state.held) == ("parked", False)
    assert MoveCaller("queue") in run.effects


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        (ev.LegEnded(2, "no-answer"), "no-answer"),
        (ev.LegEnded(2, "busy"), "busy"),
        (ev.LegEnded(2, "failed"), "failed"),
        (ev.RingFailed(2), "failed"),
        (ev.MachineAnswered(2), "machine-answered"),
        (ev.Declined(SECOND), "declined"),
        (ev.Expired(2, "accept"), "no-answer"),
        (ev.Alone(FIRST), "too-late"),
    ],
)
def test_a_second_who_does_not_come_gives_the_first_his_caller_back(how: ev.Event, outcome: str) -> None:
    run = ringing().play(how)
    assert run.state.attempts[1].outcome == outcome
    assert (run.state.phase, agent_of(run.state), run.state.held) == ("bridged", FIRST, False)
    assert run.of(Unhold)


@pytest.mark.parametrize("how", [ev.Alone(FIRST), ev.AgentLeft(2), ev.AgentEnds(SECOND), ev.LegEnded(2, "failed")])
def test_a_second_who_leaves_again_gives_the_first_his_caller_back(how: ev.Event) -> None:
    run = briefing().play(how)
    assert (run.state.phase, agent_of(run.state), run.state.second, run.state.held) == ("bridged", FIRST, None, False)
    assert run.state.attempts[1].outcome == "accepted"


def test_a_second_who_accepted_and_does_not_come_has_failed() -> None:
    run = ringing().play(ev.Accepted(SECOND, "key"), ev.Expired(2, "join"))
    assert run.state.attempts[1].outcome == "failed"
    assert not run.state.held


@pytest.mark.parametrize("at", [ringing, briefing], ids=["ringing", "briefing"])
def test_a_caller_who_hangs_up_ends_both_agents_legs(at: type[Run]) -> None:
    run = at().play(ev.CallerGone())
    assert run.state.phase == "served"
    assert set(run.of(EndLeg)) == {EndLeg("CA1"), EndLeg("CA2")}


def test_a_second_who_rings_when_the_conference_breaks_is_let_go_and_the_caller_is_moved_on() -> None:
    run = ringing().play(ev.CallerOut())
    assert EndLeg("CA2") in run.effects
    assert (run.state.second, run.state.held, run.state.bridged) == (None, False, False)


def test_a_supervisor_who_takes_the_call_over_has_the_second_beside_him() -> None:
    run = briefing().play(ev.TakenOver(9, "CA9"))
    assert (agent_of(run.state), run.state.second and run.state.second.agent) == (9, SECOND)
    assert agent_of(run.play(ev.AgentEnds(9)).state) == SECOND


def test_in_a_transfer_the_caller_is_not_taken_off_hold_by_a_late_answer_of_the_carrier() -> None:
    state, _ = step(briefing().state, ev.Switched(FIRST, held=False))
    assert state == replace(state, held=True)
