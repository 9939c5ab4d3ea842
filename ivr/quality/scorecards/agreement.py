"""How far judges agree, in percent and corrected for chance. Pure.

A unit is one thing that was judged (a question of a call): each judge's name and the answer that they gave. A judge may
be missing from a unit. Answers are categories: that "4" is nearer to "5" than to "1" counts for nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

Unit = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """`percent` of pairs of judges who gave the same answer; None where no two judged the same unit.

    `beyond_chance` is Cohen's kappa for two judges and Krippendorff's alpha for more, 1 for full agreement and 0 for
    what chance gives; None where all answers are the same, of which chance says nothing. `units`: judged by two at
    least.
    """

    units: int
    percent: float | None
    beyond_chance: float | None
    measure: Literal["kappa", "alpha"]


def agreement(units: Iterable[Unit]) -> Agreement:
    """Of any number of judges over any number of units."""
    paired = [unit for unit in units if len(unit) > 1]
    judges = sorted({judge for unit in paired for judge in unit})
    pairs = [one == other for unit in paired for one, other in combinations(unit.values(), 2)]
    percent = round(100 * sum(pairs) / len(pairs), 1) if pairs else None
    if len(judges) == 2:
        kappa = cohens_kappa([(unit[judges[0]], unit[judges[1]]) for unit in paired])
        return Agreement(len(paired), percent, kappa, "kappa")
    return Agreement(len(paired), percent, krippendorffs_alpha([list(unit.values()) for unit in paired]), "alpha")


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Of two judges (Cohen 1960): (observed - expected) / (1 - expected), expected from each one's own habits."""
    count = len(pairs)
    if not count:
        return None
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    observed = sum(one == other for one, other in pairs) / count
    expected = sum(first[answer] * second[answer] for answer in first) / count**2
    return None if expected == 1.0 else round((observed - expected) / (1 - expected), 3)


def krippendorffs_alpha(units: Sequence[Sequence[str]]) -> float | None:
    """Of any number of judges, each unit judged by two at least (Krippendorff 2004, nominal): 1 - observed / expected
    disagreement."""
    values = Counter(answer for unit in units for answer in unit)
    whole = sum(values.values())
    expected = whole**2 - sum(count**2 for count in values.values())
    if not expected:
        return None
    observed = sum(_unlike(unit) / (len(unit) - 1) for unit in units)
    return round(1 - (whole - 1) * observed / expected, 3)


def _unlike(answers: Sequence[str]) -> int:
    """Ordered pairs of answers to one unit that differ."""
    counts = Counter(answers)
    return len(answers) ** 2 - sum(count**2 for count in counts.values())
