"""A line that gives back what is played on it: the echo of a handset, a loudspeaker or a far exchange, made up."""

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speech.audio import FRAME, RATE, Samples, decode, encode, to_float, to_int

Sound = NDArray[np.float32]

BAND = (300, 3400)  # Hz that a telephone carries
RINGING = 129  # taps of the band's filter
HEADROOM = 0.1  # of full scale: what comes back louder than this, before it is made fainter, is cut by `clipped`
LONGEST = 2 * RATE  # samples of what was played that can still come back


@dataclass(frozen=True, slots=True)
class Room:
    """How sound comes back: `ways` in ms, each 3 dB below the one before, the first at `db` against what was played.

    `jitter` is how often in a frame the delay changes by up to a frame; `noise` is the line's, in dBFS.
    """

    ways: tuple[float, ...] = (250.0,)
    db: float = -20.0
    noise: float | None = None
    band: bool = False
    clipped: bool = False
    jitter: float = 0.0

    @property
    def name(self) -> str:
        ways = " and ".join(f"{way:g}" for way in self.ways)
        marks = [mark for mark in ("band", "clipped") if getattr(self, mark)]
        marks += ["jitter"] if self.jitter else []
        noise = "no noise" if self.noise is None else f"noise {self.noise:g}"
        return ", ".join([f"{ways} ms {self.db:g} dB", noise, *marks])


class Returning:
    """One caller's line in a `room`, 20 ms at a time."""

    def __init__(self, room: Room, seed: int = 0) -> None:
        self._room, self._chance = room, random.Random(seed)
        self._noise = np.random.default_rng(seed)
        self._played: Sound = np.zeros(LONGEST, np.float32)
        self._late = 0  # samples by which the echo is late now
        self._filter = _band() if room.band else np.zeros(0, np.float32)

    def frame(self, played: bytes | None, said: Samples | None = None) -> bytes:
        """The next 160 bytes that come: what comes back, and `said` [160]. `played` is what the caller hears now.

        Mu-law, but for `said`.
        """
        self._played[:-FRAME] = self._played[FRAME:]
        self._played[-FRAME:] = 0 if played is None else to_float(decode(played.ljust(FRAME, b"\xff")[:FRAME]))
        sound = self._back()
        if said is not None:
            sound = sound + to_float(said)
        if self._room.noise is not None:
            sound = sound + self._noise.normal(0, 10 ** (self._room.noise / 20), FRAME).astype(np.float32)
        return encode(to_int(sound))

    def _back(self) -> Sound:
        if self._chance.random() < self._room.jitter:
            self._late = FRAME * self._chance.choice((-1, 0, 1))
        sound = np.zeros(FRAME, np.float32)
        for number, way in enumerate(self._room.ways):
            delay = max(0, round(way * RATE / 1000) + self._late)
            sound += np.float32(10 ** (-3 * number / 20)) * self._heard(delay)
        if self._room.clipped:
            sound = np.clip(sound, -HEADROOM, HEADROOM)
        return sound * np.float32(10 ** (self._room.db / 20))

    def _heard(self, delay: int) -> Sound:
        end = LONGEST - delay
        if not self._room.band:
            return self._played[end - FRAME : end]
        coded = to_float(decode(encode(to_int(self._played[end - FRAME - RINGING + 1 : end]))))
        return np.convolve(coded, self._filter, "valid")


def _band() -> Sound:
    time = np.arange(RINGING) - RINGING // 2
    low, high = (2 * hertz / RATE * np.sinc(2 * hertz / RATE * time) for hertz in BAND)
    return np.asarray((high - low) * np.hamming(RINGING), np.float32)
