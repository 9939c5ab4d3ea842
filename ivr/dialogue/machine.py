"""The dialogue as a state machine: `begin`, then `step` with one event at a time."""

from typing import Any

from ivr.dialogue.actions import HangUp
from ivr.dialogue.builder import Draft, Transition, listening
from ivr.dialogue.dtmf import apply_keys
from ivr.dialogue.escalation import account, hand_off, known, verified
from ivr.dialogue.events import (
    CardTaken,
    Event,
    Failed,
    Interrupted,
    Keyed,
    NoInput,
    Paid,
    Refused,
    Resumed,
    Returned,
    Said,
    Slow,
    Started,
    TakenOver,
)
from ivr.dialogue.flow_runner import advance
from ivr.dialogue.intent_routing import self_service
from ivr.dialogue.outcome import resolved
from ivr.dialogue.payment_rules import not_paid, paid
from ivr.dialogue.prompts import PROMPTS
from ivr.dialogue.repair import no_input, open_question
from ivr.dialogue.results import apply_result
from ivr.dialogue.state import Line, State
from ivr.dialogue.utterances import apply_utterance, leaving
from languages import DEFAULT

UNRECORDED = ("recording", "off: the caller does not want to be recorded")
"""Known of a call from then on, by its name: what the agent reads in the brief."""

__all__ = ["UNRECORDED", "State", "account", "begin", "known", "resolved", "restore", "step", "verified"]

LONGEST = 100  # events of a call; beyond it something is going in circles
READ_BACK = "agreed"
PLAYED_OUT = 0.8


class NotStartedError(ValueError):
    """A conversation has to begin before anything can happen in it."""


def begin() -> State:
    """A conversation before its first event, which is Started."""
    return State()


def restore(data: dict[str, Any] | None) -> State:
    """The conversation that `State.to_json` kept; None: before its first event."""
    return State.from_json(data) if data else begin()


def step(state: State, event: Event) -> Transition:
    """The next state and what to do. The actions end with exactly one Query, Listen, HandOff, TakeCard or HangUp.

    Four exceptions keep what is under way: Slow gives at most one Say, and so does a caller during a query or card
    entry who will not be recorded; an event of no consequence then gives no action, nor does any after a hand-off.
    Raises NotStartedError if Started is not first."""
    draft = Draft(state).with_fields(turn=state.turn + 1)
    if state.phase == "new":
        return _start(draft, event)
    if isinstance(event, TakenOver):
        talking = state.phase in ("asking", "waiting")
        return hand_off(draft, "supervisor", wanted=event.agent) if talking else (state, ())
    if isinstance(event, Said) and event.meaning.no_recording and state.phase not in ("gone", "ended"):
        return _unrecorded(draft, event)
    if state.phase != "gone" and (away := _away(draft, event)) is not None:
        return away
    match state.phase:
        case "asking":
            return _talk(draft, event)
        case "waiting" | "card":
            return _wait(draft, event)
        case "ended":
            return draft.state, (HangUp(),)
        case _:
            return _afterwards(draft.state, event), ()


def _start(draft: Draft, event: Event) -> Transition:
    if not isinstance(event, Started):
        raise NotStartedError(f"the first event of a conversation was {type(event).__name__}; send Started first")
    known = draft.with_fields(
        today=event.today,
        company=event.company,
        account=event.account,
        on_file=event.account is not None,
        braked=event.braked,
        codes=event.codes,
        texts=event.texts,
    )
    return advance(known.say(Line("open.person")))


def _afterwards(state: State, event: Event) -> State:
    """Money that moved, or did not, while the caller was already on the way to a person stands in what is known."""
    match event:
        case Paid() | CardTaken(result="success"):
            return paid(state, event.confirmation)
        case Refused() | Failed(sure=True):
            return not_paid(state)
        case _:
            return state


def _away(draft: Draft, event: Event) -> Transition | None:
    """A person, from wherever we are."""
    if isinstance(event, Said):
        return leaving(draft, event)
    if isinstance(event, Keyed) and event.digits.strip("#") and not event.digits.strip("#0") and len(event.digits) < 4:
        return hand_off(draft, "asked")
    return None


def _talk(draft: Draft, event: Event) -> Transition:
    """An event while we listen; a late answer to a query is none of the caller's."""
    if draft.state.turn > LONGEST:
        return hand_off(draft, "unclear")
    match event:
        case Said():
            return apply_utterance(draft, event)
        case Keyed():
            return apply_keys(draft, event.digits.strip("#"))
        case NoInput():
            return no_input(draft)
        case Resumed():
            return advance(draft.say(Line("repair.resumed")))
        case Interrupted():
            cut = event.prompt.startswith(READ_BACK) and event.played < PLAYED_OUT
            return _again(draft.with_fields(cut=draft.state.cut or cut))
        case _:
            return _again(draft)


def _unrecorded(draft: Draft, said: Said) -> Transition:
    """The recording stops, whatever is going on; the caller hears so, and goes on being helped."""
    spoken = said.meaning.language if "recording.off" in PROMPTS.get(said.meaning.language, {}) else DEFAULT
    told = draft.with_state(draft.state.note(*UNRECORDED))
    told = told.say(Line("recording.off"), spoken)
    if (away := leaving(told, said)) is not None:
        return away
    if told.state.phase != "asking":
        return told.state, told.actions
    if told.state.turn > LONGEST:
        return hand_off(told, "unclear")
    asked = self_service(told, said)
    return asked if asked is not None else advance(told)


def _again(draft: Draft) -> Transition:
    ask = open_question(draft.state)
    return draft.state, (listening(ask),)


def _wait(draft: Draft, event: Event) -> Transition:
    """An event while a query or the carrier's card entry is under way."""
    match event:
        case Said() | Keyed() | Interrupted() if draft.state.phase == "waiting" and draft.state.turn > LONGEST:
            return hand_off(draft, "unclear")
        case NoInput() if draft.state.phase == "waiting":
            return apply_result(draft, Failed())  # every query is given up sooner than a caller's patience: it was lost
        case Said() | Keyed() | NoInput() | Interrupted() | Started():
            return draft.state, ()
        case Slow():
            told = draft if draft.state.slow else draft.say(Line("repair.looking")).with_fields(slow=True)
            return told.state, told.actions
        case Resumed() if draft.state.phase == "waiting":
            return advance(draft.say(Line("repair.resumed")))
        case Returned() if draft.state.phase == "waiting":
            return advance(draft)
        case Resumed() | Returned():
            return hand_off(draft, "fault")
        case _:
            return apply_result(draft, event)
