"""Hears keys in sound: the pairs of tones that a telephone sends for them (ITU-T Q.23), wherever they stand."""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from speech.audio import RATE, Samples

LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)  # Hz
KEYS = ("123A", "456B", "789C", "*0#D")
WINDOW, STEP = 205, 80  # samples: 25.6 ms, which tells neighbouring tones apart, every 10 ms
SHORTEST = 3  # windows in a row: 45 ms of sound, a little more than the shortest that exchanges take
FAINTEST = 10 ** (-50 / 20)  # of full scale
TWIST = 10 ** (12 / 10)  # how much stronger one of the two may be, in power
CLEAR = 0.7  # share of the power that the two tones have in a key that nothing else sounds with
_BLOCK = 60 * RATE // STEP  # windows looked at together


@dataclass(frozen=True, slots=True)
class Tone:
    """A key that sounds from `start` to `end`, in seconds from the sound's start."""

    key: str
    start: float
    end: float


def keys_heard(samples: Samples, share: float = CLEAR) -> list[Tone]:
    """The keys in one channel (int16 [n] at 8 kHz), in order.

    `share` (0..1): how much of the sound must be the two tones. Lower, it hears keys under speech and noise, and in
    places that are none.
    """
    found: list[Tone] = []
    at = 0
    for key, same in groupby(_keys(samples, share)):
        many = len(list(same))
        if key and many >= SHORTEST:
            found.append(Tone(key, at * STEP / RATE, ((at + many - 1) * STEP + WINDOW) / RATE))
        at += many
    return found


def _keys(samples: Samples, share: float) -> list[str]:
    """The key in each window, "" where there is none."""
    count = max(0, (len(samples) - WINDOW) // STEP + 1)
    places = np.arange(count)[:, None] * STEP
    keys: list[str] = []
    for first in range(0, count, _BLOCK):
        windows = samples[places[first : first + _BLOCK] + np.arange(WINDOW)].astype(np.float32) / 32768
        keys += _in_windows(windows, share)
    return keys


_WAVES = np.exp(-2j * np.pi * np.outer(np.arange(WINDOW), (*LOW, *HIGH)) / RATE).astype(np.complex64)


def _in_windows(windows: NDArray[np.float32], share: float) -> list[str]:
    power = (windows**2).mean(axis=1)
    tones = 2 * np.abs(windows @ _WAVES / WINDOW) ** 2  # each tone's own power, as it stands in `power`
    low, high = tones[:, :4], tones[:, 4:]
    row, column = low.argmax(axis=1), high.argmax(axis=1)
    one, other = low.max(axis=1), high.max(axis=1)
    heard = (
        (power > FAINTEST**2)
        & (one + other > share * power)
        & (np.maximum(one, other) < TWIST * np.minimum(one, other))
    )
    return [KEYS[r][c] if yes else "" for r, c, yes in zip(row, column, heard, strict=True)]
