"""Speech to text: one Whisper model for the process, shared fairly by all its calls.

Utterances of live calls go in as they were cut by endpointing; recordings are cut here, where nobody speaks.
"""

import itertools
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from speech import whisper
from speech.audio import RATE, Samples, loudness, normalise, read_sound, resample, telephone, to_float, to_int
from speech.decoding import Decoded, Demand, UtteranceDecoder
from speech.digit_words import spoken_digits
from speech.events import Expectation, Word
from speech.hearing_load import HearingLoad
from speech.inference_queue import Hearing, InferenceQueue, Priority
from speech.model_files import ModelFiles
from speech.vad import Vad, speech_spans
from speech.whisper import Whisper

ANYTHING = Expectation()
FOR_A_CALLER = (Priority.TURN, Priority.EARLY)  # who is answered, and for whom words without times are better than late
FLOOR_DBFS = -60.0  # fainter than this is line noise, whatever a model makes of it
LOUDEST_GAIN = 20.0  # dB: a faint caller is lifted, a silent line is not
LONG_GAP = 1.2  # seconds without speech at which a second hearing is cut
LEAD = 0.3  # seconds of silence round a file's sound: a word at the very edge is missed


@dataclass(frozen=True, slots=True)
class Transcript:
    """`text` is empty where nobody spoke. `confidence` (0..1): confirm below 0.6, ask again below 0.45.

    `words` are timed from the start of the sound; `seconds` is the sound's length, `elapsed` the seconds that it took.
    `no_speech` is the chance (0..1) that there was no speech, `end_of_turn` that who spoke had finished (None: not
    known). Digits that were asked for stand in `text` joined ("4719").
    """

    text: str
    confidence: float
    words: tuple[Word, ...]
    seconds: float
    elapsed: float
    no_speech: float
    end_of_turn: float | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech in a longer sound; all times in seconds from that sound's start."""

    start: float
    end: float
    transcript: Transcript


class SpeechToText(Protocol):
    """Whatever transcribes an utterance."""

    def transcribe(
        self, sound: NDArray[Any], expect: Expectation = ..., priority: Priority = ...
    ) -> "Future[Transcript]": ...

    @property
    def free(self) -> bool:
        """Whether a hearing asked for now would begin at once."""
        ...


