"""What was said: one recogniser for the process, shared fairly by all its calls."""

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from speech import whisper
from speech.audio import RATE, Samples, loudness, normalise, read_sound, resample, telephone, to_float, to_int
from speech.digit_strings import WRONG_COUNT, Verdict, surely_read, weigh
from speech.digit_words import spoken_digits
from speech.endpointing.phrases import is_yes_or_no
from speech.events import Expectation, Word
from speech.inference_queue import InferenceQueue
from speech.inference_queue import Priority as Priority
from speech.model_files import ModelFiles
from speech.vad import Vad, speech_spans
from speech.whisper import Whisper

ANYTHING = Expectation()
FLOOR_DBFS = -60.0  # fainter than this is line noise, whatever a model makes of it
LOUDEST_GAIN = 20.0  # dB: a faint caller is lifted, a silent line is not
DIGIT_BEAMS = 5
DIGIT_WINDOW = 15.0  # seconds, for strings that take longer to say than
SHORT_DIGITS = 3.5  # seconds
YES_NO_WINDOW = 4.0  # seconds: of 30 answers 25 were heard as at 8 s, the others are heard again in that
YES_NO_BELIEVED = 0.225  # and so are those less sure than this, which the dialogue would not take: of 84 they were 10
LEAD = 0.3  # seconds of silence round a file's sound: a word at the very edge is missed


