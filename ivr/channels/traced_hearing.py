"""A recogniser whose hearings of one call are spans of its trace."""

import time
from concurrent.futures import Future
from typing import Any

from numpy.typing import NDArray

from ivr import traces
from speech.events import Expectation
from speech.inference_queue import Priority
from speech.stt import ANYTHING, SpeechToText, Transcript


class TracedHearing:
    """`stt` for the call `sid`. A span begins when a hearing is asked for; `work` is what of it was no waiting."""

    def __init__(self, stt: SpeechToText, sid: str) -> None:
        self._stt, self._sid = stt, sid

    @property
    def free(self) -> bool:
        return self._stt.free

    def transcribe(
        self, sound: NDArray[Any], expect: Expectation = ANYTHING, priority: Priority = Priority.TURN
    ) -> "Future[Transcript]":
        asked = time.monotonic()

        def heard(done: "Future[Transcript]") -> None:
            if done.cancelled() or done.exception() is not None:
                return
            took, said = time.monotonic() - asked, done.result()
            traces.note(
                "hearing", took, self._sid, work=said.elapsed, sound=said.seconds, early=priority is Priority.EARLY
            )

        future = self._stt.transcribe(sound, expect, priority)
        if traces.on():
            future.add_done_callback(heard)
        return future
