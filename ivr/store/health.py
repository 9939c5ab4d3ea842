"""Whether what the line stands on answers, known without waiting for it."""

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)
FAILURES = 2  # in a row: one may be a lock


class Watch:
    """A thread that asks one thing by `look`, which raises what it raises, or hangs with it.

    It is away while `look` fails again and again, or once it has been silent for `timeout` seconds, until it succeeds.
    """

    def __init__(
        self,
        name: str,
        look: Callable[[], object],
        timeout: float = 0.9,
        every: float = 0.5,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._look, self._timeout, self._every, self._now = look, timeout, every, now
        self._asked: float | None = None
        self._failures = 0
        self._stop = threading.Event()

    @property
    def away(self) -> bool:
        asked = self._asked
        return self._failures >= FAILURES or (asked is not None and self._now() - asked > self._timeout)

    def start(self) -> None:
        threading.Thread(target=self._watch, daemon=True, name=f"watch-{self.name}").start()

    def stop(self) -> None:
        """No further look; one that hangs is left alone."""
        self._stop.set()

    def look_once(self) -> None:
        """Ask, and remember how it went."""
        self._asked = asked = self._now()
        try:
            self._look()
            if self._failures >= FAILURES:
                log.warning("the %s answers again", self.name)
            self._failures = 0
        except Exception as error:
            before, silent = self._failures, self._now() - asked > self._timeout
            self._failures = max(before + 1, FAILURES if silent else 0)
            if before < FAILURES <= self._failures:
                log.error("the %s is away (%s)", self.name, type(error).__name__)
        finally:
            self._asked = None

    def _watch(self) -> None:
        while not self._stop.is_set():
            self.look_once()
            self._stop.wait(self._every)


def probe(folder: Path) -> None:
    """Raises OSError when nothing can be written in `folder`."""
    file = folder / f".probe-{os.getpid()}"
    file.write_bytes(bytes(4096))
    file.unlink()
