"""The hand-off's machine: any event, in any order, at any time."""

import json
from collections.abc import Iterable, Sequence
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.handoff import events as ev
from ivr.handoff.effects import Effect, EndConference, EndLeg, MoveAgent, MoveCaller, Ring, StartDeadline
from ivr.handoff.machine import step
from ivr.handoff.state import State
from ivr.store.states import HANDOFF_ENDS, HandoffState
from tests.harness.machine_run import CONFERENCE, Run

pytestmark = pytest.mark.integration

AGENTS = (7, 8, 9)
ORDERS = (600, pytest.param(10_000, marks=[pytest.mark.slow, pytest.mark.timeout(1200)]))

TALKING = [
    ev.Briefed(), ev.CallerJoined(CONFERENCE), ev.Offered(7), ev.Answered(1, "CA1"), ev.Accepted(7), ev.AgentJoined(1),
]  # fmt: skip
STARTS = [
    pytest.param(False, [], 0, id="call"),
    pytest.param(False, [], 7, id="taken over from the bot"),
    pytest.param(True, [], 0, id="call-back"),
    pytest.param(False, [*TALKING, ev.Switched(7, held=True), ev.TransferTo(7, 8)], 0, id="transfer"),
]

ks = st.integers(1, 4)
agents = st.sampled_from(AGENTS)
any_event: st.SearchStrategy[ev.Event] = st.one_of(
    st.just(ev.Briefed()),
    st.builds(ev.CallerJoined, st.sampled_from([CONFERENCE, "CF2", "CF3"])),
    st.just(ev.CallerWaits()),
    st.builds(ev.CallerFetched, st.sampled_from(get_args(ev.Target))),
    st.just(ev.CallerOut()),
    st.just(ev.CallerStays()),
    st.just(ev.CallerGone()),
    st.builds(ev.Offered, agents),
    st.builds(ev.Nobody, st.booleans()),
    st.just(ev.AgentFree()),
    st.just(ev.AskAgain()),
    st.builds(lambda attempt_number: ev.LegKnown(attempt_number, f"CA{attempt_number}"), ks),
    st.builds(lambda attempt_number: ev.Answered(attempt_number, f"CA{attempt_number}"), ks),
    st.builds(ev.Accepted, agents, st.sampled_from(["key", "click"])),
    st.builds(ev.Declined, agents),
    st.builds(ev.LegEnded, ks, st.sampled_from(["no-answer", "busy", "failed"])),
    st.builds(ev.RingFailed, ks),
    st.builds(ev.MachineAnswered, ks),
    st.builds(ev.PersonAnswered, ks),
    st.builds(ev.AgentFetched, ks),
    st.builds(ev.AgentJoined, ks),
    st.builds(ev.AgentLeft, ks, st.booleans()),
    st.builds(ev.AgentEnds, agents),
    st.builds(ev.Expired, ks, st.sampled_from(get_args(ev.Timed))),
    st.builds(ev.Deadline, st.booleans()),
    st.just(ev.MessageChosen()),
    st.just(ev.CallBackBooked()),
    st.builds(ev.TakenOver, agents, st.just("CA9")),
    st.builds(ev.TransferTo, agents, st.sampled_from([0, *AGENTS])),
    st.builds(ev.Together, agents),
    st.builds(ev.Alone, agents),
    st.builds(ev.Switched, agents, st.none() | st.booleans(), st.none() | st.booleans()),
    st.builds(lambda d: ev.DialKnown(d, f"CAd{d}"), st.integers(1, 3)),
    st.builds(ev.CallerNotReached, st.integers(1, 3), st.sampled_from(["no-answer", "busy", "failed", "hung-up"])),
    st.builds(ev.MessageLeft, st.booleans()),
)


class Line:
    """What the carrier would make of the effects: the legs that live, and where the caller is."""

    def __init__(self, away: bool) -> None:
        self.legs: set[str] = set()
        self.where = "nowhere" if away else "bot"

    def note(self, event: ev.Event, effects: Sequence[Effect]) -> None:
        if isinstance(event, ev.LegKnown | ev.Answered | ev.DialKnown | ev.TakenOver):
            self.legs.add(event.sid)
        if isinstance(event, ev.CallerGone):
            self.where = "gone"
        for effect in effects:
            if isinstance(effect, EndLeg):
                self.legs.discard(effect.sid)
            if isinstance(effect, MoveCaller):
                self.where = effect.to


