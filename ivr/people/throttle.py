"""Throttles guessing: each try is counted before it is looked at; the more there were, the longer the next waits.

Counts fade, so that nobody is locked out for good. They live in Redis for all processes, in memory while it is away.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from ivr.clock import Clock

log = logging.getLogger(__name__)
REDIS_RETRY = 15.0  # seconds until Redis is asked again after it failed
MOST = 20_000  # counts kept in memory


@dataclass(frozen=True)
class Rule:
    """`free` tries at once; the next one waits `first` seconds, each further one twice as long, at most `longest`.

    One try is forgotten every `fade` seconds.
    """

    free: int
    first: float
    longest: float
    fade: float


@dataclass(frozen=True)
class Tries:
    """How many tries count, and when the last one was, in seconds since 1970."""

    count: float = 0.0
    at: float = 0.0


def left(tries: Tries, rule: Rule, now: float) -> Tries:
    """What still counts at `now`; `at` is kept. A clock that was set back forgets nothing."""
    return Tries(max(0.0, tries.count - max(0.0, now - tries.at) / rule.fade), tries.at)


def wait(tries: Tries, rule: Rule, now: float) -> float:
    """Seconds until another try is allowed; 0 when it is now."""
    over = round(left(tries, rule, now).count) - rule.free
    if over < 0:
        return 0.0
    delay = min(rule.longest, rule.first * 2.0 ** min(over, 32))
    return min(delay, max(0.0, tries.at + delay - now))


def tried(tries: Tries, rule: Rule, now: float) -> Tries:
    """After one more try at `now`."""
    return Tries(left(tries, rule, now).count + 1.0, now)


def forgiven(tries: Tries) -> Tries:
    """With one try taken back: it was no guess."""
    return Tries(max(0.0, tries.count - 1.0), tries.at)


class Throttle:
    """Counts tries under keys. A key's words stay with us: Redis sees their hash."""

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._redis, self._clock = redis, clock
        self._memory: dict[str, Tries] = {}
        self._lock = threading.Lock()
        self._away_until = 0.0

    def take(self, rules: Mapping[str, Rule]) -> float:
        """Count one try under every key and give 0; or, where one has to wait, count none and give the seconds."""
        now, named = self._clock.now().timestamp(), {_name(key): rule for key, rule in rules.items()}
        return self._change(lambda found: _take(found, named, now), named)

    def forgive(self, rules: Mapping[str, Rule]) -> None:
        """Take back the last try under these keys."""
        named = {_name(key): rule for key, rule in rules.items()}
        self._change(lambda found: (0.0, {name: forgiven(tries) for name, tries in found.items()}), named)

    def _change(self, step: Any, named: Mapping[str, Rule]) -> float:
        if time.monotonic() >= self._away_until:
            try:
                return self._in_redis(step, named)
            except (RedisError, OSError):
                self._away_until = time.monotonic() + REDIS_RETRY
                log.warning("Redis does not answer: tries at signing in are counted in this process alone")
        with self._lock:
            waits, changed = step({name: self._memory.get(name, Tries()) for name in named})
            self._memory.update(changed)
            while len(self._memory) > MOST:
                self._memory.pop(next(iter(self._memory)))
            return float(waits)

    def _in_redis(self, step: Any, named: Mapping[str, Rule]) -> float:
        def together(pipe: Any) -> float:
            kept = pipe.mget(list(named))  # watched: read at once
            found = {name: _parse(value) for name, value in zip(named, kept, strict=True)}
            waits, changed = step(found)
            pipe.multi()
            for name, tries in changed.items():
                rule = named[name]
                pipe.set(name, f"{tries.count}:{tries.at}", ex=ceil(tries.count * rule.fade + rule.longest))
            return float(waits)

        result: Any = self._redis.transaction(together, *named, value_from_callable=True)  # type: ignore[arg-type]
        return float(result)


def _take(found: Mapping[str, Tries], rules: Mapping[str, Rule], now: float) -> tuple[float, dict[str, Tries]]:
    longest = max((wait(tries, rules[name], now) for name, tries in found.items()), default=0.0)
    if longest > 0:
        return longest, {}
    return 0.0, {name: tried(tries, rules[name], now) for name, tries in found.items()}


def _name(key: str) -> str:
    return f"warmline:tries:{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _parse(value: bytes | None) -> Tries:
    count, _, at = (value or b"0:0").decode().partition(":")
    return Tries(float(count), float(at))
