"""What differs from language to language beyond the sentences: how figures are said, and how callers are recognised."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


class Locale(Protocol):
    """What differs from language to language beyond the words themselves."""

    later: str
    this_phone: str

    def minutes(self, count: int) -> str:
        """About so many minutes."""
        ...

    def place(self, position: int) -> str: ...

    def opening(self, local: datetime, today: date) -> str:
        """The day and the hour: "tomorrow at 8 AM"."""
        ...


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How to tell that a caller speaks the language: common `words` of it, of which those in `shared` prove nothing by
    themselves, and `asked_for`, regular expressions of a wish to speak it."""

    words: frozenset[str]
    shared: frozenset[str]
    asked_for: tuple[str, ...]