def check(state: State, before: State) -> None:
    """What holds in every state."""
    assert sum(attempt.lasts and not attempt.consult for attempt in state.attempts) <= 1 or state.end
    assert sum(attempt.lasts and attempt.consult for attempt in state.attempts) <= state.bridged or state.end
    assert not state.held or state.current is not None, "he hears music, and nobody will end it"
    assert not state.bridged or (state.current is not None and state.current.holds and state.caller == "in")
    assert before.end is None or state.end in (before.end, "message-taken")
    assert state.phase in get_args(HandoffState)
    assert not state.parting or not (state.bridged or state.asked or state.end or state.current)
    assert State.from_json(json.loads(json.dumps(state.to_json()))) == state
    if state.caller == "in" and state.end is None and not state.bridged:
        assert state.holds or not state.queued, "he is in a room where no key is heard, and no agent is on his way"


def timers(numbers: Iterable[int]) -> list[ev.Expired]:
    return [ev.Expired(number, what) for number in numbers for what in get_args(ev.Timed)]


def play_any_order(away: bool, events: list[ev.Event], free: list[int], busy: bool, wanted: int = 0) -> None:
    run, line = Run(free, busy, away, wanted), Line(away)
    for event in events:
        before, done = run.state, len(run.effects)
        run.play(event)
        line.note(event, run.effects[done:])
        check(run.state, before)
    for _ in range(len(AGENTS) + 1):  # every timer that was started goes off
        run.play(
            ev.CallerStays(), ev.Deadline(), ev.Deadline(last=True), *timers(range(1, 1 + len(run.state.attempts)))
        )
    for _ in range(2 * len(AGENTS)):
        run.play(*timers(range(1, 1 + len(run.state.attempts))))
    for _ in AGENTS:
        run.play(*[timer for timer in timers(range(1, 1 + len(run.state.attempts))) if timer.what != "again"])
    state = run.state
    assert state.second is None or state.second.joined or state.end, "the second's phone rings for ever"
    if not away:
        assert state.phase in (*HANDOFF_ENDS, "bridged", "unanswered")
    if state.phase == "unanswered" and state.caller != "coming":
        assert state.message or MoveCaller("offers") in run.effects
    done = len(run.effects)
    run.play(ev.CallerGone(), ev.CallerNotReached(run.state.dial, "hung-up"))
    line.note(ev.CallerGone(), run.effects[done:])
    if run.state.end is None:  # a call-back that nobody has taken yet waits for an agent
        assert away
        assert run.state.caller == "away"
        return
    for attempt_number, attempt in enumerate(run.state.attempts, 1):
        done = len(run.effects)
        run.play(ev.LegKnown(attempt_number, attempt.sid or f"CA{attempt_number}"))
        line.note(ev.LegKnown(attempt_number, attempt.sid or f"CA{attempt_number}"), run.effects[done:])
        line.legs -= {attempt.sid or f"CA{attempt_number}"} if attempt.over else set()
    known = {attempt.sid for attempt in run.state.attempts}
    assert not line.legs & known, "a leg outlives the hand-off"
    if run.state.conference is not None:
        assert run.of(EndConference)


@pytest.mark.parametrize("orders", ORDERS)
@pytest.mark.parametrize(("away", "first", "wanted"), STARTS)
def test_no_order_of_events_gives_an_illegal_state_a_leaked_leg_or_a_caller_in_silence(
    orders: int, away: bool, first: list[ev.Event], wanted: int
) -> None:
    @settings(max_examples=orders, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(any_event, max_size=30), st.lists(agents, unique=True), st.booleans())
    def every(events: list[ev.Event], free: list[int], busy: bool) -> None:
        play_any_order(away, [*first, *events], free, busy, wanted)

    every()


@settings(max_examples=500, deadline=None)
@given(st.lists(any_event, max_size=20), st.lists(agents, unique=True))
def test_a_repeated_event_changes_nothing_more(events: list[ev.Event], free: list[int]) -> None:
    for event in events:
        if isinstance(event, ev.Offered | ev.Nobody | ev.CallerOut | ev.AskAgain):
            continue
        once, _ = step(Run(free).play(*events).state, event)
        twice, _ = step(once, event)
        assert twice == once


def test_the_agents_phone_rings_once_he_has_the_brief_while_the_caller_is_on_his_way() -> None:
    run = Run([7])
    assert not run.play(ev.AgentFree()).of(Ring)
    assert run.play(ev.Briefed()).of(Ring) == [Ring(1, 7)]
    assert run.play(ev.CallerJoined(CONFERENCE)).of(Ring) == [Ring(1, 7)]


