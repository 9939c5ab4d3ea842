"""Known sounds, found again in what a caller hears: no recogniser, and exact to the frame.

The line's sentences reach a caller as the bytes that were sent, wherever a frame begins. So a sound is cut into keys,
one every 20 ms, and each byte of what is heard is looked up.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from speech.audio import FRAME, decode

KEY = 48  # bytes: long enough to be one sound's alone
FAINT = 64  # int16: what is below is no sound, but a pause or its noise
END = 0.3  # seconds before a sound's last key from which on it counts as heard to its end
SECONDS = 0.02  # a frame


@dataclass(slots=True)
class Passage:
    """A known sound as it was heard, whole or in part; frames since the call was answered, `end` past the last.

    `left` are the seconds of it that were not heard."""

    name: str
    start: int
    end: int
    at: int
    left: float

    @property
    def whole(self) -> bool:
        return self.left <= END


class KnownSounds:
    """Sounds by name, as mu-law bytes. More may be added while somebody listens."""

    def __init__(self, sounds: Mapping[str, bytes] | None = None) -> None:
        self._found: dict[bytes, tuple[str, int]] = {}
        self._last: dict[str, int] = {}
        for name, sound in (sounds or {}).items():
            self.add(name, sound)

    def add(self, name: str, sound: bytes) -> None:
        """A sound that may be heard; one already known stays as it is."""
        if name in self._last:
            return
        starts = [at for at in range(0, len(sound) - KEY + 1, FRAME) if audible(sound[at : at + KEY])]
        self._last[name] = starts[-1] if starts else 0
        for at in starts:
            self._found.setdefault(sound[at : at + KEY], (name, at))

    def find(self, heard: bytes) -> tuple[str, int] | None:
        """The sound whose key lies in `heard`, and where in that sound."""
        for start in range(len(heard) - KEY + 1):
            if (found := self._found.get(heard[start : start + KEY])) is not None:
                return found
        return None

    def left(self, name: str, at: int) -> float:
        """Seconds of the sound from byte `at` to its last key."""
        return (self._last[name] - at) / FRAME * SECONDS


class Hearing:
    """What one person hears, 20 ms at a time: the recording, and the known sounds in it."""

    def __init__(self, known: KnownSounds) -> None:
        self.frames: list[bytes] = []
        self.loud: list[bool] = []
        self.passages: list[Passage] = []
        self._known = known

    def hear(self, frame: bytes) -> None:
        """The next 160 bytes of mu-law."""
        before = self.frames[-1][-KEY + 1 :] if self.frames else b""
        self.frames.append(frame)
        self.loud.append(audible(frame))
        if self.loud[-1] and (found := self._known.find(before + frame)) is not None:
            self._note(*found)

    @property
    def now(self) -> int:
        """Frames heard so far."""
        return len(self.frames)

    def _note(self, name: str, at: int) -> None:
        last = self.passages[-1] if self.passages else None
        left = self._known.left(name, at)
        if last is not None and last.name == name and at >= last.at and not (last.whole and at < last.at):
            last.end, last.at, last.left = self.now, at, left
        else:
            self.passages.append(Passage(name, self.now - 1, self.now, at, left))


def audible(sound: bytes) -> bool:
    """Whether anything in these bytes of mu-law can be heard."""
    return bool((np.abs(decode(sound).astype(np.int32)) > FAINT).any())


def seconds(frames: int | float) -> float:
    return round(frames * SECONDS, 2)
