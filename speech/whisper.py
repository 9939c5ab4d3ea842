"""Whisper on one utterance: a window as short as is safe, and guards against what it invents."""

import math
import re
from dataclasses import dataclass

import numpy as np
from ctranslate2 import DataType, Device, StorageView
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens
from numpy.typing import NDArray

from speech.digit_reader import DigitReader, Reading
from speech.end_of_turn import EndOfTurnModel
from speech.events import Word
from speech.model_files import ModelFiles
from speech.repeats import said_once, unlooped

Sound = NDArray[np.float32]

RATE = 16000
HOP = 160
LONGEST = 30.0  # seconds: what the encoder was trained on and cannot go beyond
WINDOW = 8.0  # seconds: below 6 Whisper repeats itself, above 8 the time grows and the errors hardly fall
MARGIN = 1.0  # seconds of silence after the utterance: with less it repeats itself
STRETCH = 1.6  # and more after a long one: ten digits in 6 s came back whole from none of 6 at 8 s, from 5 of 6 at 15 s
# Noise is unsure of its words as well: below -1.9 a token, while the faintest of people stay above -0.6 however likely
# "no speech" is said to be. Pairs of (no speech above, log-probability below) that are not believed.
DISBELIEVED = ((0.6, -1.0), (0.33, -1.8))


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sound (float32 [n] at 16 kHz) as the encoder understood it: the costly half, done once for all readings."""

    sound: Sound
    features: StorageView
    window: float  # seconds that the encoder saw

    @property
    def seconds(self) -> float:
        return len(self.sound) / RATE


@dataclass(frozen=True, slots=True)
class Decoding:
    """One decoding: its text, mean log-probability of a token, chance of no speech, and the text's tokens as decoded.

    The same text can be written in other tokens ("that's"), which the model would never choose and finds improbable.
    """

    text: str
    logprob: float
    no_speech: float
    tokens: tuple[int, ...] = ()

    @property
    def confidence(self) -> float:
        return math.exp(self.logprob) if self.text else 0.0


NO_DECODING = Decoding("", -math.inf, 1.0)


class Whisper:
    """The model. `threads` decodings run at once, each on one core; `decode` may be called from as many threads."""

    def __init__(self, files: ModelFiles, threads: int, *, device: str = "cpu", window: float = WINDOW) -> None:
        self._model = WhisperModel(
            str(files.path), device=device, compute_type="int8", cpu_threads=1, num_workers=threads
        )
        self._tokens = Tokenizer(
            self._model.hf_tokenizer, self._model.model.is_multilingual, task="transcribe", language="en"
        )
        self._prompt = [*self._tokens.sot_sequence, self._tokens.no_timestamps]
        self._suppressed = list(get_suppressed_tokens(self._tokens, [-1]))
        # The English-only models need all 30 seconds: they lose words in a short window.
        self._window = window if self._model.model.is_multilingual else LONGEST
        first = self.encode(np.zeros(RATE, np.float32))  # the first run allocates
        self.is_base = bool(self._model.model.is_multilingual) and encoder_output(first).shape[1] == DigitReader.SIZE
        """The multilingual base model: the digit reader and the shortest windows were made for it and no other."""
        self._reader = DigitReader() if self.is_base else None
        self._end_of_turn = EndOfTurnModel() if self.is_base else None

    def read_digits(self, encoded: Encoded) -> list[Reading]:
        """The digits in a sound, likeliest first. Raises RuntimeError where not `is_base`."""
        if self._reader is None:
            raise RuntimeError("the digit reader knows the multilingual base model only")
        return self._reader.read(encoder_output(encoded), encoded.seconds)

    def end_of_turn_chance(self, encoded: Encoded) -> float | None:
        """The chance 0..1 that it sounds finished; None where nobody can tell from this model."""
        return None if self._end_of_turn is None else self._end_of_turn(encoder_output(encoded), encoded.seconds)

    def encode(self, sound: Sound, *, window: float | None = None, stretch: float = STRETCH) -> Encoded:
        """At most 30 s of sound, in a window of at least `window` and `stretch` times its length."""
        sound = sound[: int(LONGEST * RATE)]
        length = min(LONGEST, max(window or self._window, stretch * len(sound) / RATE + MARGIN))
        return Encoded(sound, self._model.model.encode(self._features(sound, length)), length)

    def decode(self, encoded: Encoded, *, beams: int = 1, retry: bool = True) -> Decoding:
        """The likeliest text; `retry` decodes a text that ran away once more, with all of the encoder's window."""
        cap = min(224, 10 + int(6 * encoded.seconds))
        result = self._model.model.generate(
            encoded.features, [self._prompt], beam_size=beams, max_length=2 * cap, suppress_blank=True,
            suppress_tokens=self._suppressed, return_scores=True, return_no_speech_prob=True,
        )[0]  # fmt: skip
        tokens = [token for token in result.sequences_ids[0] if token < self._tokens.eot]
        full = len(tokens) >= cap - 1
        if full and retry and encoded.window < LONGEST:
            return self.decode(self.encode(encoded.sound, window=LONGEST), beams=beams)
        text = self._tokens.decode(tokens).strip()
        score, no_speech = result.scores[0], result.no_speech_prob
        if any(no_speech > chance and score < sure for chance, sure in DISBELIEVED) or not re.search(r"\w", text):
            return Decoding("", score, no_speech)
        said = text.split()
        kept = said_once(said[: unlooped(said)] if full else said, encoded.seconds)
        return (
            Decoding(text, score, no_speech, tuple(tokens)) if kept == said else self._shortened(kept, score, no_speech)
        )

    def _shortened(self, said: list[str], score: float, no_speech: float) -> Decoding:
        text = " ".join(said)
        tokens = self._model.hf_tokenizer.encode(f" {text}", add_special_tokens=False).ids
        return Decoding(text, score, no_speech, tuple(tokens))

    def words(self, decoding: Decoding, encoded: Encoded) -> tuple[Word, ...]:
        """The words with the times and the sureness that the attention gives: one more, cheap pass."""
        frames = max(1, int(encoded.seconds * RATE / HOP))
        aligned = self._model.find_alignment(self._tokens, [list(decoding.tokens)], encoded.features, frames)[0]
        words: list[Word] = []
        for item in aligned:
            start, end = (min(float(item[key]), encoded.seconds) for key in ("start", "end"))
            if words and (not item["word"].startswith(" ") or not re.search(r"\w", item["word"])):
                words[-1] = with_piece(words[-1], item["word"].strip(), end, float(item["probability"]))
            elif item["word"].strip():
                words.append(Word(item["word"].strip(), round(start, 2), round(end, 2), float(item["probability"])))
        return tuple(words)

    def _features(self, sound: Sound, length: float) -> StorageView:
        padded = np.zeros(int(length * RATE), np.float32)  # the sound is padded, not the features: fewer errors
        padded[: len(sound)] = sound[: len(padded)]
        return StorageView.from_array(self._model.feature_extractor(padded, padding=0)[None, :, : len(padded) // HOP])


def with_piece(word: Word, piece: str, end: float, probability: float) -> Word:
    """A word and what belongs to it without a space: ".10" after "$42", or a mark, which is no matter of doubt."""
    if not re.search(r"\w", piece):
        return Word(word.word + piece, word.start, word.end, word.confidence)
    return Word(word.word + piece, word.start, round(end, 2), min(word.confidence, probability))


def encoder_output(encoded: Encoded) -> NDArray[np.float32]:
    """What the encoder made of a sound, [frames of 20 ms, width], wherever it was computed."""
    near = encoded.features.to_device(Device.cpu).to(DataType.float32)
    batch: NDArray[np.float32] = np.asarray(near)
    return np.asarray(batch[0], np.float32)
