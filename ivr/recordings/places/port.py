"""What is asked of a place that keeps files of bytes under plain names. It knows nothing of what they hold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class PlaceError(RuntimeError):
    """The place cannot be used now: it is away, refuses the credentials, is full. The message names the mend."""


class NoSuchFileError(LookupError):
    """There is no file of that name."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes of a file from where they were asked for, and how many the whole file has."""

    data: bytes
    total: int


class Place(Protocol):
    """Names are `[A-Za-z0-9._-]+`, without folders. All methods raise PlaceError."""

    def put(self, name: str, parts: Iterable[bytes]) -> None:
        """Keep the parts, one after another, as `name`: whole or not at all, in place of what was there."""
        ...

    def read(self, name: str, start: int = 0, stop: int | None = None) -> Stretch:
        """The bytes from `start` to before `stop`, fewer at the file's end. Raises NoSuchFileError."""
        ...

    def delete(self, name: str) -> None:
        """Harmless when it is gone."""
        ...

    def files(self) -> Iterator[tuple[str, datetime]]:
        """Every file's name and when it was written, half-written ones too."""
        ...

    def locate(self, name: str) -> str:
        """Where a person finds the file: a path or an address."""
        ...

    def check(self) -> str:
        """Prove that files can be kept, read and deleted; the place's address. Raises PlaceError."""
        ...
