"""What is counted of calls: plain sums, which can be added up over intents and days. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from operator import attrgetter


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over some calls; `ivr.quality.figures.counting` has what each is counted by.

    `settled`: seven days have passed since, and it would be known if the caller had called again; `helped` of them were
    resolved and not followed by another. `traceable`: it would be known. `person`: an agent talked with them, `soon`
    within the seconds that the line aims at, of the `asked` who were to be handed over. `compared` with the recording;
    `priced`: what they cost is known. Times are in seconds.
    """

    calls: int = 0
    settled: int = 0
    helped: int = 0
    traceable: int = 0
    repeats: int = 0
    rated: int = 0
    stars: int = 0
    asked: int = 0
    person: int = 0
    soon: int = 0
    compared: int = 0
    misheard_calls: int = 0
    misheard_turns: int = 0
    words_compared: int = 0
    words_misheard: int = 0
    failed: int = 0
    bad: int = 0
    promises: int = 0
    kept: int = 0
    seconds: float = 0.0
    agent_s: float = 0.0
    priced: int = 0
    cost: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally.total((self, other))

    @classmethod
    def total(cls, some: Iterable["Tally"]) -> "Tally":
        """All together; of none, nothing."""
        return cls(*map(sum, zip(*map(_values, some), strict=True)))


_values: Callable[[Tally], tuple[float, ...]] = attrgetter(*(one.name for one in fields(Tally)))
