"""The hand-off as a pure state machine: `step(state, event) -> (state, effects)`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ivr.handoff import events as ev
from ivr.handoff.events import Effect, Event, Outcome
from ivr.handoff.state import Attempt, End, State

Step = tuple[State, tuple[Effect, ...]]


def step(state: State, event: Event) -> Step:
    """The next state and what is to be done. Every event is legal in every state."""
    return _RULES[type(event)](state, event)


# --- the caller ---


def _briefed(state: State, _event: ev.Briefed) -> Step:
    return (state, ()) if state.briefed else _seek(replace(state, briefed=True))


def _caller_joined(state: State, event: ev.CallerJoined) -> Step:
    if state.end is not None:
        return state, (ev.EndConference(event.conference),)
    if state.asked:
        return state, ()
    return _meet(*_ring(replace(state, caller="in", conference=event.conference)))


def _caller_out(state: State, _event: ev.CallerOut) -> Step:
    if state.end is not None or state.asked or state.caller != "in":
        return state, ()
    return _regroup(state) if state.bridged else (_out_of_room(state), ())  # his document parks him again


def _caller_gone(state: State, _event: ev.CallerGone) -> Step:
    if state.end is not None:
        return state, ()
    return _finish(replace(state, caller="gone"), "served" if state.bridged else "caller-left")


def _message_left(state: State, _event: ev.MessageLeft) -> Step:
    if state.end == "caller-left":
        return replace(state, end="message-taken"), ()
    return (state, ()) if state.end is not None or state.bridged else _finish(state, "message-taken")


def _deadline(state: State, _event: ev.Deadline) -> Step:
    if state.end is not None or state.bridged:
        return state, ()
    state = replace(state, late=True)
    if state.current is not None and state.current.holds:
        return state, ()  # the time to join is running
    if state.current is not None:
        return _close(state, len(state.attempts), "no-answer")
    return _seek(state)


# --- the desk ---


def _agent_free(state: State, _event: ev.AgentFree) -> Step:
    return _seek(state)


def _offered(state: State, event: ev.Offered) -> Step:
    if not state.seeking or state.late or event.agent in state.tried:
        return state, ()
    state = replace(state, attempts=(*state.attempts, Attempt(event.agent, event.idle_since)))
    return _ring(state, (ev.StartTimer(len(state.attempts), "accept"),))


def _nobody(state: State, event: ev.Nobody) -> Step:
    return (state, ()) if event.on_shift or not state.seeking else _ask_for_message(state)


def _accepted(state: State, event: ev.Accepted) -> Step:
    current, k = state.current, len(state.attempts)
    if state.end is not None or current is None or not current.stands or current.agent != event.agent:
        return state, ()
    state = state.with_attempt(k, outcome="accepted")
    effects: tuple[Effect, ...] = (ev.StartTimer(k, "join"),)
    if event.by == "click" and current.answered and current.sid is not None:
        effects = (ev.MoveAgent(k, current.sid), *effects)
    return _meet(*_ring(state, effects))


def _declined(state: State, event: ev.Declined) -> Step:
    current = state.current
    if current is None or current.agent != event.agent or not current.stands:
        return state, ()
    return _close(state, len(state.attempts), "declined")


def _agent_ends(state: State, event: ev.AgentEnds) -> Step:
    current = state.current
    if state.end is not None or current is None or not current.holds or current.agent != event.agent:
        return state, ()
    return _finish(state, "served") if state.bridged else _close(state, len(state.attempts), "declined")


# --- the agent's leg ---


def _leg_known(state: State, event: ev.LegKnown) -> Step:
    attempt = state.attempt(event.k)
    if attempt is None or attempt.over:
        return state, ()
    state = state.with_attempt(event.k, sid=event.sid)
    wanted = state.end is None and (attempt.stands or attempt.holds)
    return state, (() if wanted else (ev.EndLeg(event.sid),))


def _answered(state: State, event: ev.Answered) -> Step:
    state, effects = _leg_known(state, ev.LegKnown(event.k, event.sid))
    return (state.with_attempt(event.k, answered=True) if state.attempt(event.k) else state), effects


def _machine_answered(state: State, event: ev.MachineAnswered) -> Step:
    return _close(state, event.k, "machine-answered")


def _ring_failed(state: State, event: ev.RingFailed) -> Step:
    return _close(state, event.k, "failed")


def _expired(state: State, event: ev.Expired) -> Step:
    attempt = state.attempt(event.k)
    if attempt is None or state.bridged or attempt.holds != (event.what == "join"):
        return state, ()
    return _close(state, event.k, "failed" if attempt.holds else "no-answer")


def _leg_ended(state: State, event: ev.LegEnded) -> Step:
    attempt = state.attempt(event.k)
    if attempt is None:
        return state, ()
    state = state.with_attempt(event.k, over=True)
    if attempt.holds and state.bridged:
        return _agent_left(state, ev.AgentLeft(event.k, dropped=event.how == "failed"))
    return _close(state, event.k, "failed" if attempt.holds else event.how)


def _agent_joined(state: State, event: ev.AgentJoined) -> Step:
    attempt = state.attempt(event.k)
    if attempt is None or attempt.over:
        return state, ()
    if state.end is not None or not attempt.holds:
        return state, ((ev.EndLeg(attempt.sid),) if attempt.sid else ())
    return _meet(state.with_attempt(event.k, joined=True), ())


def _agent_left(state: State, event: ev.AgentLeft) -> Step:
    attempt = state.attempt(event.k)
    if state.end is not None or attempt is None or not attempt.holds:
        return state, ()
    if not state.bridged:
        return _close(state, event.k, "failed")
    return _regroup(state, (ev.MoveCaller(),)) if event.dropped else _finish(state, "served")


# --- steps that several rules share ---


def _seek(state: State) -> Step:
    if not state.seeking:
        return state, ()
    if state.late:
        return _ask_for_message(state)
    return state, ((ev.FindAgent(state.tried),) if state.briefed else ())


def _ring(state: State, effects: tuple[Effect, ...] = ()) -> Step:
    """Ring the agent once the caller is there to be talked to."""
    current, k = state.current, len(state.attempts)
    if current is None or current.rung or state.caller != "in":
        return state, effects
    return state.with_attempt(k, rung=True), (*effects, ev.Ring(k, current.agent))


def _meet(state: State, effects: tuple[Effect, ...]) -> Step:
    current = state.current
    together = current is not None and current.holds and current.joined and state.caller == "in"
    return (replace(state, bridged=True) if together else state), effects


def _close(state: State, k: int, outcome: Outcome) -> Step:
    """End the k-th attempt, if it has not ended, and look further."""
    attempt = state.attempt(k)
    if attempt is None or state.end is not None or state.bridged or not (attempt.stands or attempt.holds):
        return state, ()
    state, further = _seek(state.with_attempt(k, outcome=outcome, left=attempt.holds))
    return state, (*_hang_up(state, k), *further)


def _hang_up(state: State, k: int) -> tuple[Effect, ...]:
    attempt = state.attempts[k - 1]
    return () if attempt.sid is None or attempt.over else (ev.EndLeg(attempt.sid),)


def _out_of_room(state: State) -> State:
    """The caller will be parked again, in a new conference, whose callbacks cannot be taken for the old one's."""
    return replace(state, caller="coming", conference=None, round=state.round + 1)


