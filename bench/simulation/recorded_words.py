"""Words as a recording that says them, and a recogniser that reads them back: sound without any."""

import io
import wave

import numpy as np

from speech.audio import RATE, Samples
from speech.events import Expectation
from speech.stt import ANYTHING, Segment, Transcript


def wav_of(words: str) -> bytes:
    """A recording in which each sample is a character."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(np.array([ord(letter) for letter in words], "<i2").tobytes())
    return file.getvalue()


class ReadingSpeechToText:
    """Reads what `wav_of` wrote."""

    def transcribe_long(self, samples: Samples, expect: Expectation = ANYTHING, *, gap: float = 0.6) -> list[Segment]:
        words = "".join(chr(sample) for sample in samples)
        return [Segment(0.0, 1.0, Transcript(words, 0.9, (), 1.0, 0.01, 0.1))] if words else []
