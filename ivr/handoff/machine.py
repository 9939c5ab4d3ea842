"""The hand-off as a pure state machine: `step(state, event) -> (state, effects)`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ivr.handoff import events as ev
from ivr.handoff import transfer_rules
from ivr.handoff.effects import DialCaller, Effect, EndConference, EndLeg, MoveAgent, StartDeadline, StartTimer
from ivr.handoff.events import Event
from ivr.handoff.state import Attempt, Recalled, State
from ivr.handoff.transitions import (
    Step,
    close,
    finish,
    meet,
    move,
    none_free,
    out_of_conference,
    part,
    recall,
    ring,
    seek,
    wait_in_queue,
)


def step(state: State, event: Event) -> Step:
    """The next state and what is to be done. Every event is legal in every state."""
    return _RULES[type(event)](state, event)


# --- the caller ---


def _briefed(state: State, _event: ev.Briefed) -> Step:
    if state.briefed:
        return state, ()
    state, effects = seek(replace(state, briefed=True))
    return state, effects if state.away else (StartDeadline(last=True), *effects)


def _caller_joined(state: State, event: ev.CallerJoined) -> Step:
    if state.end is not None:
        return state, (EndConference(event.conference),)
    if state.caller == "away" or event.conference == state.left:
        return state, ()
    state = replace(state, caller="in", conference=event.conference, sent=None)
    if state.asked and state.holds:
        state, _ = recall(state, _place(state))  # an older version beside us has noted the agent's yes
    if state.parting:
        return transfer_rules.stays_in(state)
    if state.asked:
        return move(state, "resume" if state.message else "offers")
    if state.queued and not state.holds and not state.bridged:
        return move(state, "queue")
    return meet(*ring(state))


def _caller_waits(state: State, _event: ev.CallerWaits) -> Step:
    if state.end is not None:
        return replace(state, sent=None if state.sent == "queue" else state.sent), ()
    if state.asked or state.caller in ("away", "rung", "in"):
        return state, ()  # one who is in a conference has fetched it before, and this comes late
    state, anew = transfer_rules.caller_stays(state, ev.CallerStays())
    sent = None if state.sent == "queue" else state.sent
    return ring(replace(state, caller="moving" if state.holds else "queue", queued=True, sent=sent), anew)


def _caller_fetched(state: State, event: ev.CallerFetched) -> Step:
    return (replace(state, sent=None), ()) if state.sent == event.to else (state, ())


def _caller_out(state: State, _event: ev.CallerOut) -> Step:
    if state.end is not None or state.asked or state.caller != "in":
        return state, ()
    if state.bridged:
        return transfer_rules.reunite(state)
    return out_of_conference(state), ()  # their document parks them again


def _caller_gone(state: State, _event: ev.CallerGone) -> Step:
    if state.end is not None:
        return state, ()
    if state.away:
        return _missed(state, ev.CallerNotReached(state.dial, "hung-up"))
    served = state.bridged or state.parting
    return finish(replace(state, caller="gone"), "served" if served else state.settled or "caller-left")


def _message_chosen(state: State, _event: ev.MessageChosen) -> Step:
    if state.end is not None or state.bridged or state.holds or state.held or state.message or state.away:
        return state, ()
    if state.current is not None:
        return recall(state, "message")  # a phone rings for them: whoever sits there comes first
    return replace(state, asked=True, message=True, parting=False), ()


def _message_left(state: State, event: ev.MessageLeft) -> Step:
    if state.end == "caller-left" and event.said:
        return replace(state, end="message-taken"), ()
    if state.end is not None or state.bridged or state.away:
        return state, ()
    if state.current is not None:
        return recall(state, "message-taken" if event.said else state.recalled or "message")
    return finish(state, "message-taken") if event.said else (state, ())


def _call_back_booked(state: State, _event: ev.CallBackBooked) -> Step:
    if state.end is not None or state.bridged or state.holds or state.held or state.away:
        return state, ()
    if state.current is not None:
        return recall(state, "callback-booked")
    return finish(state, "callback-booked")


def _deadline(state: State, event: ev.Deadline) -> Step:
    if state.end is not None or state.bridged or state.parting or state.caller in ("away", "rung"):
        return state, ()
    if not event.last:
        return wait_in_queue(state)
    return seek(replace(state, late=True))  # a phone that rings may be answered yet


# --- the desk ---


def _agent_free(state: State, _event: ev.AgentFree) -> Step:
    return seek(state)


def _ask_again(state: State, _event: ev.AskAgain) -> Step:
    return seek(replace(state, since=len(state.attempts))) if state.seeking else (state, ())


def _offered(state: State, event: ev.Offered) -> Step:
    if not state.seeking or event.agent in state.passed:
        return state, ()
    wanted = event.agent == state.wanted
    offer = Attempt(event.agent, event.idle_since, outcome="accepted" if wanted else None)
    state = replace(state, attempts=(*state.attempts, offer), wanted=0)
    timer = StartTimer(len(state.attempts), "answer" if wanted else "accept")
    state, moved = _call_in(state) if wanted else (state, ())
    return ring(state, (*moved, timer))


def _nobody(state: State, event: ev.Nobody) -> Step:
    return none_free(state, event.on_shift)


def _accepted(state: State, event: ev.Accepted) -> Step:
    attempt_number = _offered_to(state, event.agent)
    if state.end is not None or not attempt_number:
        return state, ()
    offer = state.attempts[attempt_number - 1]
    state = state.with_attempt(attempt_number, outcome="accepted", proved=offer.proved or event.by == "key")
    effects: tuple[Effect, ...] = (StartTimer(attempt_number, "join"),)
    if event.by == "click" and offer.answered and offer.sid is not None:
        effects = (MoveAgent(attempt_number, offer.sid), *effects)
    state, moved = _call_in(state)
    effects = (*moved, *effects)
    return meet(*ring(state, effects))


def _call_in(state: State) -> Step:
    """An agent has said yes: the caller is called into their room from where they wait or were asked."""
    if state.asked:
        state, _ = recall(state, _place(state))
        state = replace(state, caller="queue" if state.caller == "moving" else state.caller)
    return move(state, "room") if state.caller == "queue" else (state, ())


def _place(state: State) -> Recalled:
    """Where a caller is who was asked."""
    return "message" if state.message else "offers"


def _declined(state: State, event: ev.Declined) -> Step:
    attempt_number = _offered_to(state, event.agent)
    return close(state, attempt_number, "declined") if attempt_number else (state, ())


def _offered_to(state: State, agent: int) -> int:
    """The number of the offer to `agent` that stands; 0 without one."""
    return next((number for number, offer in enumerate(state.attempts, 1) if offer.stands and offer.agent == agent), 0)


def _agent_ends(state: State, event: ev.AgentEnds) -> Step:
    current, second = state.current, state.second
    if state.end is not None or current is None:
        return state, ()
    if second is not None and second.holds and second.agent == event.agent:
        return part(state, state.second_number)
    if not current.holds or current.agent != event.agent:
        return state, ()
    return transfer_rules.goodbye(state) if state.bridged else close(state, state.current_number, "declined")


# --- the agent's leg ---


def _leg_known(state: State, event: ev.LegKnown) -> Step:
    attempt = state.attempt(event.attempt_number)
    if attempt is None or attempt.over:
        return state, ()
    state = state.with_attempt(event.attempt_number, sid=event.sid)
    wanted = state.end is None and (attempt.stands or attempt.holds)
    return state, (() if wanted else (EndLeg(event.sid),))


def _answered(state: State, event: ev.Answered) -> Step:
    state, effects = _leg_known(state, ev.LegKnown(event.attempt_number, event.sid))
    return (
        state.with_attempt(event.attempt_number, answered=True) if state.attempt(event.attempt_number) else state
    ), effects


def _person_answered(state: State, event: ev.PersonAnswered) -> Step:
    return (
        (state, ())
        if state.attempt(event.attempt_number) is None
        else (state.with_attempt(event.attempt_number, proved=True), ())
    )


def _machine_answered(state: State, event: ev.MachineAnswered) -> Step:
    attempt = state.attempt(event.attempt_number)
    mistaken = attempt is not None and (attempt.proved or attempt.joined)
    return (state, ()) if mistaken else close(state, event.attempt_number, "machine-answered")


def _ring_failed(state: State, event: ev.RingFailed) -> Step:
    return close(state, event.attempt_number, "failed")


def _expired(state: State, event: ev.Expired) -> Step:
    attempt = state.attempt(event.attempt_number)
    if attempt is not None and event.what == "again":
        return seek(state.with_attempt(event.attempt_number, again=True))
    if attempt is None or attempt.holds != (event.what != "accept"):
        return state, ()
    if (attempt.joined and attempt.consult) or (state.bridged and not attempt.consult):
        return state, ()
    if event.what == "reach" and not attempt.consult:
        return _missed(state, ev.CallerNotReached(state.dial, "no-answer"))
    if attempt.holds and attempt.joined and state.caller == "rung":
        return state, ()  # the agent is there, and the caller's phone rings
    if attempt.holds and attempt.fetched and not attempt.over and (there := _caller_there(state)) is not None:
        return _agent_joined(there, ev.AgentJoined(event.attempt_number))
    return close(state, event.attempt_number, "failed" if attempt.holds else "no-answer")


def _caller_there(state: State) -> State | None:
    """The state with the caller in their conference, which they have fetched, though nobody told of their coming.

    Whoever is not there after all is known by the end of their leg. None: nothing speaks for it."""
    on_their_way = state.caller == "moving" and state.sent is None and not (state.asked or state.parting)
    if on_their_way:
        return replace(state, caller="in")
    return state if state.caller in ("in", "away") else None


def _leg_ended(state: State, event: ev.LegEnded) -> Step:
    attempt = state.attempt(event.attempt_number)
    if attempt is None:
        return state, ()
    state = state.with_attempt(event.attempt_number, over=True)
    if attempt.holds and state.bridged:
        return _agent_left(state, ev.AgentLeft(event.attempt_number, dropped=event.how == "failed"))
    if state.parting and attempt.left and event.how == "failed":
        return transfer_rules.lost_after_all(state)
    return close(state, event.attempt_number, "failed" if attempt.holds else event.how)


def _agent_fetched(state: State, event: ev.AgentFetched) -> Step:
    attempt = state.attempt(event.attempt_number)
    return (state, ()) if attempt is None else (state.with_attempt(event.attempt_number, fetched=True), ())


def _agent_joined(state: State, event: ev.AgentJoined) -> Step:
    attempt = state.attempt(event.attempt_number)
    if attempt is None or attempt.over:
        return state, ()
    if state.end is not None or not attempt.holds:
        return state, ((EndLeg(attempt.sid),) if attempt.sid else ())
    state = state.with_attempt(event.attempt_number, joined=True)
    if state.caller == "away":
        state = replace(state, caller="rung", dial=state.dial + 1)
        return state, (DialCaller(state.dial), StartTimer(event.attempt_number, "reach"))
    return meet(state)


def _agent_left(state: State, event: ev.AgentLeft) -> Step:
    attempt = state.attempt(event.attempt_number)
    if state.end is not None or attempt is None or not attempt.holds:
        return state, ()
    if not state.bridged or attempt.consult:
        return close(state, event.attempt_number, "failed")
    return transfer_rules.left(state, event.dropped)


# --- a call-back's caller ---


def _dial_known(state: State, event: ev.DialKnown) -> Step:
    if state.end is not None or event.dial != state.dial or state.caller in ("away", "gone"):
        return state, (EndLeg(event.sid),)
    return replace(state, dialled=event.sid), ()


def _missed(state: State, event: ev.CallerNotReached) -> Step:
    if state.end is not None or event.dial != state.dial or state.caller == "away" or not state.away:
        return state, ()
    if state.bridged or state.parting:
        return finish(replace(state, caller="gone"), "served")
    return finish(replace(state, missed=event.how), "not-reached")


_RULES: dict[type[Event], Callable[[State, Any], Step]] = {
    ev.Briefed: _briefed,
    ev.CallerJoined: _caller_joined,
    ev.CallerWaits: _caller_waits,
    ev.CallerFetched: _caller_fetched,
    ev.CallerOut: _caller_out,
    ev.CallerStays: transfer_rules.caller_stays,
    ev.CallerGone: _caller_gone,
    ev.Offered: _offered,
    ev.Nobody: _nobody,
    ev.AgentFree: _agent_free,
    ev.AskAgain: _ask_again,
    ev.LegKnown: _leg_known,
    ev.Answered: _answered,
    ev.Accepted: _accepted,
    ev.Declined: _declined,
    ev.RingFailed: _ring_failed,
    ev.LegEnded: _leg_ended,
    ev.MachineAnswered: _machine_answered,
    ev.PersonAnswered: _person_answered,
    ev.AgentFetched: _agent_fetched,
    ev.AgentJoined: _agent_joined,
    ev.AgentLeft: _agent_left,
    ev.AgentEnds: _agent_ends,
    ev.Expired: _expired,
    ev.Deadline: _deadline,
    ev.MessageChosen: _message_chosen,
    ev.MessageLeft: _message_left,
    ev.CallBackBooked: _call_back_booked,
    ev.Switched: transfer_rules.switched,
    ev.TakenOver: transfer_rules.taken_over,
    ev.TransferTo: transfer_rules.transfer_to,
    ev.Together: transfer_rules.together,
    ev.Alone: transfer_rules.alone,
    ev.DialKnown: _dial_known,
    ev.CallerNotReached: _missed,
}
