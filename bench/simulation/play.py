"""A simulated world played to its end and checked; and, where something was wrong, the shortest one that still is."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from bench.simulation.checker import check
from bench.simulation.faults import Fault, Faults
from bench.simulation.history import History, Wrong
from bench.simulation.world import World, database, drawn

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one world: `fired` are the faults that struck."""

    seed: str
    calls: tuple[int, ...]
    history: History
    fired: tuple[Fault, ...]

    @property
    def wrongs(self) -> list[Wrong]:
        return self.history.wrongs

    @property
    def kinds(self) -> set[str]:
        return {wrong.kind for wrong in self.wrongs}


def play(seed: str, calls: Sequence[int], without: frozenset[str | Fault] = frozenset()) -> Played:
    """Callers `calls` of the world `seed`, with every fault but those `without`."""
    faults = Faults(seed, without)
    with database() as engine, drawn(Random(f"{seed}:secrets")), _silent_logs():
        world = World(seed, list(calls), faults, engine)
        world.run()
        check(world)
        world.close()
    return Played(seed, tuple(calls), world.history, tuple(faults.fired))


def shortest(found: Played, tell: Callable[[str], None], most: int = 40) -> Played:
    """The smallest world near `found` that goes wrong in one of its ways, within `most` tries."""
    kinds, tries, best = found.kinds, most, found

    def still(calls: Sequence[int], without: frozenset[str | Fault]) -> Played | None:
        nonlocal tries
        if tries <= 0 or not calls:
            return None
        tries -= 1
        again = play(found.seed, calls, without)
        return again if again.kinds & kinds else None

    left_out: frozenset[str | Fault] = frozenset()
    whose = [wrong.call for wrong in found.wrongs if wrong.call]
    if whose and (alone := still(whose[:1], left_out)):
        best = alone
    for calls in _halves(list(best.calls)):
        if len(calls) < len(best.calls) and (fewer := still(calls, left_out)):
            best = fewer
    for kind in sorted({kind for kind, _ in best.fired}):
        if calmer := still(best.calls, left_out | {kind}):
            best, left_out = calmer, left_out | {kind}
    for fault in best.fired:
        if calmer := still(best.calls, left_out | {fault}):
            best, left_out = calmer, left_out | {fault}
    tell(f"{len(best.calls)} calls and {len(best.fired)} faults are left of {len(found.calls)} and {len(found.fired)}")
    return best


def _halves(things: list[T]) -> Iterator[list[T]]:
    """Ever smaller parts of `things`, the later ones first: what went wrong, did so at the end."""
    size = len(things) // 2
    while size >= 1:
        for at in range(len(things) - size, -1, -size):
            yield things[at : at + size]
        size //= 2


@contextmanager
def _silent_logs() -> Iterator[None]:
    """What the line logs of faults that were meant."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
