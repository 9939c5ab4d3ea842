"""Why the bot did what it did after a turn of the caller: kept with the turn, for whoever reviews the call.

Names and probabilities only: no amounts, digits or words of the caller.
"""

from collections.abc import Iterable
from typing import Any

from ivr.dialogue.actions import Action, HandOff, Say
from ivr.dialogue.events import Event, Said
from ivr.dialogue.state import State
from ivr.store.models import Turn

RUNNERS_UP = 3


def note_reasons(turn: Turn, event: Event, before: State, actions: Iterable[Action]) -> None:
    """Keep with the `turn` what it was understood as in the state `before` it, and what was done."""
    turn.why = {
        "flow": before.task.flow,
        "asked": before.question,
        **(understood(event) if turn.intent else {}),  # what was hidden, or only asked for digits, means nothing
        "did": done(actions),
    }


def understood(event: Event) -> dict[str, Any]:
    """The likeliest intents with their probabilities, the first one counted; and which kinds of things were named."""
    if not isinstance(event, Said):
        return {}
    meaning = event.meaning
    named = {
        "amount": meaning.money or meaning.share,
        "date": meaning.dates,
        "number": meaning.digits,
        "yes": meaning.yes_no is True,
        "no": meaning.yes_no is False,
        "account": meaning.account_kind,
        "upset": meaning.upset,
    }
    ranked = meaning.ranked or ((meaning.intent, meaning.confidence),)
    return {
        "ranked": [[intent, round(float(share), 3)] for intent, share in ranked[:RUNNERS_UP]],
        "named": [name for name, value in named.items() if value],
    }


def done(actions: Iterable[Action]) -> list[str]:
    """The actions by name, in order: "say else.ask/1", "do CheckPin", "person dispute"."""
    return [_named(action) for action in actions if type(action).__name__ != "Listen"]


def _named(action: Action) -> str:
    match action:
        case Say():
            return f"say {action.prompt}"
        case HandOff():
            return f"person {action.reason}"
        case _:
            return f"do {type(action).__name__}"