def test_an_agent_who_is_there_before_the_caller_waits_for_him() -> None:
    run = Run([7]).play(ev.Briefed(), ev.Answered(1, "CA1"), ev.Accepted(7, "key"), ev.AgentJoined(1))
    assert run.state.phase == "accepted"
    assert run.play(ev.CallerJoined(CONFERENCE)).state.phase == "bridged"


def test_an_agent_who_is_there_before_a_caller_who_hangs_up_is_let_go() -> None:
    run = Run([7]).play(ev.Briefed(), ev.Answered(1, "CA1"), ev.Accepted(7, "key"), ev.AgentJoined(1), ev.CallerGone())
    assert run.state.phase == "caller-left"
    assert EndLeg("CA1") in run.effects


def test_a_whole_hand_off_is_served() -> None:
    run = Run([7]).play(
        ev.Briefed(), ev.CallerJoined(CONFERENCE), ev.LegKnown(1, "CA1"), ev.Answered(1, "CA1"), ev.Accepted(7, "key")
    )
    assert run.state.phase == "accepted"
    assert run.play(ev.AgentJoined(1)).state.phase == "bridged"
    assert run.play(ev.AgentEnds(7)).state.phase == "served"
    assert run.of(MoveCaller)
    assert EndConference(CONFERENCE) in run.effects


def test_a_click_while_the_agent_hears_the_whisper_moves_his_leg() -> None:
    run = Run([7]).play(ev.Briefed(), ev.CallerJoined(CONFERENCE), ev.Answered(1, "CA1"), ev.Accepted(7, "click"))
    assert run.of(MoveAgent) == [MoveAgent(1, "CA1")]


def test_a_click_before_the_caller_is_in_the_conference_lets_the_phone_ring_on() -> None:
    run = Run([7]).play(ev.Briefed(), ev.Accepted(7, "click"))
    assert run.play(ev.CallerJoined(CONFERENCE)).of(Ring) == [Ring(1, 7)]
    assert not run.of(EndLeg)


def test_a_declined_offer_goes_to_the_next_agent_and_his_phone_stops() -> None:
    run = Run([7, 8]).play(ev.Briefed(), ev.CallerJoined(CONFERENCE), ev.LegKnown(1, "CA1"), ev.Declined(7))
    assert run.state.phase == "offered"
    assert [attempt.outcome for attempt in run.state.attempts] == ["declined", None]
    assert EndLeg("CA1") in run.effects


def test_a_leg_that_becomes_known_after_the_caller_left_is_ended() -> None:
    run = Run([7]).play(ev.Briefed(), ev.CallerJoined(CONFERENCE), ev.CallerGone())
    assert run.state.attempts[0].outcome == "caller-left"
    assert run.play(ev.LegKnown(1, "CA1")).of(EndLeg) == [EndLeg("CA1")]


def test_an_agent_whose_line_drops_is_replaced_and_the_caller_is_parked_again() -> None:
    run = Run([7, 8]).play(ev.Briefed(), ev.CallerJoined(CONFERENCE), ev.Answered(1, "CA1"), ev.Accepted(7, "key"))
    run.play(ev.AgentJoined(1), ev.AgentLeft(1, dropped=True))
    assert (run.state.phase, run.state.round, run.state.current and run.state.current.agent) == ("offered", 2, 8)
    assert run.of(MoveCaller)
    assert run.of(StartDeadline)


def test_the_deadline_spares_an_agent_who_is_on_his_way() -> None:
    run = Run([7]).play(ev.Briefed(), ev.CallerJoined(CONFERENCE), ev.Accepted(7, "key"), ev.Deadline(last=True))
    assert run.state.phase == "accepted"
    assert run.play(ev.Expired(1, "join")).state.phase == "unanswered"


def test_while_all_agents_are_busy_the_caller_waits_for_one_to_become_free() -> None:
    run = Run([], busy=True).play(ev.Briefed(), ev.CallerJoined(CONFERENCE))
    assert run.state.phase == "parked"
    run.free = (7,)
    assert run.play(ev.AgentFree()).state.phase == "offered"


def test_with_nobody_on_shift_a_message_is_asked_for() -> None:
    run = Run([]).play(ev.Briefed())
    assert run.state.phase == "unanswered"
    assert run.play(ev.MessageLeft()).state.phase == "message-taken"


def test_a_message_that_is_announced_after_the_caller_hung_up_counts() -> None:
    run = Run([]).play(ev.Briefed(), ev.CallerGone(), ev.MessageLeft())
    assert run.state.phase == "message-taken"
