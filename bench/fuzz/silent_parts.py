"""What a session talks to while it is fuzzed: nothing here loads a model, so that a socket takes milliseconds."""

from concurrent.futures import Future
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speech.audio import RATE, Samples
from speech.events import Expectation
from speech.inference_queue import Priority
from speech.sound_kind import KindChances
from speech.stt import Transcript
from speech.vad import STATE_SIZE, Vad

ANYTHING = Expectation()


class LoudVad:
    """Whatever is loud is speech."""

    hidden_state = np.zeros(STATE_SIZE, np.float32)

    def __call__(self, window: Samples) -> float:
        return 1.0 if np.abs(window).max() > 1000 else 0.0

    def reset(self) -> None: ...


class UnsureDetector:
    """All speech over the bot may be an interruption."""

    interruption = 0.7
    kind = KindChances(words=0.5, hum=0.3, other=0.2)

    def __init__(self, vad: Vad) -> None:
        self._vad = vad

    def __call__(self, window: Samples) -> float:
        return self._vad(window)

    def reset(self) -> None: ...


class NoRecogniser:
    """Hears nothing, at once."""

    free = True

    def transcribe(
        self, sound: NDArray[Any], expect: Expectation = ANYTHING, priority: Priority = Priority.TURN
    ) -> Future[Transcript]:
        done: Future[Transcript] = Future()
        done.set_running_or_notify_cancel()
        done.set_result(Transcript("", 0.0, (), len(sound) / RATE, 0.0, 1.0))
        return done


class Tone:
    """A voice of ten seconds for whatever it says, so that sounds come in over it."""

    name = "tone"

    def speak(self, text: str) -> Samples:
        return np.full(10 * RATE, 3000, np.int16)