def _regroup(state: State, move: tuple[Effect, ...] = ()) -> Step:
    """The agent was lost in mid-conversation: park the caller again and look for another."""
    k = len(state.attempts)
    state = _out_of_room(replace(state.with_attempt(k, left=True), bridged=False, late=False))
    effects = (*_hang_up(state, k), *move, ev.StartDeadline())
    state, further = _seek(state)
    return state, (*effects, *further)


def _ask_for_message(state: State) -> Step:
    return replace(state, asked=True), (ev.MoveCaller(),)


def _finish(state: State, end: End) -> Step:
    """No leg outlives the hand-off; a caller who is still there is sent to his goodbye, unless he leaves a message."""
    if state.current is not None and state.current.stands:
        state = state.with_attempt(len(state.attempts), outcome="caller-left" if end == "caller-left" else "too-late")
    effects = [effect for k in range(1, len(state.attempts) + 1) for effect in _hang_up(state, k)]
    state = replace(state, end=end, bridged=False)
    if end == "served" and state.caller != "gone":
        effects += [ev.MoveCaller(), ev.EndCaller()]
    if state.conference is not None:
        effects.append(ev.EndConference(state.conference))
    return state, tuple(effects)


_RULES: dict[type[Event], Callable[[State, Any], Step]] = {
    ev.Briefed: _briefed,
    ev.CallerJoined: _caller_joined,
    ev.CallerOut: _caller_out,
    ev.CallerGone: _caller_gone,
    ev.Offered: _offered,
    ev.Nobody: _nobody,
    ev.AgentFree: _agent_free,
    ev.LegKnown: _leg_known,
    ev.Answered: _answered,
    ev.Accepted: _accepted,
    ev.Declined: _declined,
    ev.RingFailed: _ring_failed,
    ev.LegEnded: _leg_ended,
    ev.MachineAnswered: _machine_answered,
    ev.AgentJoined: _agent_joined,
    ev.AgentLeft: _agent_left,
    ev.AgentEnds: _agent_ends,
    ev.Expired: _expired,
    ev.Deadline: _deadline,
    ev.MessageLeft: _message_left,
}
