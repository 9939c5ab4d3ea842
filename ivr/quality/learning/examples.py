"""What the line learns from and is examined on: the phrases that ship, and reviewers' corrections. Pure."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ivr.nlu.normalise import normalise
from ivr.quality.learning.phrases import phrases

FOLDS = 5  # one of them is held back
PER_TEMPLATE = 8
FEW = 5  # from so many corrections on, at least one is held back


@dataclass(frozen=True, slots=True)
class Example:
    """`text` means `label` where `asked` (open, yes-no, digits, money, date) was asked for; `id` of its correction."""

    text: str
    label: str
    asked: str = "open"
    id: int = 0


def shipped() -> tuple[list[Example], list[Example]]:
    """The phrases to hold on to, and those held back to examine with."""
    found = [Example(text, label) for text, label in phrases(PER_TEMPLATE)]
    return [one for one in found if fold(one.text)], [one for one in found if not fold(one.text)]


def fold(text: str) -> int:
    """0 is held back. The same for texts that differ in punctuation alone, whenever it is asked."""
    return zlib.crc32(normalise(text).encode()) % FOLDS


def newest(examples: Iterable[Example]) -> list[Example]:
    """Of those with the same words after the same question only the last: reviewers change their minds, and differ."""
    return list({(normalise(one.text), one.asked): one for one in examples}.values())


def held_back(corrections: Sequence[Example]) -> list[Example]:
    """About a fifth of them, by their words; of `FEW` or more at least one."""
    held = [one for one in corrections if not fold(one.text)]
    if held or len(corrections) < FEW:
        return held if len(corrections) >= FEW else []
    return [min(corrections, key=lambda one: zlib.crc32(normalise(one.text).encode()))]
