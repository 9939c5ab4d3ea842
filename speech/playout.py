"""What the far side plays of what it was sent: the reference in which an echo is looked for."""

import numpy as np
from numpy.typing import NDArray

from speech.audio import decode

Sound = NDArray[np.float32]
SCALE = np.float32(1 / 32768)


class Playout:
    """First in, first out, by the clock of what the far side sends. `sound` holds the last `span` samples played.

    It plays a little sooner than the far side does, by the way there and back, which so becomes part of the echo's.
    """

    def __init__(self, span: int) -> None:
        self.sound: Sound = np.zeros(span, np.float32)
        self._waiting = bytearray()
        self._silent = span  # samples since the last one that was sent

    @property
    def sounding(self) -> bool:
        """Whether anything that was sent can still be heard, or will be."""
        return bool(self._waiting) or self._silent < len(self.sound)

    def add(self, sound: bytes) -> None:
        """Mu-law, as it was sent."""
        self._waiting += sound

    def clear(self) -> None:
        self._waiting.clear()

    def play(self, count: int) -> None:
        """The far side's next `count` samples came, so it has played as many."""
        if not self.sounding:
            return
        played = decode(bytes(self._waiting[:count]))
        del self._waiting[:count]
        self._silent = count - len(played) if len(played) else min(len(self.sound), self._silent + count)
        self.sound[:-count] = self.sound[count:]
        self.sound[-count:] = 0.0
        np.multiply(played, SCALE, out=self.sound[len(self.sound) - count :][: len(played)])


def pushed(past: Sound, new: Sound) -> None:
    """`new` at the end of `past`, in place; as much of its beginning is lost."""
    new = new[-len(past) :]
    if len(new):
        past[: -len(new)] = past[len(new) :]
        past[-len(new) :] = new
