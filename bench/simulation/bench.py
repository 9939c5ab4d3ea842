"""Calls to a whole line in one process on a clock that jumps, with every fault drawn by seed: lost, silent, twice.

The line is the real one (webhooks, dialogue, call service, hand-off, desk, outbox, relay, jobs, ledger); callers,
agents, carrier, media sockets, Redis and the faults are played. The same seed writes the same history, byte for byte.
"""

import time
from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from bench.simulation.faults import KINDS
from bench.simulation.play import Played, play, shortest
from bench.tools.machine import machine

WORLD = 200  # calls in one world, with a database of its own


def run(*, many: int = 1000, seed: int = 1, tell: Callable[[str], None] = print) -> dict[str, Any]:
    """Plays `many` calls from `seed` on; of the first that goes wrong, the shortest history that still does."""
    began, wrongs, fired = time.process_time(), Counter[str](), Counter[str]()
    digest, first, lines = blake2b(digest_size=16), None, 0
    for number, start in enumerate(range(0, many, WORLD)):
        played = play(f"{seed}.{number}", range(1, min(WORLD, many - start) + 1))
        digest.update(played.history.digest.encode())
        wrongs.update(wrong.kind for wrong in played.wrongs)
        fired.update(kind for kind, _ in played.fired)
        lines += len(played.history.lines)
        first = first or (played if played.wrongs else None)
        for wrong in played.wrongs:
            tell(f"{played.seed}: call {wrong.call}: {wrong.kind}: {wrong.words}")
        tell(f"{start + len(played.calls)} of {many} calls, {sum(wrongs.values())} wrong, {digest.hexdigest()}")
    cost = (time.process_time() - began) / many  # of the calls, not of the search for the shortest history
    if first is not None:
        _show(shortest(first, tell), tell)
    return {
        "bench": "simulate",
        "machine": machine(),
        "figures": {
            "calls": many,
            **{
                f"wrong: {kind}": wrongs[kind]
                for kind in ("lost", "silent", "twice", "said twice", "torn", "leg left", "error")
            },
            "faults": sum(fired.values()),
            **{kind: fired[kind] for kind in KINDS},
            "lines": lines,
            "cpu_ms_per_call": round(1000 * cost, 1),
        },
        "digest": digest.hexdigest(),
        "wrong": sum(wrongs.values()),
    }


def _show(played: Played, tell: Callable[[str], None]) -> None:
    """The seed, the faults and the lines of the call that went wrong first."""
    wrong = played.wrongs[0]
    tell(f"seed {played.seed}, calls {list(played.calls)}, faults {list(played.fired)}")
    for line in played.history.of(wrong.call):
        tell(line)
