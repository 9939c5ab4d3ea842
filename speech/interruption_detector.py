"""Is it an interruption: what a caller's first 100 to 300 ms over the bot tell, before any word can be transcribed.

A voice detector takes a hum ("mhm") for speech, as it is. This small network also sees what kind of sound it is: words
move and have something above 600 Hz, hums stay low and even, coughs are noise; and it sees the state of the detector's
own network, which tells more than its probability. Its weights are interruption.npz beside this file, trained by
bench/train/interruption_detector.py. What the sound is as it goes on is told by speech/sound_kind.py.
"""

from collections import deque
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speech.audio import RATE, Samples, to_float
from speech.sound_kind import LEAST, QUIET, SO_FAR, KindChances, kind_of
from speech.vad import STATE_SIZE, WINDOW, StatefulVad

Features = NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("interruption.npz")
EDGES = (80, 250, 400, 550, 750, 1000, 1300, 1700, 2200, 2800, 3400, 4000)  # Hz between the bands
PITCH = (RATE // 400, RATE // 70)  # lags of a voice's pitch
SPAN_WINDOWS = 8  # windows that are looked at together: 256 ms
FAINT = 1e-6  # power that counts as silence: -60 dBFS
STARTS = 0.3  # the detector's probability from which a sound begins
OVER = 12  # windows without a voice after which the next is another sound
STATE_LAG = 3  # windows back of the second state of the detector's network that is looked at, beside the present one
FEATURES = len(EDGES) + 2  # features of a window: its bands, its level, the detector's probability, its pitch

_SPECTRUM = 2 * WINDOW
_SHAPE = np.hanning(_SPECTRUM).astype(np.float32)
_BANDS = np.searchsorted(np.fft.rfftfreq(_SPECTRUM, 1 / RATE), EDGES)


@cache
def _layers(path: Path) -> dict[str, Features]:
    with np.load(path) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


class _Window:
    """A window and the one before it; its features are computed when asked for, since mostly the bot is silent."""

    def __init__(self, before: Samples, window: Samples, probability: float, state: Features) -> None:
        self._before, self.sound, self._probability, self.state = before, window, probability, state

    @cached_property
    def features(self) -> Features:
        return window_features(self._before, self.sound, self._probability)


class InterruptionDetector:
    """One caller's voice: a voice detector that also tells how likely what it hears is an interruption.

    Call it with each window of 256 samples (8 kHz) in order; read `interruption` or `kind` when it matters, which costs
    0.1 to 0.3 ms.
    """

    def __init__(self, vad: StatefulVad, path: Path = WEIGHTS) -> None:
        self._layers = _layers(path)
        self._vad = vad
        self._windows: deque[_Window] = deque(maxlen=SO_FAR)
        self.reset()

    def reset(self) -> None:
        silence: Samples = np.zeros(WINDOW, np.int16)
        self._windows.extend([_Window(silence, silence, 0.0, np.zeros(STATE_SIZE, np.float32))] * SPAN_WINDOWS)
        self._kind: KindChances | None = None
        self._since, self._quiet = 1, OVER  # windows since the sound began, and without a voice
        self._vad.reset()

    def __call__(self, window: Samples) -> float:
        """Probability 0..1 that the next 256 samples (8 kHz) hold speech."""
        probability = self._vad(window)
        self._windows.append(_Window(self._windows[-1].sound, window, probability, self._vad.hidden_state))
        begins = probability >= STARTS and self._quiet >= OVER
        self._quiet = 0 if probability >= STARTS else self._quiet + 1
        self._since = 1 if begins else min(self._since + 1, len(self._windows))
        self._kind = None
        return probability

    @property
    def interruption(self) -> float:
        """Chance 0..1 that in the last quarter of a second someone began to say something."""
        layers = self._layers
        features = np.stack([window.features for window in list(self._windows)[-SPAN_WINDOWS:]])
        seen = interruption_features(features, self._windows[-1].state, self._windows[-1 - STATE_LAG].state)
        hidden = np.maximum(seen @ layers["a"] + layers["a0"], 0)
        return float(1 / (1 + np.exp(-(hidden @ layers["o"] + layers["o0"])[0])))

    @property
    def kind(self) -> KindChances:
        """What the sound is that goes on, or came last."""
        if self._kind is None:
            self._kind = kind_of(*self.sound_so_far())
        return self._kind

    def sound_so_far(self) -> tuple[list[Features], list[Features]]:
        """Of each window of that sound: its features, and the detector's state after it."""
        windows = list(self._windows)[-self._since :]
        return [window.features for window in windows], [window.state for window in windows]


def window_features(before: Samples, window: Samples, probability: float) -> Features:
    """One window [FEATURES], seen with the one before it: log10 of its bands' powers and of all, speech, and pitch."""
    sound = to_float(np.concatenate([before, window])) * _SHAPE
    power = np.abs(np.fft.rfft(sound)) ** 2 / _SPECTRUM
    bands = np.add.reduceat(power, _BANDS)[: len(EDGES) - 1]
    echo = np.fft.irfft(power)
    pitch = float(echo[PITCH[0] : PITCH[1]].max() / (echo[0] + FAINT))
    loud = np.log10(np.append(bands, bands.sum()) + FAINT)
    return np.asarray([*loud, probability, pitch], np.float32)


def interruption_features(features: Features, state: Features, earlier_state: Features) -> Features:
    """The network's input for the windows [SPAN_WINDOWS, FEATURES], as one row.

    Each window against the loudest, so that a faint caller looks like a loud one; how the windows that sound are and
    change; and the voice detector's state [STATE_SIZE] after the last window and STATE_LAG windows before it.
    """
    levels = len(EDGES)
    stack = features.copy()
    stack[:, :levels] -= features[:, levels - 1].max()
    own = np.maximum(features[:, : levels - 1] - features[:, levels - 1 : levels], LEAST)
    loud = stack[:, levels - 1] > QUIET
    sounding = np.concatenate([own, features[:, levels:]], axis=1)[loud]
    pairs = loud[1:] & loud[:-1]
    moves = np.abs(np.diff(own, axis=0)).mean(axis=1)[pairs] if pairs.any() else np.zeros(1)
    whole = [loud.mean(), moves.mean(), moves.max()]
    parts = [stack.ravel(), sounding.mean(axis=0), sounding.max(axis=0), sounding.min(axis=0), whole]
    return np.asarray(np.concatenate([*parts, state, earlier_state]), np.float32)
