"""How well callers were understood: the figures of docs/quality.md."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ivr.nlu.intents import DANGEROUS, INTENTS, TO_A_PERSON

BINS = 15
IN_SCOPE = 0.95


@dataclass(frozen=True, slots=True)
class Guess:
    """One row as it is and as it was understood; `out` is the probability of out_of_scope."""

    truth: str
    intent: str
    confidence: float
    out: float


def figures(guesses: Sequence[Guess]) -> dict[str, Any]:
    """Accuracy and the rest, as fractions; per-label F1 under "f1"."""
    f1 = {label: _f1(guesses, label) for label in INTENTS if any(guess.truth == label for guess in guesses)}
    return {
        "rows": len(guesses),
        "accuracy": _mean(guess.truth == guess.intent for guess in guesses),
        "macro_f1": _mean(f1.values()),
        "action_accuracy": _mean(_acted(guess) for guess in guesses),
        "dangerous": _mean(guess.intent in DANGEROUS and guess.intent != guess.truth for guess in guesses),
        "oos_recall_at_95": _oos_recall(guesses),
        "human_agent_recall": _mean(guess.intent == "human_agent" for guess in guesses if guess.truth == "human_agent"),
        "ece": _ece(guesses),
        "f1": f1,
        "support": {label: sum(guess.truth == label for guess in guesses) for label in f1},
    }


def confusion(guesses: Sequence[Guess]) -> list[list[int]]:
    """Rows are what was meant, columns what was understood, in the order of LABELS."""
    pairs = Counter((guess.truth, guess.intent) for guess in guesses)
    return [[pairs[meant, understood] for understood in INTENTS] for meant in INTENTS]


def _acted(guess: Guess) -> bool:
    """The line does the right thing: everything that goes to a person counts as one."""
    return guess.truth == guess.intent or {guess.truth, guess.intent} <= TO_A_PERSON


def _f1(guesses: Sequence[Guess], label: str) -> float:
    right = sum(guess.truth == guess.intent == label for guess in guesses)
    either = sum((guess.truth == label) + (guess.intent == label) for guess in guesses)
    return 2 * right / either if either else 0.0


def _oos_recall(guesses: Sequence[Guess]) -> float:
    """Share of out-of-scope rows found when the bar is set so that 95 % of the others stay in scope."""
    inside = sorted(guess.out for guess in guesses if guess.truth != "out_of_scope")
    bar = inside[int(IN_SCOPE * (len(inside) - 1))] if inside else 0.0
    return _mean(guess.out > bar for guess in guesses if guess.truth == "out_of_scope")


def _ece(guesses: Sequence[Guess]) -> float:
    """Expected calibration error over equal bins of confidence."""
    bins: dict[int, list[Guess]] = {}
    for guess in guesses:
        bins.setdefault(min(int(guess.confidence * BINS), BINS - 1), []).append(guess)
    gaps = (abs(sum(g.truth == g.intent for g in held) - sum(g.confidence for g in held)) for held in bins.values())
    return sum(gaps) / len(guesses)


def _mean(values: Any) -> float:
    listed = [float(value) for value in values]
    return sum(listed) / len(listed) if listed else float("nan")
