"""Does it sound finished: a linear model over the output of Whisper's encoder, which holds words and how they are said.

The text alone does not tell: a recogniser puts a full stop on anything. The weights are end_of_turn.npz, trained by
bench/train/end_of_turn.py.
"""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("end_of_turn.npz")
FRAMES = 50  # of the encoder's output in a second
# What is averaged, in frames from the sound's end, which is 0.2 s after the last word: the fourth span is its end.
SPANS = ((-60, -40), (-40, -25), (-25, -18), (-18, -11), (-11, -4), (-4, 6))


class EndOfTurnModel:
    """The trained model. Its features are those of the multilingual base model of Whisper and of no other."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        with np.load(path) as stored:
            self._weights, self._bias = stored["w"], float(stored["b"][0])

    def __call__(self, features: Features, seconds: float) -> float:
        """The chance 0..1 that who spoke for `seconds`, encoded as `features` [frames of 20 ms, 512], has finished."""
        score = float((end_of_turn_features(features, seconds) * self._weights).sum()) + self._bias
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def end_of_turn_features(features: Features, seconds: float) -> Features:
    """The last second and a bit as [spans, 512]; before the sound's beginning nothing."""
    before = -SPANS[0][0]
    end = int(seconds * FRAMES) + before
    padded = np.pad(features, ((before, 0), (0, 0)))
    return np.stack([padded[end + first : end + last].mean(axis=0) for first, last in SPANS])
