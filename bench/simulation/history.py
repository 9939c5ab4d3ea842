"""What happened, line by line, and what should not have: the same seed writes the same bytes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Wrong:
    """A promise of the line that was broken: its kind, the call (0: none in particular) and the words."""

    kind: str
    call: int
    words: str


@dataclass
class History:
    """Lines of one world; `call` numbers count from 1, 0 stands for the line itself."""

    time: Callable[[], float]
    lines: list[tuple[int, str]] = field(default_factory=list)
    wrongs: list[Wrong] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._digest = hashlib.blake2b(digest_size=16)

    def note(self, call: int, words: str) -> None:
        line = f"{self.time():10.3f} {call:6d} {words}"
        self._digest.update(line.encode() + b"\n")
        self.lines.append((call, line))

    def wrong(self, kind: str, call: int, words: str) -> None:
        self.wrongs.append(Wrong(kind, call, words))
        self.note(call, f"WRONG ({kind}): {words}")

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def of(self, call: int) -> list[str]:
        """The lines of a call, with those of the line itself."""
        return [line for whose, line in self.lines if whose in (0, call)]
