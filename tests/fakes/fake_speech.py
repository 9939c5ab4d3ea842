"""What a session talks to: a detector of speech, a recogniser and a voice in memory."""

from concurrent.futures import Future
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speech.audio import Samples
from speech.events import Expectation
from speech.inference_queue import Priority
from speech.sound_kind import KindChances
from speech.stt import Transcript
from speech.vad import STATE_SIZE, Vad

ANYTHING = Expectation()


class FakeVad:
    """A detector for which whatever is loud is speech."""

    hidden_state = np.zeros(STATE_SIZE, np.float32)

    def __call__(self, window: Samples) -> float:
        return 1.0 if np.abs(window).max() > 1000 else 0.0

    def reset(self) -> None:
        pass


loud = FakeVad()


class FakeInterruptionDetector:
    """A judge for whom all speech over the bot may be an interruption, and so stops it once it is no cough."""

    interruption = 0.7
    kind = KindChances(words=0.7, hum=0.2, other=0.1)

    def __init__(self, vad: Vad) -> None:
        self._vad = vad

    def __call__(self, window: Samples) -> float:
        return self._vad(window)

    def reset(self) -> None:
        self._vad.reset()


class FakeRecogniser:
    """Hears what it is told to, turn by turn; an early hearing of the same turn hears the same."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.asked: list[tuple[float, Expectation, Priority]] = []
        self.held: list[tuple[Future[Transcript], Transcript]] | None = None
        self.sounds: list[NDArray[Any]] = []
        self.free = False

    def transcribe(
        self, sound: NDArray[Any], expect: Expectation = ANYTHING, priority: Priority = Priority.TURN
    ) -> Future[Transcript]:
        self.asked.append((len(sound) / 8000, expect, priority))
        self.sounds.append(sound)
        text = self.texts[0] if self.texts else ""
        future: Future[Transcript] = Future()
        said = Transcript(text, 0.9 if text else 0.0, (), len(sound) / 8000, 0.0, 0.0)
        if self.held is not None:
            self.held.append((future, said))
        else:
            future.set_running_or_notify_cancel()
            future.set_result(said)
        return future


class FakeVoice:
    """A voice that takes 60 ms of tone for each character."""

    name = "beep"

    def __init__(self) -> None:
        self.spoken: list[str] = []

    def speak(self, text: str) -> Samples:
        self.spoken.append(text)
        return np.full(len(text) * 480, 3000, np.int16)


class FakeQuickVoice(FakeVoice):
    """A voice of a few milliseconds a sentence, so that nobody waits for it."""

    def speak(self, text: str) -> np.ndarray[Any, np.dtype[np.int16]]:
        return np.full(400, 3000, np.int16)
