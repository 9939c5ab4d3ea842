"""Whisper on one utterance: a window as short as is safe, and guards against what it invents."""

import math
import re
from dataclasses import dataclass

import numpy as np
from ctranslate2 import StorageView
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens
from numpy.typing import NDArray

from speech.events import Word
from speech.weights import Weights

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
REPEATS = 3  # a phrase at the end of a run-away text that stands there this often is a loop


@dataclass(frozen=True, slots=True)
class Heard:
    """One decoding: its text, mean log-probability of a token, chance of no speech, timed words."""

    text: str
    logprob: float
    no_speech: float
    words: tuple[Word, ...]

    @property
    def confidence(self) -> float:
        return math.exp(self.logprob) if self.text else 0.0


NOTHING = Heard("", -math.inf, 1.0, ())


class Whisper:
    """The model. `threads` decodings run at once, each on one core; `decode` may be called from as many threads."""

    def __init__(self, weights: Weights, threads: int, *, device: str = "cpu", window: float = WINDOW) -> None:
        self._model = WhisperModel(
            str(weights.path), device=device, compute_type="int8", cpu_threads=1, num_workers=threads
        )
        self._tokens = Tokenizer(
            self._model.hf_tokenizer, self._model.model.is_multilingual, task="transcribe", language="en"
        )
        self._prompt = [*self._tokens.sot_sequence, self._tokens.no_timestamps]
        self._suppressed = list(get_suppressed_tokens(self._tokens, [-1]))
        # The English-only models need all 30 seconds: they lose words in a short window.
        self._window = window if self._model.model.is_multilingual else LONGEST

    def decode(self, sound: Sound, *, beams: int = 1, window: float | None = None) -> list[Heard]:
        """The likeliest texts of at most 30 s of sound (float32 [n] at 16 kHz), best first, `beams` of them."""
        sound = sound[: int(LONGEST * RATE)]
        seconds = len(sound) / RATE
        length = min(LONGEST, max(window or self._window, STRETCH * seconds + MARGIN))
        cap = min(224, 10 + int(6 * seconds))
        encoded = self._model.model.encode(self._features(sound, length))
        result = self._model.model.generate(
            encoded, [self._prompt], beam_size=beams, num_hypotheses=beams, max_length=2 * cap, suppress_blank=True,
            suppress_tokens=self._suppressed, return_scores=True, return_no_speech_prob=True,
        )[0]  # fmt: skip
        texts = [[token for token in tokens if token < self._tokens.eot] for tokens in result.sequences_ids]
        if len(texts[0]) >= cap - 1 and length < LONGEST:
            return self.decode(sound, beams=beams, window=LONGEST)
        return [
            self._heard(tokens, score, result.no_speech_prob, encoded, seconds, full=len(tokens) >= cap - 1)
            for tokens, score in zip(texts, result.scores, strict=True)
        ]

    def _features(self, sound: Sound, length: float) -> StorageView:
        padded = np.zeros(int(length * RATE), np.float32)  # the sound is padded, not the features: fewer errors
        padded[: len(sound)] = sound[: len(padded)]
        return StorageView.from_array(self._model.feature_extractor(padded, padding=0)[None, :, : len(padded) // HOP])

    def _heard(
        self, tokens: list[int], score: float, no_speech: float, encoded: StorageView, seconds: float, *, full: bool
    ) -> Heard:
        text = self._tokens.decode(tokens).strip()
        if any(no_speech > chance and score < sure for chance, sure in DISBELIEVED) or not re.search(r"\w", text):
            return Heard("", score, no_speech, ())
        words = self._words(tokens, encoded, seconds)
        if full and (kept := unlooped([word.word for word in words])) < len(words):
            words = words[:kept]
            text = " ".join(word.word for word in words)
        return Heard(text, score, no_speech, words)

    def _words(self, tokens: list[int], encoded: StorageView, seconds: float) -> tuple[Word, ...]:
        """Words with the times and the sureness that the attention gives them; one more, cheap pass of the decoder."""
        frames = max(1, int(seconds * RATE / HOP))
        aligned = self._model.find_alignment(self._tokens, [tokens], encoded, frames)[0]
        words: list[Word] = []
        for item in aligned:
            start, end = (min(float(item[key]), seconds) for key in ("start", "end"))
            if not re.search(r"\w", item["word"]) and words:  # punctuation belongs to the word before
                last = words[-1]
                words[-1] = Word(last.word + item["word"].strip(), last.start, last.end, last.confidence)
            elif item["word"].strip():
                words.append(Word(item["word"].strip(), round(start, 2), round(end, 2), float(item["probability"])))
        return tuple(words)


def unlooped(words: list[str]) -> int:
    """How many of `words` to keep so that a phrase repeated to the end stands there once."""
    plain = [re.sub(r"\W", "", word).lower() for word in words]
    for period in range(1, len(plain) // REPEATS + 1):
        phrase = plain[-period:]
        start = len(plain) - period
        while start >= period and plain[start - period : start] == phrase:
            start -= period
        if (len(plain) - start) // period >= REPEATS:
            return start + period
    return len(plain)
