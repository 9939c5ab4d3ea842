"""Whether a hand-off still wants what it promised: asked before each request to the carrier, and each repetition."""

from ivr.handoff.effects import (
    CarrierEffect,
    DialCaller,
    EndCaller,
    EndConference,
    EndLeg,
    MoveAgent,
    MoveCaller,
    Ring,
    Unhold,
)
from ivr.handoff.state import State

# the ends after which we see to it that the caller's leg ends too
ENDED_BY_US = ("served", "callback-booked", "message-taken")


def still_wanted(state: State, effect: CarrierEffect) -> bool:
    """Whether `state` still needs `effect`: it has not been seen done, and nothing newer took its place."""
    live = state.end is None
    match effect:
        case Ring(attempt_number):
            attempt = state.attempt(attempt_number)
            return live and attempt is not None and attempt.lasts and attempt.sid is None
        case MoveAgent(attempt_number, sid):
            attempt = state.attempt(attempt_number)
            on_his_way = attempt is not None and attempt.holds and not (attempt.fetched or attempt.joined)
            return live and on_his_way and attempt is not None and attempt.sid == sid
        case MoveCaller(to, number):
            return state.caller != "gone" and state.sent == to and number in (0, state.moves)
        case DialCaller(dial):
            return live and state.caller == "rung" and state.dial == dial and state.dialled is None
        case Unhold():
            return live and state.conference is not None and not state.held
        case EndLeg(sid):
            return not _is_over(state, sid) and not (live and _is_needed(state, sid))
        case EndConference(conference):
            return not live or conference != state.conference
        case EndCaller():
            return state.end in ENDED_BY_US


def _is_over(state: State, sid: str) -> bool:
    return any(attempt.sid == sid and attempt.over for attempt in state.attempts)


def _is_needed(state: State, sid: str) -> bool:
    return state.dialled == sid or any(attempt.sid == sid and attempt.lasts for attempt in state.attempts)
