"""How many callers a media process talks with at once: past that, answers would come late for all of them."""

from collections.abc import Iterator
from contextlib import contextmanager


class AtCapacityError(Exception):
    """The process talks with as many callers as it may."""


class Admission:
    """Places for `most` callers; 0 is no limit. Used from one event loop."""

    def __init__(self, most: int = 0) -> None:
        self._most = most
        self.taken = 0

    @property
    def full(self) -> bool:
        return bool(self._most) and self.taken >= self._most

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
