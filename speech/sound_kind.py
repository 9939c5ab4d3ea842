"""What kind of sound comes in over the bot: words, a hum, or neither, from all of it so far.

The interruption detector judges a quarter of a second, since the bot must pause at once. This network follows the whole
sound, up to a second and a half: words move and have something above 600 Hz, hums stay low and even, an "uh-huh" is one
vowel twice, coughs are noise, laughs beat, a horn stands still. Its weights are sound_kind.npz beside this file,
trained by bench/train/sound_kind.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("sound_kind.npz")
KINDS = ("words", "hum", "other")
SO_FAR = 48  # windows of one sound that count at most: 1.5 s
LATEST = 8  # windows that are looked at by themselves too
BANDS = 11  # of a window's features: its bands; then its level, the detector's probability, its pitch
QUIET = -2.2  # log10 of a window's power against the loudest: fainter ones are pauses
LEAST = -4.0  # log10 of a band's share: less does not matter
RISE = 0.4  # log10 of power by which a window must be louder than the one before to begin a beat


@dataclass(frozen=True, slots=True)
class KindChances:
    """The chance (0..1) of each of `KINDS`."""

    words: float
    hum: float
    other: float


@cache
def layers_of(path: Path = WEIGHTS) -> dict[str, Features]:
    with np.load(path) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def kind_of(features: Sequence[Features], states: Sequence[Features]) -> KindChances:
    """What the sound is whose windows' features and detector's states are given, from its first to its latest."""
    return KindChances(*map(float, kind_chances(layers_of(), sound_features(features, states)[None])[0]))


def kind_chances(layers: dict[str, Features], seen: Features) -> Features:
    """The chance of each of `KINDS` [n, 3] for rows of features."""
    hidden = np.maximum(seen @ layers["a"] + layers["a0"], 0)
    scores = hidden @ layers["o"] + layers["o0"]
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def sound_features(features: Sequence[Features], states: Sequence[Features]) -> Features:
    """The network's input, as one row: all of the sound, its latest windows, and what the voice detector made of it.

    Levels are against the loudest, so that a faint caller looks like a loud one.
    """
    every = np.stack(features[-SO_FAR:])
    latest = every[-LATEST:]
    return np.concatenate(
        [_outline(latest), _outline(every), _beat(every), states[-1], np.mean(states[-SO_FAR:], axis=0)]
    ).astype(np.float32)


def _outline(features: Features) -> Features:
    """Mean, highest, lowest and spread of the windows that sound, and how many do and how much they move."""
    level = features[:, BANDS] - features[:, BANDS].max()
    shares = np.maximum(features[:, :BANDS] - features[:, BANDS : BANDS + 1], LEAST)
    own = np.concatenate([shares, features[:, BANDS + 1 :]], axis=1)
    loud = level > QUIET
    sounding, pairs = own[loud], loud[1:] & loud[:-1]
    moves = np.abs(np.diff(shares, axis=0)).mean(axis=1)[pairs] if pairs.any() else np.zeros(1)
    whole = [loud.mean(), moves.mean(), moves.max(), level[-1], level.min()]
    parts = [sounding.mean(axis=0), sounding.max(axis=0), sounding.min(axis=0), sounding.std(axis=0), whole]
    return np.asarray(np.concatenate(parts), np.float32)


def _beat(features: Features) -> Features:
    """How long it lasts, and how its level and its pitch go up and down."""
    level, pitch = features[:, BANDS], features[:, BANDS + 2]
    rises = float((np.diff(level) > RISE).sum())
    return np.array(
        [len(features) / SO_FAR, level.std(), pitch.std(), rises, rises / len(features)],
        np.float32,
    )
