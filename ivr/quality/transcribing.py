"""From a recording's sound to its transcript, one channel at a time, in the order it was said."""

import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from speech.audio import RATE, resample

if TYPE_CHECKING:
    from speech.listen import Segment  # brings the recogniser's libraries along, which hand-offs do not need

Samples = NDArray[np.int16]


class UnreadableRecording(ValueError):
    """The sound is not a 16-bit PCM WAV."""


class LongRecogniser(Protocol):
    """As speech.listen.Recogniser: 8 kHz samples of one channel in, timed segments out."""

    def transcribe_long(self, samples: Samples) -> "list[Segment]": ...


@dataclass(frozen=True, slots=True)
class Sound:
    """8 kHz samples as [channels, n]."""

    samples: Samples

    @property
    def channels(self) -> int:
        return int(self.samples.shape[0])

    @property
    def seconds(self) -> float:
        return float(self.samples.shape[1]) / RATE


def read_sound(data: bytes) -> Sound:
    """The channels of a WAV. UnreadableRecording says what is wrong with it."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            if file.getsampwidth() != 2:
                raise UnreadableRecording(f"the recording has {8 * file.getsampwidth()}-bit samples, not 16")
            rate, channels = file.getframerate(), file.getnchannels()
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, channels).T
    except (wave.Error, EOFError) as error:
        raise UnreadableRecording(f"the recording is not a WAV file: {error}") from error
    if rate != RATE:
        samples = np.stack([resample(np.ascontiguousarray(channel), rate, RATE) for channel in samples])
    return Sound(np.ascontiguousarray(samples))


def transcribe_recording(sound: Sound, recogniser: LongRecogniser) -> list[dict[str, Any]]:
    """{channel (1 = caller), text, start, end, confidence, words}, times in seconds from the recording's start."""
    segments = [
        _segment(channel, segment)
        for channel, samples in enumerate(sound.samples, 1)
        for segment in recogniser.transcribe_long(samples)
    ]
    return sorted(segments, key=lambda segment: (segment["start"], segment["channel"]))


def _segment(channel: int, segment: "Segment") -> dict[str, Any]:
    said = segment.transcript
    return {
        "channel": channel,
        "text": said.text,
        "start": round(segment.start, 3),
        "end": round(segment.end, 3),
        "confidence": round(said.confidence, 3),
        "words": _words(said.words),
    }


def _words(words: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "word": word.word,
            "start": round(word.start, 3),
            "end": round(word.end, 3),
            "confidence": round(word.confidence, 3),
        }
        for word in words
    ]
