"""Where the sound that a person hears comes from, 20 ms at a time."""

import asyncio
from typing import Protocol

from switch.leg import Source
from switch.media.audio import FRAME, SILENCE


class Outlet(Protocol):
    """Something that plays one source at a time: a leg, or a place in a conference."""

    source: Source | None


class Speaker(Protocol):
    said: bytes


class Playback:
    """A piece of mu-law played in real time, `loop` times over (0: without end); `done` is set at its end."""

    def __init__(self, audio: bytes, loop: int = 1) -> None:
        self._audio = audio
        self._position = 0
        self._left = loop if audio else 1
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def frame(self) -> bytes:
        if self._position >= len(self._audio) and not self._again():
            self.stop()
            return SILENCE
        piece = self._audio[self._position : self._position + FRAME]
        self._position += FRAME
        return piece if len(piece) == FRAME else piece.ljust(FRAME, b"\xff")

    def _again(self) -> bool:
        if self._left == 1 or not self._audio:
            return False
        self._left = max(self._left - 1, 0)
        self._position = 0
        return True

    def stop(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


class Bridge:
    """What the other side says."""

    def __init__(self, other: Speaker) -> None:
        self._other = other

    def frame(self) -> bytes:
        return self._other.said


class Slot:
    """An outlet that something else reads: wait music, an announcement."""

    def __init__(self) -> None:
        self.source: Source | None = None

    def frame(self) -> bytes:
        return self.source.frame() if self.source is not None else SILENCE
