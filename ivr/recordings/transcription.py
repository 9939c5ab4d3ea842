"""From a recording's sound to its transcript, one channel at a time, in the order it was said."""

import io
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from speech.audio import RATE, resample

if TYPE_CHECKING:
    from speech.events import Word
    from speech.stt import Segment  # brings the recogniser's libraries along, which hand-offs do not need

Samples = NDArray[np.int16]
PIECE = 60.0  # seconds of sound that are understood at a time, in far less than a job may take
SEARCH, FRAME = 5 * RATE, RATE // 50  # a pause is looked for in the last five seconds of a piece


class UnreadableSoundError(ValueError):
    """The sound is not a 16-bit PCM WAV."""


class LongSpeechToText(Protocol):
    """As speech.stt.WhisperSpeechToText: 8 kHz samples of one channel in, timed segments out."""

    def transcribe_long(self, samples: Samples) -> "list[Segment]": ...

    def hear_again(self, samples: Samples) -> "list[Segment]":
        """The same by other means."""
        ...

    def read_digits(self, samples: Samples) -> "Sequence[Word]":
        """The digits in at most 30 s, by a reader that knows no words; none where there is no such reader."""
        ...


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
    """The channels of a WAV. UnreadableSoundError says what is wrong with it."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            if file.getsampwidth() != 2:
                raise UnreadableSoundError(f"the recording has {8 * file.getsampwidth()}-bit samples, not 16")
            rate, channels = file.getframerate(), file.getnchannels()
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, channels).T
    except (wave.Error, EOFError) as error:
        raise UnreadableSoundError(f"the recording is not a WAV file: {error}") from error
    if rate != RATE:
        samples = np.stack([resample(np.ascontiguousarray(channel), rate, RATE) for channel in samples])
    return Sound(np.ascontiguousarray(samples))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one channel that can be understood by itself; `start` in samples from the recording's start."""

    channel: int
    start: int
    samples: Samples


def split(sound: Sound, seconds: float = PIECE) -> list[Piece]:
    """The whole sound in pieces of at most `seconds`, cut where it is quietest, always in the same places."""
    longest = int(seconds * RATE)
    return [
        Piece(channel, start, samples[start:end])
        for channel, samples in enumerate(sound.samples, 1)
        for start, end in pairwise(_cuts(samples, longest))
    ]


def transcribe_piece(piece: Piece, hear: "Callable[[Samples], list[Segment]]") -> list[dict[str, Any]]:
    """{channel (1 = caller), text, start, end, confidence, words}, times in seconds from the recording's start."""
    shift = piece.start / RATE
    return [_segment(piece.channel, segment, shift) for segment in hear(piece.samples)]


def in_order(segments: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """As it was said."""
    return sorted(segments, key=lambda segment: (segment["start"], segment["channel"]))


def _cuts(samples: Samples, longest: int) -> list[int]:
    places = [0]
    while len(samples) - places[-1] > longest:
        end = places[-1] + longest
        frames = np.abs(samples[end - SEARCH : end].astype(np.int32)).reshape(-1, FRAME).sum(axis=1)
        places.append(end - SEARCH + int(frames.argmin()) * FRAME + FRAME // 2)
    return [*places, len(samples)] if len(samples) else places


def _segment(channel: int, segment: "Segment", shift: float) -> dict[str, Any]:
    said = segment.transcript
    return {
        "channel": channel,
        "text": said.text,
        "start": round(segment.start + shift, 3),
        "end": round(segment.end + shift, 3),
        "confidence": round(said.confidence, 3),
        "words": _words(said.words, shift),
    }


def _words(words: Sequence[Any], shift: float) -> list[dict[str, Any]]:
    return [
        {
            "word": word.word,
            "start": round(word.start + shift, 3),
            "end": round(word.end + shift, 3),
            "confidence": round(word.confidence, 3),
        }
        for word in words
    ]
