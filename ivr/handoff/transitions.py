"""Steps that several of the state machine's rules share, each `state -> (state, effects)`."""

from dataclasses import replace

from ivr.handoff.effects import (
    Effect,
    EndCaller,
    EndConference,
    EndLeg,
    FindAgent,
    MoveCaller,
    Ring,
    StartDeadline,
    StartTimer,
    Unhold,
)
from ivr.handoff.events import Outcome, Target
from ivr.handoff.state import REACHABLE, Recalled, State
from ivr.store.states import HandoffEnd

Step = tuple[State, tuple[Effect, ...]]


def seek(state: State) -> Step:
    """Ask the desk, unless somebody has it."""
    if not state.seeking:
        return state, ()
    if not state.briefed:
        return none_free(state, on_shift=True) if state.late else (state, ())
    return state, (FindAgent(state.passed, state.wanted),)


def none_free(state: State, on_shift: bool) -> Step:
    """Nobody can be offered it now: the caller waits for one, or is asked what else we can do for them."""
    if not state.seeking or state.asked or state.caller in ("away", "rung"):
        return state, ()
    if state.recalled is not None:
        return _go_back(state, state.recalled)
    return wait_in_queue(state) if on_shift and (not state.late or state.worth_waiting) else ask(state)


def ring(state: State, effects: tuple[Effect, ...] = ()) -> Step:
    """Ring the agent once the caller is there to be talked to."""
    current, attempt_number = state.current, state.current_number
    if current is None or current.rung or state.caller not in REACHABLE:
        return state, effects
    return state.with_attempt(attempt_number, rung=True), (*effects, Ring(attempt_number, current.agent))


def meet(state: State, effects: tuple[Effect, ...] = ()) -> Step:
    current = state.current
    together = current is not None and current.holds and current.joined and state.caller == "in"
    if state.bridged or not together:
        return state, effects
    state, unheld = unhold(replace(state, bridged=True, recalled=None))
    return state, (*effects, *unheld)


def unhold(state: State) -> Step:
    return (replace(state, held=False), (Unhold(),)) if state.held else (state, ())


def close(state: State, attempt_number: int, outcome: Outcome) -> Step:
    """End the attempt, if it has not ended, and look further; the caller waits where they can press a key."""
    attempt = state.attempt(attempt_number)
    if attempt is None or state.end is not None or not attempt.lasts:
        return state, ()
    if attempt.consult:
        return part(state, attempt_number, outcome)
    if state.bridged:
        return state, ()
    state = state.with_attempt(attempt_number, outcome=outcome, left=attempt.holds)
    state, paused = _pause(state, attempt_number)
    state, undialled = undial(state)
    state, moved = wait_in_queue(state)
    state, further = seek(state)
    return state, (*hang_up(state, attempt_number), *paused, *undialled, *moved, *further)


def _pause(state: State, attempt_number: int) -> Step:
    """Who missed it comes back by a key of their own, and may have it at once; others get a moment's peace."""
    if state.attempts[attempt_number - 1].missed:
        return state.with_attempt(attempt_number, again=True), ()
    return state, (StartTimer(attempt_number, "again"),)


def part(state: State, attempt_number: int, outcome: Outcome = "too-late") -> Step:
    """The second is out, or does not come: the call's agent is with the caller."""
    attempt = state.attempts[attempt_number - 1]
    outcome = "accepted" if attempt.joined else outcome
    state, unheld = unhold(state.with_attempt(attempt_number, outcome=outcome, left=attempt.holds))
    return state, (*hang_up(state, attempt_number), *unheld)


def hang_up(state: State, attempt_number: int) -> tuple[Effect, ...]:
    attempt = state.attempts[attempt_number - 1]
    return () if attempt.sid is None or attempt.over else (EndLeg(attempt.sid),)


def wait_in_queue(state: State) -> Step:
    """From now on the caller waits in the queue; a call-back's caller, who is not on the line, just waits."""
    if state.end is not None or state.asked or state.caller in ("away", "rung"):
        return state, ()
    state = replace(state, queued=True)
    return move(state, "queue") if state.caller == "in" and not state.holds else (state, ())


