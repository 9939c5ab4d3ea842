"""Is someone speaking: Silero at 8 kHz, one model for the process and one stream for each voice listened to."""

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


class Vad(Protocol):
    """One voice, window after window."""

    def __call__(self, window: Samples) -> float:
        """Probability 0..1 that the next 256 samples (8 kHz) hold speech."""
        ...


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
    """The detector's memory of one voice."""

    _RATE = np.array(RATE, np.int64)

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._state: NDArray[np.float32] = np.zeros((2, 1, 128), np.float32)
        self._context: NDArray[np.float32] = np.zeros((1, CONTEXT), np.float32)

    def __call__(self, window: Samples) -> float:
        sound = np.concatenate([self._context, to_float(window)[None]], axis=1)
        probability, self._state = self._session.run(None, {"input": sound, "state": self._state, "sr": self._RATE})
        self._context = sound[:, -CONTEXT:]
        return float(probability[0, 0])


class Hysteresis:
    """Speech starts at a high probability and stops at a low one, so that a wavering voice does not flicker."""

    def __init__(self, start: float = 0.5, stop: float = 0.35) -> None:
        self._start, self._stop = start, stop
        self.speaking = False

    def __call__(self, probability: float) -> bool:
        self.speaking = probability >= (self._stop if self.speaking else self._start)
        return self.speaking


class Windows:
    """Cuts a stream of frames into the detector's windows."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, np.int16)

    def add(self, samples: Samples) -> Iterator[Samples]:
        pending = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        whole = len(pending) // WINDOW * WINDOW
        self._rest = pending[whole:]
        for start in range(0, whole, WINDOW):
            yield pending[start : start + WINDOW]


def voiced(samples: Samples, vad: Vad, *, gap: float = 0.6, pad: float = 0.3) -> list[tuple[int, int]]:
    """Stretches of speech [start, end) in samples (8 kHz); pauses shorter than `gap` seconds do not cut."""
    hysteresis = Hysteresis()
    spans: list[tuple[int, int]] = []
    for index, window in enumerate(Windows().add(samples)):
        if not hysteresis(vad(window)):
            continue
        start, end = index * WINDOW, (index + 1) * WINDOW
        if spans and start - spans[-1][1] < gap * RATE:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    margin = int(pad * RATE)
    return [(max(0, start - margin), min(len(samples), end + margin)) for start, end in spans]
