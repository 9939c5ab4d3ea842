"""How long a caller's hearing waits for a recogniser, as it is now: what gives way first when a process is full."""

import threading
import time
from collections.abc import Callable

WEIGHT = 0.1  # of the newest: a mean of some ten hearings
HALVES = 10.0  # seconds without a hearing after which what was measured counts half


class HearingLoad:
    """Means, in seconds, of the last hearings of callers. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wait = self._length = 0.0
        self._noted = clock()

    def note(self, wait: float, length: float) -> None:
        """A hearing waited for `wait` seconds and then took `length`."""
        with self._lock:
            faded = self._faded()
            self._wait = faded + WEIGHT * (wait - faded)
            self._length += (WEIGHT if self._length else 1.0) * (length - self._length)
            self._noted = self._clock()

    def expected(self, waiting: int, threads: int) -> float:
        """Seconds that a hearing asked for now would wait, with `waiting` before it and `threads` that hear."""
        with self._lock:
            return max(self._faded(), waiting * self._length / threads)

    def _faded(self) -> float:
        return float(self._wait * 0.5 ** ((self._clock() - self._noted) / HALVES))