def move(state: State, to: Target) -> Step:
    """Have the caller run another document; who is not parked yet is sent there once they are."""
    if state.caller == "coming":
        return state, ()
    state = out_of_conference(state) if state.caller == "in" else replace(state, caller="moving")
    return send(state, to)


def send(state: State, to: Target) -> Step:
    """The last document that the caller is sent to counts; what was promised of an earlier one is dropped."""
    state = replace(state, moves=state.moves + 1, sent=to)
    return state, (MoveCaller(to, state.moves),)


def out_of_conference(state: State) -> State:
    """The caller's next conference is a new one, whose callbacks cannot be taken for the old one's."""
    return replace(state, caller="moving", held=False, conference=None, left=state.conference, round=state.round + 1)


def regroup(state: State) -> Step:
    """The agent was lost in mid-conversation: find another while the caller hears music."""
    attempt_number = state.current_number
    gone = hang_up(state, attempt_number)
    state, moved = send(out_of_conference(restart_wait(state, attempt_number)), "room")
    state, further = seek_anew(state)
    return state, (*gone, StartTimer(attempt_number, "again"), *moved, *further)


def seek_anew(state: State) -> Step:
    """The wait begins anew."""
    state, further = seek(state)
    return state, (StartDeadline(), StartDeadline(last=True), *further)


def restart_wait(state: State, attempt_number: int) -> State:
    """The attempt's agent is out of the conversation, and the waiting is counted from now."""
    return replace(
        state.with_attempt(attempt_number, left=True), bridged=False, late=False, queued=False, since=attempt_number - 1
    )


def ask(state: State) -> Step:
    """Offer a call-back or a message; one who was being called back is called again later instead."""
    if state.away:
        return finish(replace(state, missed="failed"), "not-reached")
    return move(replace(state, asked=True), "offers")


def recall(state: State, back: Recalled) -> Step:
    """Call the caller away from the offers or their message, because of an agent; without one they go `back`."""
    back = state.settled or back
    return wait_in_queue(replace(state, asked=False, message=False, parting=False, recalled=back))


def _go_back(state: State, back: Recalled) -> Step:
    """No agent could be had after all: the caller goes on where they were, or is done as they had settled it."""
    if back == "offers" or back == "message":
        return move(replace(state, asked=True, message=back == "message"), "offers")
    state, effects = finish(state, back)
    if state.caller == "gone":
        return state, effects
    state, moved = send(state, "queue")  # whose document says goodbye
    return state, (*moved, *(effect for effect in effects if effect != EndCaller()), EndCaller())


def undial(state: State) -> Step:
    """Without an agent there is no sense in ringing the caller."""
    if state.caller != "rung":
        return state, ()
    gone = (EndLeg(state.dialled),) if state.dialled is not None else ()
    return replace(state, caller="away", dialled=None), gone


def finish(state: State, end: HandoffEnd) -> Step:
    """No leg outlives the hand-off; a caller who is still there is sent to a goodbye, unless they leave a message."""
    for attempt_number, attempt in enumerate(state.attempts, 1):
        if attempt.stands:
            state = state.with_attempt(attempt_number, outcome="caller-left" if state.caller == "gone" else "too-late")
    legs = [effect for number in range(1, len(state.attempts) + 1) for effect in hang_up(state, number)]
    effects: list[Effect] = []
    state = replace(state, end=end, bridged=False, held=False, parting=False, sent=None)
    if state.caller != "gone":
        state, gone = _let_go(state, end)
        effects += gone  # first the caller: whoever is still with them is company until they are on their way
    effects += legs
    if state.conference is not None:
        effects.append(EndConference(state.conference))
    return state, tuple(effects)


def _let_go(state: State, end: HandoffEnd) -> Step:
    if state.away:
        return state, ((EndLeg(state.dialled),) if state.dialled is not None else ())
    if end == "served":
        state, moved = send(state, "resume")
        return state, (*moved, EndCaller())
    return state, ((EndCaller(),) if end == "callback-booked" else ())
