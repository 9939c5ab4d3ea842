"""Chooses the intent: by rule where the words settle it, else by the classifier's probabilities.

An intent that is dangerous to get wrong has to be more probable than the others.
"""

from dataclasses import dataclass

from ivr.nlu.intents import CONTROL, DANGEROUS
from ivr.nlu.payment_request import wants_payment
from ivr.nlu.person_request import wants_person
from ivr.nlu.yes_no import no_answer, yes_no

RULE_CONFIDENCE = 0.97
DANGER_BAR = 0.7
ASIDE = 0.3
PLAINLY = 0.9

Shares = dict[str, float]


@dataclass(frozen=True, slots=True)
class Decision:
    """The chosen intent comes first in `ranked`."""

    intent: str
    confidence: float
    ranked: tuple[tuple[str, float], ...]


def choose_intent(
    text: str,
    shares: Shares,
    *,
    expect: str | None = None,
    answered: bool = False,
    no_person: bool = False,
    declined: bool = False,
) -> Decision:
    """The intent of `text` from the models' `shares`.

    `answered`: the text holds the amount, day or digits that were asked for, so that whatever else the
    models read into it counts little. `no_person`: the caller does not want one; `declined`: that is all they said.
    """
    excluded = {"human_agent"} if no_person else set()
    if no_answer(text):
        excluded |= {"yes", "no"} if expect == "yes-no" else {"yes"}
    shares = _without(shares, excluded)
    ruled = "help" if declined else by_rule(text, expect)
    if ruled:
        return _decision(_raise_to(shares, ruled, RULE_CONFIDENCE), ruled)
    weighed = _aside(shares) if answered else shares
    best = max(weighed, key=weighed.__getitem__)
    if best in DANGEROUS and weighed[best] < DANGER_BAR:
        best = max((name for name in weighed if name not in DANGEROUS), key=weighed.__getitem__)
    return _decision(weighed, best)


def by_rule(text: str, expect: str | None) -> str | None:
    """An intent that the words settle by themselves."""
    if wants_person(text):
        return "human_agent"
    answer = yes_no(text) if expect == "yes-no" else None
    if answer is not None:
        return "yes" if answer else "no"
    return "payment" if wants_payment(text) else None


def _without(shares: Shares, excluded: set[str]) -> Shares:
    """None for these intents; the others divide all of it as they did."""
    left = 1 - sum(shares[name] for name in excluded)
    return {name: 0.0 if name in excluded else share / max(left, 1e-9) for name, share in shares.items()}


def _decision(shares: Shares, chosen: str) -> Decision:
    ranked = sorted(shares.items(), key=lambda item: (item[0] != chosen, -item[1]))
    return Decision(chosen, shares[chosen], tuple(ranked))


def _raise_to(shares: Shares, intent: str, floor: float) -> Shares:
    """`intent` gets at least `floor`; the others divide the rest as they did."""
    if shares[intent] >= floor:
        return shares
    rest = (1 - floor) / (1 - shares[intent])
    return {name: floor if name == intent else share * rest for name, share in shares.items()}


def _aside(shares: Shares) -> Shares:
    """An answer's intents, held down, but for a plain wish to stop or steer the call."""
    return {name: share if name in CONTROL and share > PLAINLY else share * ASIDE for name, share in shares.items()}
