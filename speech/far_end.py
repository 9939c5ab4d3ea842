"""The far end: what it plays of what it was sent, the reference of the echo canceller."""

import numpy as np
from numpy.typing import NDArray

from speech.audio import FRAME, decode, encode, to_int

Sound = NDArray[np.float32]
TOO_SOON = 3 * FRAME  # samples; less is the network's unevenness
SCALE = np.float32(1 / 32768)


class FarEnd:
    """First in, first out, by the clock of what the far side sends. `sound` holds the last `span` samples played.

    It plays a little sooner than the far side does, by the path there and back, which so becomes part of the echo's.
    Where frames had waited for us it plays much too soon; the marks that come back tell.
    """

    def __init__(self, span: int) -> None:
        self.sound: Sound = np.zeros(span, np.float32)
        self._waiting = bytearray()
        self._silent = span  # samples since the last one that was sent
        self._time = self._played = 0  # samples that came, and of those that were sent the ones played
        self._marks: dict[str, int] = {}  # after how many samples they are due
        self._passed: dict[str, int] = {}  # when they were

    @property
    def sounding(self) -> bool:
        """Whether anything that was sent still sounds, or will."""
        return bool(self._waiting) or self._silent < len(self.sound)

    def add(self, sound: bytes) -> None:
        """Mu-law, as it was sent."""
        self._waiting += sound

    def mark(self, name: str) -> None:
        """A mark that was sent: it comes back when the far side has played up to it."""
        self._marks[name] = self._played + len(self._waiting)

    def marked(self, name: str) -> None:
        """It came back: what was played since then was played too soon."""
        due, passed = self._marks.pop(name, None), self._passed.pop(name, None)
        if due is None or passed is None or not TOO_SOON <= (ahead := self._time - passed) < len(self.sound):
            return
        count = min(self._played - due, ahead)
        self._waiting[:0] = encode(to_int(self.sound[-ahead:][:count]))
        self._played -= count
        self.sound[ahead:] = self.sound[:-ahead].copy()
        self.sound[:ahead] = 0.0
        self._silent = 0
        self._marks = {other: at for other, at in self._marks.items() if at >= due}
        self._passed.clear()

    def clear(self) -> None:
        self._waiting.clear()
        self._marks.clear()
        self._passed.clear()

    def play(self, count: int) -> None:
        """The far side's next `count` samples came, so it has played as many."""
        if not self.sounding:
            return
        played = decode(bytes(self._waiting[:count]))
        del self._waiting[:count]
        for name in [name for name, due in self._marks.items() if due <= self._played and name not in self._passed]:
            self._passed[name] = self._time
        self._time += count
        self._played += len(played)
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
