"""The people of a day at the desk: shifts, callers' hours, and how long they talk."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

OPENS = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=10)
ROUND = 45.0  # seconds of news and music
INTENTS = ("dispute", "payment", "card", "balance", "other")
BUSY_HOURS = (6, 9, 16, 17, 10, 8, 15, 17, 9, 5)  # how callers spread over the ten hours
TALK = (420.0, 0.55)  # median seconds and the spread of its logarithm
EARLY, MIDDLE, LATE = (0.0, 6.5), (2.0, 8.5), (3.75, 10.25)  # shifts, in hours after opening


@dataclass(frozen=True, slots=True)
class Person:
    """An agent of the day: their shift in hours, and what sets them apart from their equals."""

    name: str
    shift: tuple[float, float]
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)

    @property
    def equals(self) -> tuple[Any, ...]:
        return self.shift, self.skills, self.languages


PEOPLE = (
    *(Person(f"Early {number}", EARLY) for number in (1, 2, 3)),
    *(Person(f"Middle {number}", MIDDLE) for number in (1, 2, 3)),
    *(Person(f"Late {number}", LATE) for number in (1, 2, 3)),
    Person("Disputes 1", MIDDLE, ("dispute",)),
    Person("Disputes 2", MIDDLE, ("dispute",)),
    Person("Spanish 1", MIDDLE, (), ("en", "es")),
)


class VirtualClock:
    def __init__(self) -> None:
        self.time = OPENS

    def now(self) -> datetime:
        return self.time


class Silent:
    """Live news that nobody follows."""

    def publish(self, topic: str, kind: str, ref: str = "") -> None:
        return
