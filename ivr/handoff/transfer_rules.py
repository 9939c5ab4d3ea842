"""The state machine's rules for a conversation: mute and hold, a second agent, a supervisor who takes over, its end."""

from dataclasses import replace

from ivr.handoff import events as ev
from ivr.handoff.effects import Ring, StartDeadline, StartTimer
from ivr.handoff.state import Attempt, State
from ivr.handoff.transitions import (
    Step,
    finish,
    hang_up,
    meet,
    out_of_conference,
    part,
    regroup,
    restart_wait,
    ring,
    seek_anew,
    send,
    unhold,
)


def transfer_to(state: State, event: ev.TransferTo) -> Step:
    """Ring a second agent; the caller is on hold already, so that they cannot overhear the two."""
    current = state.current
    if not state.bridged or not state.held or state.second is not None or event.to == event.by:
        return state, ()
    if current is None or current.agent != event.by:
        return state, ()
    second = Attempt(event.to, event.idle_since, rung=True, consult=True, phone=event.phone)
    state = replace(state, attempts=(*state.attempts, second))
    return state, (StartTimer(state.second_number, "accept"), Ring(state.second_number, event.to))


def together(state: State, event: ev.Together) -> Step:
    current, second = state.current, state.second
    if state.end is not None or current is None or current.agent != event.agent:
        return state, ()
    return unhold(state) if second is not None and second.joined else (state, ())


def alone(state: State, event: ev.Alone) -> Step:
    current, second = state.current, state.second_number
    if state.end is not None or not second or current is None or current.agent != event.agent:
        return state, ()
    return part(state, second)


def goodbye(state: State) -> Step:
    """The call's agent has ended it: the second has the caller, or all is said."""
    return finish(state, "served") if state.second is None else _hand_over(state, state.second)


def left(state: State, dropped: bool) -> Step:
    """The call's agent is out without a word.

    The second has the caller; without one another is found, or the caller is asked whether all is said.
    """
    if state.second is not None:
        return _hand_over(state, state.second)
    return regroup(state) if dropped else _ask_whether_done(state)


def _ask_whether_done(state: State) -> Step:
    """A hang-up and a lost line look alike: who is done hangs up, who was cut off stays on the line."""
    attempt_number = state.current_number
    gone = hang_up(state, attempt_number)
    state, moved = send(replace(out_of_conference(restart_wait(state, attempt_number)), parting=True), "parting")
    return state, (*gone, StartTimer(attempt_number, "again"), *moved)


def caller_stays(state: State, _event: ev.CallerStays) -> Step:
    return seek_anew(replace(state, parting=False)) if state.parting else (state, ())


def lost_after_all(state: State) -> Step:
    """While the caller is asked we learn that the agent's line had failed: they need not answer."""
    state, moved = send(replace(state, parting=False), "room")
    state, further = seek_anew(state)
    return state, (*moved, *further)


def stays_in(state: State) -> Step:
    """The caller came into a conference instead of answering."""
    state, further = caller_stays(state, ev.CallerStays())
    return meet(*ring(state, further))


def reunite(state: State) -> Step:
    """The conference broke under them: a document brings the caller into the next one, another one the agent."""
    attempt_number, second = state.current_number, state.second_number
    state, parted = part(state, second) if second else (state, ())
    state = replace(state.with_attempt(attempt_number, joined=False, fetched=False), bridged=False)
    return out_of_conference(state), (*parted, StartTimer(attempt_number, "join"))


def _hand_over(state: State, second: Attempt) -> Step:
    """The caller hears music until the second is there; should they not come, another is looked for."""
    first, attempt_number = state.current_number, state.second_number
    gone = hang_up(state, first)
    state = state.with_attempt(attempt_number, consult=False)
    if second.joined:
        state, unheld = unhold(state.with_attempt(first, left=True))
        return state, (*gone, *unheld)
    again = StartTimer(first, "again")
    return restart_wait(state, first), (*gone, again, StartDeadline(), StartDeadline(last=True))


def switched(state: State, event: ev.Switched) -> Step:
    current = state.current
    if not state.bridged or current is None or current.agent != event.agent:
        return state, ()
    muted = current.muted if event.muted is None else event.muted
    held = state.held if event.held is None or state.second is not None else event.held
    return replace(state.with_attempt(state.current_number, muted=muted), held=held), ()


def taken_over(state: State, event: ev.TakenOver) -> Step:
    current, attempt_number, second = state.current, state.current_number, state.second
    if not state.bridged or current is None or event.agent in (current.agent, second.agent if second else None):
        return state, ()
    attempt = Attempt(event.agent, sid=event.sid, rung=True, answered=True, joined=True, outcome="accepted")
    state = state.with_attempt(attempt_number, left=True)
    return replace(state, attempts=(*state.attempts, attempt)), hang_up(state, attempt_number)
