"""From probabilities to a decision: rules of high precision first, and a higher bar for what is dangerous to get wrong."""

from dataclasses import dataclass

from ivr.meaning import signals
from ivr.meaning.labels import DANGEROUS

SURE = 0.97
DANGER_BAR = 0.5
LONGEST_ANSWER = 6

Ranked = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Decision:
    intent: str
    confidence: float
    ranked: Ranked


def decide(text: str, probabilities: dict[str, float], expect: str | None) -> Decision:
    """The intent of `text`, its confidence, and all intents, best first."""
    ruled = by_rule(text, expect)
    weighed = _raise_to(probabilities, ruled, SURE) if ruled else probabilities
    ranked = tuple(sorted(weighed.items(), key=lambda item: -item[1]))
    intent, confidence = ranked[0]
    if intent in DANGEROUS and confidence < DANGER_BAR and not ruled:
        intent, confidence = next(item for item in ranked if item[0] not in DANGEROUS)
        ranked = ((intent, confidence), *(item for item in ranked if item[0] != intent))
    return Decision(intent, confidence, ranked)


def by_rule(text: str, expect: str | None) -> str | None:
    """An intent that the words settle by themselves."""
    if signals.wants_person(text):
        return "human_agent"
    answer = signals.yes_no(text) if expect == "yes-no" else None
    if answer is None:
        return None
    return "yes" if answer else "no"


def _raise_to(probabilities: dict[str, float], intent: str, floor: float) -> dict[str, float]:
    """`intent` gets at least `floor`; the others share the rest as they did."""
    now = probabilities[intent]
    if now >= floor:
        return probabilities
    rest = (1 - floor) / max(1 - now, 1e-9)
    return {name: floor if name == intent else value * rest for name, value in probabilities.items()}
