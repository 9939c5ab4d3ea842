"""Voice activity detection: Silero at 8 kHz, one model for the process and one stream for each voice listened to.

A detector takes windows of 256 samples (32 ms) in order and gives the probability of each that it holds speech.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from speech.audio import RATE, Samples, to_float

WINDOW = 256  # samples the model was trained on at 8 kHz: 32 ms
WINDOW_SECONDS = WINDOW / RATE
CONTEXT = 32
FAINT_DBFS = -55.0  # the noise of an idle line: no louder window than this is ever left out
FAINT_DB = 35.0  # and none that is nearer than this to the loudest that this line brought: a faint caller counts
SETTLING = 5  # faint windows in a row that the network still gets: it must know that the voice is gone
STATE_SIZE = 128  # numbers in which the network keeps what came so far


class Vad(Protocol):
    """One voice, window after window."""

    def __call__(self, window: Samples) -> float:
        """Probability 0..1 that the next 256 samples (8 kHz) hold speech."""
        ...

    def reset(self) -> None:
        """What came so far counts no more."""


class StatefulVad(Vad, Protocol):
    """A detector that also tells what its network makes of the voice by now: its hidden state [STATE_SIZE]."""

    @property
    def hidden_state(self) -> NDArray[np.float32]: ...


class SileroModel:
    """The shared model; `stream()` for each call. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # 0.1 ms of work: threads would only cost
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.stream()(np.zeros(WINDOW, np.int16))  # the first run allocates

    def stream(self) -> "SileroStream":
        return SileroStream(self._session)


class SileroStream:
    """The detector's memory of one voice.

    A window as faint as an idle line, beside what the line brought before, is no speech whatever the network makes of
    its memory, which takes 45 ms on the mean to fade after the last sound. Most of a call is such: it is not run then.
    """

    _RATE = np.array(RATE, np.int64)

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._loudest = 0.0
        self.reset()

    def reset(self) -> None:
        """Another voice is to come, on the same line."""
        self._state: NDArray[np.float32] = np.zeros((2, 1, STATE_SIZE), np.float32)
        self._context: NDArray[np.float32] = np.zeros((1, CONTEXT), np.float32)
        self._faint = 0

    @property
    def hidden_state(self) -> NDArray[np.float32]:
        """What its probability is read from; the last one's where a faint window is not run."""
        view: NDArray[np.float32] = self._state[0, 0]
        return view

    def __call__(self, window: Samples) -> float:
        samples = to_float(window)
        self._faint = self._faint + 1 if self._is_faint(samples) else 0
        if self._faint > SETTLING:
            return 0.0
        sound = np.concatenate([self._context, samples[None]], axis=1)
        probability, self._state = self._session.run(None, {"input": sound, "state": self._state, "sr": self._RATE})
        self._context = sound[:, -CONTEXT:]
        return 0.0 if self._faint else float(probability[0, 0])

    def _is_faint(self, samples: NDArray[np.float32]) -> bool:
        power = float(samples @ samples) / WINDOW
        self._loudest = max(self._loudest, power)
        return power < min(10 ** (FAINT_DBFS / 10), self._loudest * 10 ** (-FAINT_DB / 10))


class Hysteresis:
    """Speech starts at a high probability and stops at a low one, so that a wavering voice does not flicker."""

    def __init__(self, start: float = 0.5, stop: float = 0.35) -> None:
        self._start, self._stop = start, stop
        self.speaking = False

    def __call__(self, probability: float) -> bool:
        self.speaking = probability >= (self._stop if self.speaking else self._start)
        return self.speaking


class WindowCutter:
    """Cuts a stream of frames into the detector's windows."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, np.int16)

    def add(self, samples: Samples) -> Iterator[Samples]:
        pending = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        whole = len(pending) // WINDOW * WINDOW
        self._rest = pending[whole:]
        for start in range(0, whole, WINDOW):
            yield pending[start : start + WINDOW]


def speech_spans(samples: Samples, vad: Vad, *, gap: float = 0.6, pad: float = 0.3) -> list[tuple[int, int]]:
    """Stretches of speech [start, end) in samples (8 kHz); pauses shorter than `gap` seconds do not cut."""
    hysteresis = Hysteresis()
    spans: list[tuple[int, int]] = []
    for index, window in enumerate(WindowCutter().add(samples)):
        if not hysteresis(vad(window)):
            continue
        start, end = index * WINDOW, (index + 1) * WINDOW
        if spans and start - spans[-1][1] < gap * RATE:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    margin = int(pad * RATE)
    return [(max(0, start - margin), min(len(samples), end + margin)) for start, end in spans]
