"""By which paths the bot's sound comes back: found by correlation, fitted by least squares. No state of a call."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from speech.audio import FRAME, RATE

Sound = NDArray[np.float32]

REACH = 8192  # samples: the longest path, 1.02 s: 0.8 s of the line's and the network's there and back
WINDOW = 2048  # samples in which an echo is looked for: 0.26 s
TAPS = 96  # samples for which one path rings: a telephone's band, a handset
RISE = 24  # of them before its strongest
MOST_PATHS = 3  # echoes at once
SHIFTS = tuple(frames * FRAME for frames in (-1, 1, -2, 2))  # by which a path may jump: its sound travels in frames
SPAN = REACH + WINDOW + TAPS  # samples of what was played that are needed

# An echo is alike at one delay and hardly at those beside it; two voices are alike at every period of their pitch. Of
# 3,531 windows of people who spoke over the bot without an echo three passed the next two, and one all three. Echoes
# passed 30 to 50 ms after they began.
LIKELY = 9.0  # likeness at a delay, in its deviations over all delays
SHARP = 7.5  # the same in its deviations over the delays beside it
AGAIN = 8.0  # the first where an echo came by that delay before: chance would hit it in one of a hundred sounds
BESIDE = (12, 160)  # samples from it, least and most
LOUDEST = 2.0  # power of an echo against what was played: a line may lift it by 3 dB
EXPLAINED = 0.3  # share of the sound that must be what was played

LOWEST = 200  # Hz: below it telephones carry little that tells one sound from another
EDGE = 64  # samples over which what is compared fades in and out: where both were cut they would be alike
_FADE: Sound = (0.5 - 0.5 * np.cos(np.pi * np.arange(EDGE) / EDGE)).astype(np.float32)
RIDGE = 1e-3


def correlation(near: Sound, far: Sound) -> Sound:
    """How alike `near` [WINDOW] is to `far` [REACH + WINDOW or more, up to the same moment] at each delay [REACH + 1].

    Both are whitened, so that a vowel's pitch counts little; given in standard deviations over all delays.
    """
    size = REACH + WINDOW
    a, b = _telephone(near, size), _telephone(far[-size:], size)
    power = (_lifted(a) * _lifted(b)) ** 0.8
    found = np.abs(np.fft.irfft(np.conj(a) * b / power, size)[REACH::-1])
    return np.asarray(found / (np.sqrt(np.mean(found**2)) + 1e-12), np.float32)


def _telephone(sound: Sound, size: int) -> NDArray[np.complexfloating]:
    sound = sound.copy()
    sound[:EDGE] *= _FADE
    sound[-EDGE:] *= _FADE[::-1]
    spectrum = np.fft.rfft(sound, size)
    spectrum[: LOWEST * size // RATE] = 0
    return spectrum


def _lifted(spectrum: NDArray[np.complexfloating]) -> NDArray[np.floating]:
    size = np.abs(spectrum)
    return np.asarray(size + 1e-3 * size.max() + 1e-3)


def find_delay(near: Sound, far: Sound, known: Callable[[int], bool]) -> int | None:
    """By how many samples `near` looks like an echo of `far`; None where it is a sound of its own.

    By a path that is `known` an echo is believed sooner.
    """
    alike = correlation(near, far)
    best = int(alike.argmax())
    if known(best):
        return best if alike[best] >= AGAIN else None
    least, most = BESIDE
    beside = np.concatenate([alike[max(0, best - most) : max(0, best - least)], alike[best + least + 1 : best + most]])
    sharp = alike[best] >= SHARP * np.sqrt(np.mean(beside**2))
    return best if sharp and alike[best] >= LIKELY else None


class EchoPaths:
    """The paths back whose strongest samples are late by `lags`, each with TAPS taps.

    Fitted by least squares over what was learned, the older the less. Of frequencies that did not sound yet it is
    supposed that they come back like the others.
    """

    def __init__(self, lags: list[int]) -> None:
        self.lags = lags
        self.starts = [max(0, lag - RISE) for lag in lags]
        size = TAPS * len(lags)
        self._peaks = [
            (index + 1) * TAPS - 1 - (lag - start)
            for index, (lag, start) in enumerate(zip(lags, self.starts, strict=True))
        ]
        self.taps: Sound = np.zeros(size, np.float32)
        self._products: Sound = np.zeros((size, size), np.float32)
        self._likeness: Sound = np.zeros(size, np.float32)

    def covers(self, lag: int) -> bool:
        return any(start - RISE <= lag < start + TAPS for start in self.starts)

    def reaches(self, shift: int) -> bool:
        """Whether the paths, longer by `shift`, are possible ones."""
        return min(self.starts) + shift >= 0 and max(self.starts) + shift <= REACH

    def echo(self, far: Sound, count: int, shift: int = 0) -> Sound:
        """What of `far` comes back in the last `count` samples."""
        parts = self.taps.reshape(len(self.starts), TAPS)
        back = [
            np.correlate(_played(far, start + shift, count), part, "valid")
            for start, part in zip(self.starts, parts, strict=True)
        ]
        return np.asarray(sum(back), np.float32)

    def learn(self, far: Sound, near: Sound, weight: float, *, shift: int = 0, kept: float = 0.0) -> None:
        """Take in what came, `near`; what was learned before counts `kept` (0..1) of what it did."""
        seen = [_rows(_played(far, start + shift, len(near))) for start in self.starts]
        rows = np.concatenate(seen, axis=1)
        self._products *= np.float32(kept)
        self._products += np.float32(weight) * (rows.T @ rows)
        self._likeness *= np.float32(kept)
        self._likeness += np.float32(weight) * (near @ rows)

    def fit(self) -> None:
        size = len(self.taps)
        ridge = np.float32(RIDGE * self._products.trace() / size + 1e-12)
        plain = np.zeros(size, np.float32)
        plain[self._peaks] = self._likeness[self._peaks] / (self._products[self._peaks, self._peaks] + ridge)
        ridged = self._products + ridge * np.eye(size, dtype=np.float32)
        self.taps = np.asarray(np.linalg.solve(ridged, self._likeness + ridge * plain), np.float32)


def _played(far: Sound, start: int, count: int) -> Sound:
    end = len(far) - start
    return far[end - count - TAPS + 1 : end]


def _rows(played: Sound) -> Sound:
    """What each tap saw at each sample, as a view."""
    step = played.strides[0]
    return np.lib.stride_tricks.as_strided(played, (len(played) - TAPS + 1, TAPS), (step, step), writeable=False)
