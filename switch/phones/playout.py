"""What a phone plays out: speech over background noise, 20 ms at a time."""

import numpy as np

from switch.media.audio import FRAME, SILENCE, Samples, encode

_NOTHING: Samples = np.zeros(0, np.int16)


class Playout:
    """`frame` gives the next 160 bytes of mu-law."""

    def __init__(self) -> None:
        self._speech = _NOTHING
        self._noise = _NOTHING
        self._noise_at = 0
        self._noise_left: int | None = None
        self.muted = False

    @property
    def speaking(self) -> bool:
        return len(self._speech) > 0

    def speak(self, samples: Samples) -> None:
        self._speech = samples

    def background(self, loop: Samples, frames: int | None) -> None:
        """Put `loop` under all that follows, for so many frames, or without end."""
        self._noise, self._noise_at, self._noise_left = loop, 0, frames

    def frame(self) -> bytes:
        noise = self._next_noise()
        if self.muted or (noise is None and not self.speaking):
            return SILENCE
        mixed = np.zeros(FRAME, np.int32) if noise is None else noise.astype(np.int32)
        piece, self._speech = self._speech[:FRAME], self._speech[FRAME:]
        mixed[: len(piece)] += piece
        return encode(np.clip(mixed, -32768, 32767).astype(np.int16))

    def _next_noise(self) -> Samples | None:
        if not len(self._noise) or self._noise_left == 0:
            return None
        if self._noise_left is not None:
            self._noise_left -= 1
        at = np.arange(self._noise_at, self._noise_at + FRAME) % len(self._noise)
        self._noise_at = (self._noise_at + FRAME) % len(self._noise)
        return self._noise[at]
