"""What a voice is, and how its sound is made fit for the telephone."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from speech.audio import FRAME, RATE, Samples, normalise, resample, to_int

FADE = 40  # samples, 5 ms: no click at a join
FORM = 2  # counts changes of `for_telephone`: part of every voice's name, so that no cache keeps the old sound
EDGE = 2  # frames kept after the sound, so that no soft consonant is cut; before it they would only be waited for
QUIET_DB = 40.0  # below the loudest frame by this much is silence


class UnknownVoiceError(ValueError):
    """No voice of that name."""


class VoiceUnavailableError(RuntimeError):
    """The voice cannot speak here; the message says what is missing."""


class Voice(Protocol):
    """Speaks one sentence at a time. `name` changes whenever the same text would sound different."""

    name: str

    def speak(self, text: str) -> Samples:
        """The sentence as int16 [n] at 8 kHz, at the usual level. Blocks; safe from several threads."""
        ...


def for_telephone(sound: NDArray[np.float32], rate: int) -> Samples:
    """8 kHz at the usual level, with silent edges trimmed and faded."""
    narrow: NDArray[Any] = resample(sound, rate, RATE)
    samples = normalise(trimmed(to_int(narrow)))
    if len(samples) > 2 * FADE:
        ramp = np.linspace(0.0, 1.0, FADE)
        samples[:FADE] = (samples[:FADE] * ramp).astype(np.int16)
        samples[-FADE:] = (samples[-FADE:] * ramp[::-1]).astype(np.int16)
    return samples


def trimmed(samples: Samples) -> Samples:
    """Without silence at the beginning and the end; empty where there is nothing else."""
    blocks = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    power = (blocks**2).mean(axis=1) if len(blocks) else np.zeros(0)
    loud = np.flatnonzero(power > power.max(initial=0.0) * 10 ** (-QUIET_DB / 10)) if len(power) else np.zeros(0, int)
    if not len(loud):
        return samples[:0]
    return samples[int(loud[0]) * FRAME : (int(loud[-1]) + 1 + EDGE) * FRAME].copy()
