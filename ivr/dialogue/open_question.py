"""What the question asked last says of its answer: whether digits in it are secret, and how many keys it takes."""

from ivr.dialogue.flows.registry import ASKS
from ivr.dialogue.state import State
from ivr.redaction import Named


def expects_secret(state: State) -> bool:
    """Whether the next answer is a PIN or a code: it must not be stored or logged."""
    return state.phase == "asking" and state.question in ASKS and ASKS[state.question].secret


def digits_mean(state: State) -> Named | None:
    """What digits in the answer are; None where the words before it tell."""
    return ASKS[state.question].digits_mean if state.question in ASKS else None


def takes_many_keys(state: State) -> bool:
    """Whether the answer may be keyed in several digits that are no secret."""
    if state.phase != "asking" or state.question not in ASKS:
        return False
    ask = ASKS[state.question]
    return ask.digits is None and ask.kind in ("digits", "money", "date")
