"""Cuts the sound that reaches a phone into utterances: what is louder than a floor, which follows the line's noise."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from switch.media.audio import Samples

FRAME_SECONDS = 0.02
_PRE_ROLL = 10
_ONSET = 3
_LONGEST = 1500
_FLOOR_RISE = 0.02
_LOWEST, _HIGHEST_FLOOR, _ABOVE_FLOOR, _FAINTEST = -70.0, -40.0, 10.0, -50.0


@dataclass(frozen=True, slots=True)
class Utterance:
    """Speech between two rests: int16 at 8 kHz; `start` and `end` in seconds, of the audible part."""

    samples: Samples
    start: float
    end: float


def level_db(samples: Samples) -> float:
    """RMS of int16 samples in dBFS; at least -100."""
    power = float(np.mean((samples.astype(np.float64) / 32768) ** 2))
    return 10 * float(np.log10(max(power, 1e-10)))


class Segmenter:
    """Feed it 20 ms frames in order; it gives an utterance once `rest` seconds of quiet have followed it."""

    def __init__(self, rest: float = 0.6) -> None:
        self._rest = round(rest / FRAME_SECONDS)
        self._floor = _HIGHEST_FLOOR
        self._recent: deque[tuple[Samples, bool]] = deque(maxlen=_PRE_ROLL)
        self._frames: list[Samples] = []
        self._count = 0
        self._quiet = 0
        self.started: float | None = None
        self.last_audible: float | None = None

    def feed(self, samples: Samples) -> Utterance | None:
        """One frame of 160 int16 samples. `started` is set while an utterance is under way."""
        loud = self._is_loud(samples)
        self._count += 1
        self._recent.append((samples, loud))
        if self.started is None:
            self._begin()
            return None
        self._frames.append(samples)
        self._quiet = 0 if loud else self._quiet + 1
        if loud:
            self.last_audible = self._count * FRAME_SECONDS
        return self.finish() if self._quiet >= self._rest or len(self._frames) >= _LONGEST else None

    def finish(self) -> Utterance | None:
        """End the utterance under way, if any."""
        if self.started is None or self.last_audible is None:
            return None
        done = Utterance(np.concatenate(self._frames), self.started, self.last_audible)
        self._frames, self.started, self._quiet = [], None, 0
        self._recent.clear()
        return done

    def _begin(self) -> None:
        loud = [index for index, (_, is_loud) in enumerate(self._recent) if is_loud]
        if len(loud) < _ONSET or not self._recent[-1][1]:
            return
        self._frames = [samples for samples, _ in self._recent]
        self.started = (self._count - len(self._recent) + loud[0]) * FRAME_SECONDS
        self.last_audible = self._count * FRAME_SECONDS

    def _is_loud(self, samples: Samples) -> bool:
        level = level_db(samples)
        loud = level > max(_FAINTEST, self._floor + _ABOVE_FLOOR)
        self._floor = max(_LOWEST, min(level, self._floor + _FLOOR_RISE, _HIGHEST_FLOOR))
        return loud
