"""How loud a recording is over its length, for its picture: known once, so that nobody decrypts it to draw it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from speech.audio import RATE

PER_SECOND = 4
LOUDEST = 32767


def peaks(samples: NDArray[np.int16]) -> list[list[int]]:
    """Of [channels, n] at 8 kHz: by channel the loudest sample of each quarter second, 0 to 255."""
    step = RATE // PER_SECOND
    short = -samples.shape[1] % step
    loud = (
        np.pad(np.abs(samples.astype(np.int32)), ((0, 0), (0, short))).reshape(samples.shape[0], -1, step).max(axis=2)
    )
    scaled: list[list[int]] = np.minimum(255, loud * 255 // LOUDEST).astype(int).tolist()
    return scaled


def thinned(values: Sequence[int], most: int) -> list[int]:
    """At most `most` of them, each the loudest of its neighbours."""
    each = -(-len(values) // most) if values else 1
    return [max(values[start : start + each]) for start in range(0, len(values), each)]