@dataclass(frozen=True, slots=True)
class Transcript:
    """`text` is empty where nobody spoke. `confidence` 0..1: confirm below 0.6, ask again below 0.45.

    `words` are timed from the start of the sound, `seconds` is the sound's length, `elapsed` the time it took,
    `no_speech` the chance 0..1 that there was no speech, `ended` that who spoke had
    finished (None: not known). Digits that were asked for stand in `text` joined ("4719").
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
    """Whatever can hear."""

    def transcribe(
        self, sound: NDArray[Any], expect: Expectation = ..., priority: Priority = ...
    ) -> "Future[Transcript]": ...


class WhisperSpeechToText:
    """Whisper behind the queue. `threads` utterances are heard at once, each on one core. Thread-safe."""

    def __init__(
        self,
        files: ModelFiles,
        threads: int = 2,
        *,
        vad: Callable[[], Vad],
        device: str = "cpu",
        window: float = whisper.WINDOW,
    ) -> None:
        self._whisper = Whisper(files, threads, device=device, window=window)
        self._vad = vad
        self._queue: InferenceQueue[Transcript] = InferenceQueue(threads, "listen")

    def transcribe(
        self, sound: NDArray[Any], expect: Expectation = ANYTHING, priority: Priority = Priority.TURN
    ) -> "Future[Transcript]":
        """Hear one utterance, [n]: int16 at 8 kHz or float32 at 16 kHz. A future cancelled in time is never begun."""
        return self._queue.submit(lambda: self._transcribe(sound, expect, priority), priority)

    def transcribe_file(self, path: Path, expect: Expectation = ANYTHING) -> Transcript:
        """What is heard of a WAV file over the telephone: 8 kHz, mu-law. Raises UnreadableAudioError."""
        began = time.perf_counter()
        channels, rate = read_sound(path)
        samples = telephone(channels.mean(axis=0).astype(np.int16), rate)
        rest = np.zeros(int(LEAD * RATE), np.int16)
        segments = self.transcribe_long(np.concatenate([rest, samples, rest]), expect, gap=whisper.LONGEST)
        heard = joined([segment.transcript for segment in segments], expect)
        seconds, elapsed = round(len(samples) / RATE, 3), round(time.perf_counter() - began, 3)
        return replace(heard, words=_shifted(heard.words, -LEAD), seconds=seconds, elapsed=elapsed)

    def transcribe_long(self, samples: Samples, expect: Expectation = ANYTHING, *, gap: float = 0.6) -> list[Segment]:
        """One channel of a recording (8 kHz), cut where nobody speaks for `gap` seconds; silence is left out."""
        spans = [part for span in speech_spans(samples, self._vad(), gap=gap) for part in _cut(*span)]
        futures = [self.transcribe(samples[start:end], expect, Priority.FILE) for start, end in spans]
        heard = [future.result() for future in futures]
        return [
            Segment(start / RATE, end / RATE, replace(said, words=_shifted(said.words, start / RATE)))
            for (start, end), said in zip(spans, heard, strict=True)
            if said.text
        ]

    @property
    def waiting(self) -> int:
        """Utterances that wait to be heard."""
        return self._queue.waiting

    def close(self) -> None:
        self._queue.close()

    def _transcribe(self, sound: NDArray[Any], expect: Expectation, priority: Priority) -> Transcript:
        began = time.perf_counter()
        seconds = len(sound) / (RATE if sound.dtype == np.int16 else whisper.RATE)
        utterance = prepared(sound)
        if utterance is None:
            return Transcript("", 0.0, (), round(seconds, 3), round(time.perf_counter() - began, 4), 1.0)
        ended = None
        if expect.kind == "yes-no" and (answer := self._yes_or_no(utterance)) is not None:
            said, no_speech = answer
        elif expect.kind != "digits":
            said, no_speech, ended = self._words(utterance)
        elif self._whisper.is_base:
            said, no_speech = self._digits(utterance, expect.digits)
        else:
            said, no_speech = self._written_digits(utterance, expect.digits, thorough=priority is not Priority.EARLY)
        elapsed = round(time.perf_counter() - began, 4)
        return Transcript(said.text, said.confidence, said.words, round(seconds, 3), elapsed, no_speech, ended)

    def _yes_or_no(self, sound: whisper.Sound) -> tuple[Verdict, float] | None:
        """A yes or a no from a window too short for anything longer; None for all else, and where it is hardly sure."""
        if not self._whisper.is_base or len(sound) > (YES_NO_WINDOW - whisper.MARGIN) * whisper.RATE:
            return None
        encoded = self._whisper.encode(sound, window=YES_NO_WINDOW)
        heard = self._whisper.decode(encoded, retry=False)
        if not is_yes_or_no(heard.text) or heard.confidence < YES_NO_BELIEVED:
            return None
        return Verdict(heard.text, heard.confidence, self._timed(heard, encoded)), heard.no_speech

    def _words(self, sound: whisper.Sound) -> tuple[Verdict, float, float | None]:
        encoded = self._whisper.encode(sound)
        heard = self._whisper.decode(encoded)
        verdict = Verdict(heard.text, heard.confidence, self._timed(heard, encoded))
        return verdict, heard.no_speech, self._whisper.end_of_turn_chance(encoded)

    def _digits(self, sound: whisper.Sound, count: int | None) -> tuple[Verdict, float]:
        """The reader's where it is sure: it needs no window. Else both are heard, in the one that the writer needs."""
        if count is not None:  # else nothing tells whether these are all
            close = self._whisper.encode(sound, window=whisper.MARGIN, stretch=1.0)
            if (sure := surely_read(self._whisper.read_digits(close), count, close.seconds)) is not None:
                return sure, 0.0
        encoded = self._whisper.encode(sound, stretch=1.0)
        readings = self._whisper.read_digits(encoded)
        heard = self._whisper.decode(encoded, retry=not readings[0].digits)
        verdict = weigh(heard.text, heard.confidence, readings, count)
        if not verdict.words and verdict.text == heard.text and heard.text:
            verdict = replace(verdict, words=self._timed(heard, encoded))
        return verdict, heard.no_speech

    def _timed(self, heard: whisper.Decoding, encoded: whisper.Encoded) -> tuple[Word, ...]:
        """The words' times; a single word is as long as the sound, and needs no second pass before a turn can end."""
        if not heard.text:
            return ()
        if " " not in heard.text:
            return (Word(heard.text, 0.0, round(encoded.seconds, 2), round(heard.confidence, 3)),)
        return self._whisper.words(heard, encoded)

    def _written_digits(self, sound: whisper.Sound, count: int | None, *, thorough: bool) -> tuple[Verdict, float]:
        """For models that the reader does not know: a wrong count asks for more hypotheses."""
        encoded = self._whisper.encode(sound, window=DIGIT_WINDOW if len(sound) > SHORT_DIGITS * whisper.RATE else None)
        heard = self._whisper.decode(encoded)
        words = self._timed(heard, encoded)
        first = spoken_digits(heard.text, count)
        if first is None or count is None or len(first) == count:
            return Verdict(first or heard.text, heard.confidence, words), heard.no_speech
        for other in self._second_opinions(sound, thorough):
            digits = spoken_digits(other.text, count)
            if digits is not None and len(digits) == count:
                return Verdict(digits, min(heard.confidence, other.confidence), words), heard.no_speech
        return Verdict(first, min(heard.confidence, WRONG_COUNT), words), heard.no_speech

    def _second_opinions(self, sound: whisper.Sound, thorough: bool) -> Iterator[whisper.Decoding]:
        """Slower, and only for strings of the wrong length: callers mind being asked again more than half a second."""
        yield self._whisper.decode(self._whisper.encode(sound, window=DIGIT_WINDOW), beams=DIGIT_BEAMS)
        if thorough:  # not while the caller may only be pausing between two digits
            yield self._whisper.decode(self._whisper.encode(sound, window=whisper.LONGEST))


def joined(heard: list[Transcript], expect: Expectation) -> Transcript:
    """Several stretches of one utterance as one; the confidence is the lowest."""
    if not heard:
        return Transcript("", 0.0, (), 0.0, 0.0, 1.0)
    text = " ".join(one.text for one in heard)
    if expect.kind == "digits":
        text = spoken_digits(text, expect.digits) or text
    words = tuple(word for one in heard for word in one.words)
    return replace(
        heard[0], text=text, words=words, confidence=min(one.confidence for one in heard), no_speech=heard[0].no_speech
    )


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
