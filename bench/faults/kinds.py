"""What is done to a line in mid-call, to whom, and when: drawn by a seed, the same for the same seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Store = Literal["sqlite", "postgres"]
Goal = Literal["balance", "spoken", "person", "talk"]

KINDS: dict[str, str] = {
    "media-killed": "a media process is killed (SIGKILL)",
    "media-stopped": "a media process is told to end (SIGTERM)",
    "web-killed": "a web process is killed",
    "web-stopped": "a web process is told to end",
    "worker-killed": "the processes of one worker's queues are killed",
    "relay-killed": "a worker is killed with its outbox relay",
    "redis-restarted": "Redis ends and starts again",
    "redis-wiped": "Redis forgets everything",
    "redis-away": "Redis is not there for 30 s",
    "redis-silent": "Redis stands still for 10 s, its sockets open",
    "sqlite-locked": "another program holds SQLite's write lock for 4 s",
    "postgres-restarted": "PostgreSQL ends at once and starts again",
    "postgres-silent": "PostgreSQL stands still for 4 s, its sockets open",
    "callbacks-lost": "no callback of the carrier arrives for 10 s",
    "callbacks-repeated": "every callback of the carrier arrives twice for 10 s",
    "rest-refused": "the carrier's REST answers 429 for 4 s",
    "rest-failed": "the carrier's REST answers 503 for 4 s",
    "rest-lost": "the carrier's REST does what it is asked and breaks off, for 6 s",
    "network-slow": "every byte between carrier and line takes 150 ms longer each way for 10 s",
    "host-lost": "one of two hosts is gone: web, media and worker at once",
}
BOTH: tuple[Store, Store] = ("sqlite", "postgres")
STORES: dict[str, Store] = {
    "sqlite-locked": "sqlite", "postgres-restarted": "postgres", "postgres-silent": "postgres",
}  # fmt: skip
GOALS: tuple[Goal, ...] = ("balance", "balance", "balance", "spoken", "person", "person", "talk", "talk")
AT_ONCE = 3  # calls: what two processors bear beside two of everything
STARTS = 5.0  # seconds within which the calls of a wave begin
MOMENT = (7.0, 19.0)  # seconds after the first call's start between which the fault comes
PICKS_UP = (0.5, 6.0)  # seconds after which an agent takes the call


class UnknownKindError(ValueError):
    """No fault of that name."""


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """What a caller wants, when they call (seconds into the wave), how soon an agent picks up (seconds)."""

    goal: Goal
    start: float
    picks_up: float


@dataclass(frozen=True, slots=True)
class Wave:
    """A few calls at once and one fault, `moment` seconds after the wave began."""

    number: int
    kind: str
    store: Store
    moment: float
    calls: tuple[PlannedCall, ...]


def plan(many: int, seed: int, kinds: Sequence[str] = ()) -> list[Wave]:
    """`many` calls in waves; every kind before any comes again. Raises UnknownKindError."""
    if unknown := sorted(set(kinds) - set(KINDS)):
        raise UnknownKindError(f"no fault is called {', '.join(unknown)}; there are: {', '.join(KINDS)}")
    order = random.Random(seed)
    waves, deck = list[Wave](), list[str]()
    for number, left in enumerate(range(many, 0, -AT_ONCE)):
        if not deck:
            deck = order.sample(list(kinds or KINDS), len(kinds or KINDS))
        waves.append(_wave(number, deck.pop(), min(left, AT_ONCE), random.Random(f"{seed}.{number}")))
    return sorted(waves, key=lambda wave: wave.store)  # one line after the other


def _wave(number: int, kind: str, calls: int, dice: random.Random) -> Wave:
    either: Store = dice.choice(BOTH)
    planned = (
        PlannedCall(dice.choice(GOALS), round(dice.uniform(0.0, STARTS), 2), round(dice.uniform(*PICKS_UP), 2))
        for _ in range(calls)
    )
    return Wave(number, kind, STORES.get(kind, either), round(dice.uniform(*MOMENT), 2), tuple(planned))
