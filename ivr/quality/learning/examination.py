"""Whether a model is better than another: both answer the same examples. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ivr.nlu.intents import DANGEROUS
from ivr.nlu.understanding import Understanding
from ivr.quality.learning.examples import Example

MARGIN = 0.005
"""By how much of the shipped examples a model may be worse: what a few borderline phrases make."""
ANY_DAY = date(2026, 3, 2)  # intents do not depend on it


@dataclass(frozen=True, slots=True)
class Answers:
    """What each of the examples was understood as."""

    examples: tuple[Example, ...]
    intents: tuple[str, ...]

    @property
    def right(self) -> int:
        return sum(one.label == intent for one, intent in zip(self.examples, self.intents, strict=True))

    @property
    def dangerous(self) -> int:
        """How many were taken for something that speaks of money or moves it, and are not that."""
        pairs = zip(self.examples, self.intents, strict=True)
        return sum(intent in DANGEROUS and intent != one.label for one, intent in pairs)

    @property
    def accuracy(self) -> float | None:
        """A fraction; None of nothing."""
        return self.right / len(self.examples) if self.examples else None


def examine(understanding: Understanding, examples: Sequence[Example]) -> Answers:
    """Each example as on a call: rules, bars and what was asked included."""
    said = (understanding.understand(one.text, expect=one.asked, today=ANY_DAY).intent for one in examples)
    return Answers(tuple(examples), tuple(said))


def objections(before: Answers, after: Answers, held_before: Answers, held_after: Answers) -> list[str]:
    """Why the later model must not be taken, in sentences: it is worse on what ships or on what was held back."""
    found = []
    if (after.accuracy or 0) < (before.accuracy or 0) - MARGIN:
        found.append(
            f"Of the examples that ship, {after.right} of {len(after.examples)} are understood; {before.right} were."
        )
    if after.dangerous > before.dangerous:
        found.append(
            f"Of the examples that ship, {after.dangerous} are taken for balance, payment or yes; "
            f"{before.dangerous} were."
        )
    if held_after.right < held_before.right:
        found.append(
            f"Of the corrections held back, {held_after.right} of {len(held_after.examples)} are understood; "
            f"{held_before.right} were."
        )
    return found