class WhisperSpeechToText:
    """Whisper behind the inference queue. `threads` utterances are transcribed at once, each on one core. Thread-safe.

    `vad` makes a voice detector, by which recordings are cut; `window` is the least that the encoder sees, in seconds.
    """

    def __init__(
        self,
        files: ModelFiles,
        threads: int = 2,
        *,
        vad: Callable[[], Vad],
        device: str = "cpu",
        window: float = whisper.WINDOW,
    ) -> None:
        self._decoder = UtteranceDecoder(Whisper(files, threads, device=device, window=window))
        self._vad = vad
        self._threads, self._load = threads, HearingLoad()
        self._queue: InferenceQueue[Transcript] = InferenceQueue(threads, "stt")

    def transcribe(
        self, sound: NDArray[Any], expect: Expectation = ANYTHING, priority: Priority = Priority.TURN
    ) -> "Future[Transcript]":
        """One utterance, [n]: int16 at 8 kHz or float32 at 16 kHz.

        A future cancelled in time is never begun, and one that is under way is given up at its next step.
        """

        asked = time.monotonic()

        def job(hearing: Hearing[Transcript]) -> Transcript:
            begun = time.monotonic()
            demand = Demand(
                priority is not Priority.EARLY,
                unwanted=lambda: hearing.unwanted,
                pressed=lambda: priority in FOR_A_CALLER and self._queue.waiting > 0,
            )
            transcript = self._transcribe(sound, lambda one: self._decoder.decode(one, expect, demand))
            if priority in FOR_A_CALLER:
                self._load.note(begun - asked, time.monotonic() - begun)
            return transcript

        return self._queue.submit(job, priority)

    def transcribe_file(self, path: Path, expect: Expectation = ANYTHING) -> Transcript:
        """A sound file as it comes over the telephone: 8 kHz, mu-law. Raises UnreadableAudioError."""
        began = time.perf_counter()
        channels, rate = read_sound(path)
        samples = telephone(channels.mean(axis=0).astype(np.int16), rate)
        rest = np.zeros(int(LEAD * RATE), np.int16)
        segments = self.transcribe_long(np.concatenate([rest, samples, rest]), expect, gap=whisper.LONGEST)
        whole = joined([segment.transcript for segment in segments], expect)
        seconds, elapsed = round(len(samples) / RATE, 3), round(time.perf_counter() - began, 3)
        return replace(whole, words=_shifted(whole.words, -LEAD), seconds=seconds, elapsed=elapsed)

    def transcribe_long(self, samples: Samples, expect: Expectation = ANYTHING, *, gap: float = 0.6) -> list[Segment]:
        """One channel of a recording (8 kHz), cut where nobody speaks for `gap` seconds; silence is left out."""
        return self._segments(samples, gap, lambda sound: self.transcribe(sound, expect, Priority.FILE))

    def hear_again(self, samples: Samples) -> list[Segment]:
        """As `transcribe_long`, by other means: cut elsewhere, in a closer window, with more hypotheses.

        What one of the two makes nothing of, the other may understand.
        """

        def submit(sound: Samples) -> "Future[Transcript]":
            return self._queue.submit(lambda _: self._transcribe(sound, self._decoder.decode_again), Priority.FILE)

        return self._segments(samples, LONG_GAP, submit)

    def read_digits(self, samples: Samples) -> tuple[Word, ...]:
        """The digits that their reader hears in a stretch of a recording (8 kHz, at most 30 s); none without one."""
        return self._queue.submit(lambda _: self._transcribe(samples, self._decoder.read), Priority.FILE).result().words

    @property
    def waiting(self) -> int:
        """Utterances that wait."""
        return self._queue.waiting

    @property
    def expected_wait(self) -> float:
        """Seconds that a caller's utterance would wait now, by what the last ones did and by those in line."""
        return self._load.expected(self._queue.waiting, self._threads)

    @property
    def free(self) -> bool:
        """Whether an utterance that came now would be begun at once."""
        return self._queue.free

    def close(self) -> None:
        self._queue.close()

    def _segments(
        self, samples: Samples, gap: float, transcribe: "Callable[[Samples], Future[Transcript]]"
    ) -> list[Segment]:
        spans = [part for span in speech_spans(samples, self._vad(), gap=gap) for part in _cut(*span)]
        futures = [transcribe(samples[start:end]) for start, end in spans]
        transcripts = [future.result() for future in futures]
        return [
            Segment(start / RATE, end / RATE, replace(one, words=_shifted(one.words, start / RATE)))
            for (start, end), one in zip(spans, transcripts, strict=True)
            if one.text
        ]

    def _transcribe(self, sound: NDArray[Any], decode: "Callable[[whisper.Sound], Decoded]") -> Transcript:
        began = time.perf_counter()
        seconds = len(sound) / (RATE if sound.dtype == np.int16 else whisper.RATE)
        utterance = prepared(sound)
        if utterance is None:
            return Transcript("", 0.0, (), round(seconds, 3), round(time.perf_counter() - began, 4), 1.0)
        decoded = decode(utterance)
        text, confidence, words = decoded.verdict.text, decoded.verdict.confidence, decoded.verdict.words
        elapsed = round(time.perf_counter() - began, 4)
        return Transcript(text, confidence, words, round(seconds, 3), elapsed, decoded.no_speech, decoded.end_of_turn)


def joined(transcripts: list[Transcript], expect: Expectation) -> Transcript:
    """Several stretches of one utterance as one; the confidence is the lowest."""
    if not transcripts:
        return Transcript("", 0.0, (), 0.0, 0.0, 1.0)
    text = " ".join(one.text for one in transcripts)
    if expect.kind == "digits":
        text = spoken_digits(text, expect.digits) or text
    words = tuple(word for one in transcripts for word in one.words)
    return replace(transcripts[0], text=text, words=words, confidence=min(one.confidence for one in transcripts))


def prepared(sound: NDArray[Any]) -> whisper.Sound | None:
    """Float32 at 16 kHz and at the usual level; None for a sound too faint to be speech."""
    samples: Samples = sound if sound.dtype == np.int16 else to_int(sound)
    level = loudness(samples)
    if level < FLOOR_DBFS:
        return None
    lifted = to_float(normalise(samples, min(-20.0, level + LOUDEST_GAIN)))
    return lifted if sound.dtype != np.int16 else np.asarray(resample(lifted, RATE, whisper.RATE), np.float32)


def _cut(start: int, end: int) -> list[tuple[int, int]]:
    """Stretches no longer than the recogniser's window takes."""
    longest = int((whisper.LONGEST - 2 * whisper.MARGIN) * RATE)
    pieces = max(1, -(-(end - start) // longest))
    edges = [start + (end - start) * index // pieces for index in range(pieces + 1)]
    return list(itertools.pairwise(edges))


def _shifted(words: tuple[Word, ...], by: float) -> tuple[Word, ...]:
    return tuple(
        Word(word.word, round(max(0.0, word.start + by), 2), round(max(0.0, word.end + by), 2), word.confidence)
        for word in words
    )
