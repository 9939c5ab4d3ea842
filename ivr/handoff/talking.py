"""The rules of a conversation: mute and hold, a second agent who is briefed and takes it, a supervisor who does."""

from dataclasses import replace

from ivr.handoff import events as ev
from ivr.handoff.state import Attempt, State
from ivr.handoff.steps import Step, anew, finish, hang_up, part, regroup, unhold


def transfer_to(state: State, event: ev.TransferTo) -> Step:
    """Ring a second agent; the caller is on hold already, so that he cannot overhear the two."""
    current = state.current
    if not state.bridged or not state.held or state.second is not None or event.to == event.by:
        return state, ()
    if current is None or current.agent != event.by:
        return state, ()
    second = Attempt(event.to, event.idle_since, rung=True, consult=True, phone=event.phone)
    state = replace(state, attempts=(*state.attempts, second))
    return state, (ev.StartTimer(state.second_number, "accept"), ev.Ring(state.second_number, event.to))


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


def goodbye(state: State, dropped: bool = False) -> Step:
    """The call's agent is out: the second has the caller, or nobody has; `dropped`: his line failed."""
    if state.second is not None:
        return _hand_over(state, state.second)
    return regroup(state, moved=False) if dropped else finish(state, "served")


def _hand_over(state: State, second: Attempt) -> Step:
    """The caller hears music until the second is there; should he not come, another is looked for."""
    first, k = state.number, state.second_number
    gone = hang_up(state, first)
    state = state.with_attempt(k, consult=False)
    if second.joined:
        state, unheld = unhold(state.with_attempt(first, left=True))
        return state, (*gone, *unheld)
    return anew(state, first), (*gone, ev.StartDeadline(), ev.StartDeadline(last=True))


def switched(state: State, event: ev.Switched) -> Step:
    current = state.current
    if not state.bridged or current is None or current.agent != event.agent:
        return state, ()
    muted = current.muted if event.muted is None else event.muted
    held = state.held if event.held is None or state.second is not None else event.held
    return replace(state.with_attempt(state.number, muted=muted), held=held), ()


def taken_over(state: State, event: ev.TakenOver) -> Step:
    current, k, second = state.current, state.number, state.second
    if not state.bridged or current is None or event.agent in (current.agent, second.agent if second else None):
        return state, ()
    attempt = Attempt(event.agent, sid=event.sid, rung=True, answered=True, joined=True, outcome="accepted")
    state = state.with_attempt(k, left=True)
    return replace(state, attempts=(*state.attempts, attempt)), hang_up(state, k)
