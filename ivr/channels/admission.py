"""How many callers a media process talks with at once: past that, answers would come late for all of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class AtCapacityError(Exception):
    """The process talks with as many callers as it may."""


def _at_once() -> float:
    return 0.0


class Admission:
    """Places for callers. Used from one event loop.

    There is none where `most` callers are there (0: no such limit), nor once a hearing waits longer than `longest`
    seconds (0: likewise), until it waits half as long: `wait` tells how long one would wait now. Whoever comes to an
    empty process is taken in any case.
    """

    def __init__(self, most: int = 0, wait: Callable[[], float] = _at_once, longest: float = 0.0) -> None:
        self._most, self._wait, self._longest = most, wait, longest
        self._pressed = False
        self.taken = 0
        self.refused = 0

    @property
    def full(self) -> bool:
        return (bool(self._most) and self.taken >= self._most) or self._is_pressed()

    def refuse(self) -> None:
        """Count a caller who was not let in."""
        self.refused += 1

    @contextmanager
    def place(self) -> Iterator[None]:
        """One place while it lasts; raises AtCapacityError."""
        if self.full:
            raise AtCapacityError
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

    def _is_pressed(self) -> bool:
        bound = self._longest / 2 if self._pressed else self._longest
        self._pressed = bool(self._longest and self.taken) and self._wait() > bound
        return self._pressed
