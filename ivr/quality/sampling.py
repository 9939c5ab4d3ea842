"""Which calls are judged: drawn by chance, so that they speak for all, or by risk, so that what went wrong is found.

Pure, and the same for the same seed on every machine and version: a call's chance comes from the SHA-256 of seed and
call, and not from a library's generator. The order in which the population comes makes no difference.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """A call that may be drawn: `risk` above 0, how much rather than another; `groups` by what one may draw so many
    of each (agent, intent)."""

    sid: str
    risk: float = 1.0
    groups: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """`chance`: the probability with which the call was in the sample before it was drawn."""

    sid: str
    chance: float
    risk: float


def draw_random(candidates: Sequence[Candidate], size: int, seed: str, per: str = "") -> list[Drawn]:
    """`size` calls, each with the same chance; with `per`, so many of each group of that name."""
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[(candidate.groups or {}).get(per, "") if per else ""].append(candidate)
    return [
        Drawn(one.sid, min(1.0, size / len(group)), one.risk)
        for _, group in sorted(groups.items())
        for one in sorted(group, key=lambda one: chance_of(seed, one.sid))[:size]
    ]


def draw_by_risk(candidates: Sequence[Candidate], size: int, seed: str) -> list[Drawn]:
    """`size` calls, each with a chance in proportion to its risk, exactly (systematic sampling with probabilities
    proportional to size, in random order: Madow 1949). What is sure to be drawn at that rate, is."""
    chances = inclusion_chances({one.sid: one.risk for one in candidates}, size)
    ordered = sorted(candidates, key=lambda one: chance_of(seed, one.sid))
    mark, passed, drawn = chance_of(seed, ""), 0.0, []
    for one in ordered:
        chance = chances[one.sid]
        if chance >= 1.0:
            drawn.append(Drawn(one.sid, 1.0, one.risk))
            continue
        passed += chance
        if passed > mark + 1e-9:
            drawn.append(Drawn(one.sid, chance, one.risk))
            mark += 1.0
    return drawn


def inclusion_chances(risks: Mapping[str, float], size: int) -> dict[str, float]:
    """With which probability each call is drawn by risk; they add up to `size`, or to the population."""
    sure: set[str] = set()
    while True:
        rest = {sid: risk for sid, risk in risks.items() if sid not in sure}
        rate = (size - len(sure)) / sum(rest.values()) if rest else 0.0
        more = {sid for sid, risk in rest.items() if risk * rate >= 1.0}
        if not more:
            return {sid: 1.0 if sid in sure else risks[sid] * rate for sid in risks}
        sure |= more


def chance_of(seed: str, sid: str) -> float:
    """A number from 0 to below 1 for each seed and call, evenly spread."""
    digest = hashlib.sha256(f"{seed}\n{sid}".encode()).digest()
    return (int.from_bytes(digest[:8]) >> 11) / 2**53


def share_out(
    sids: Sequence[str], reviewers: Sequence[int], seed: str, barred: Callable[[int, str], bool]
) -> dict[str, int | None]:
    """Who judges which: as many each as can be, never a call that `barred` says is theirs; None where nobody may."""
    order = sorted(reviewers, key=lambda reviewer: chance_of(seed, f"reviewer {reviewer}"))
    able = {sid: [reviewer for reviewer in order if not barred(reviewer, sid)] for sid in sids}
    load = dict.fromkeys(order, 0)
    shared: dict[str, int | None] = {}
    for sid in sorted(sids, key=lambda sid: len(able[sid])):  # where there is little choice, first
        shared[sid] = chosen = min(able[sid], key=lambda reviewer: load[reviewer], default=None)
        if chosen is not None:
            load[chosen] += 1
    return shared
