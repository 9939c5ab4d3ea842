"""Text to speech: sentence by sentence, each synthesised once and kept. Sound is int16 [n] at 8 kHz."""

import hashlib
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from speech.audio import RATE, Samples
from speech.voices import Voice

SENTENCE_PAUSE = 0.25  # seconds between two sentences
MEMORY = 512  # sentences of some 50 kB
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=\S)")
_TITLE = re.compile(r"\b(mr|mrs|ms|dr|st|no|inc|ltd|[a-z])\.$", re.I)


def sentences(text: str) -> list[str]:
    """`text` in sentences; a title or an initial ends none."""
    found: list[str] = []
    for part in _SENTENCE_END.split(" ".join(text.split())):
        if found and _TITLE.search(found[-1]):
            found[-1] += f" {part}"
        elif part:
            found.append(part)
    return found


def sentence_pause() -> Samples:
    """The pause before a following sentence."""
    return np.zeros(int(SENTENCE_PAUSE * RATE), np.int16)


class TextToSpeech:
    """The voices with their cache: in memory for all that is said, in `folder` (shared by processes) for fixed prompts.

    `voice` speaks English and whatever none of the `others` does, which are named by language. What is said to one
    caller alone is never written to disk. Thread-safe.
    """

    def __init__(self, voice: Voice, folder: Path, others: Mapping[str, Voice] | None = None) -> None:
        self._voice, self._folder, self._others = voice, folder, others or {}
        self._memory: OrderedDict[tuple[str, str], Samples] = OrderedDict()
        self._lock = threading.Lock()

    def cached(self, sentence: str, language: str = "en") -> Samples | None:
        """The sentence's sound if it is in memory. Never blocks for long."""
        with self._lock:
            if (samples := self._memory.get((language, sentence))) is not None:
                self._memory.move_to_end((language, sentence))
            return samples

    def synthesise(self, sentence: str, language: str = "en") -> Samples:
        """The sentence's sound: from memory, from the folder, or spoken now. Blocks."""
        if (samples := self.cached(sentence, language)) is not None:
            return samples
        voice = self._of(language)
        kept = self._path(voice, sentence)
        samples = _load(kept) if kept.is_file() else voice.speak(sentence)
        return self._remember((language, sentence), samples)

    def prepare(self, texts: Iterable[str], language: str = "en") -> None:
        """Render fixed prompts ahead and keep them in the folder, for this process and the others."""
        for sentence in dict.fromkeys(sentence for text in texts for sentence in sentences(text)):
            samples = self.synthesise(sentence, language)
            if not (path := self._path(self._of(language), sentence)).is_file():
                _save(path, samples)

    def render(self, text: str) -> Samples:
        """A whole English text as one sound, int16 at 8 kHz."""
        parts: list[Samples] = []
        for sentence in sentences(text):
            parts += [sentence_pause(), self.synthesise(sentence)] if parts else [self.synthesise(sentence)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def _of(self, language: str) -> Voice:
        return self._others.get(language, self._voice)

    def _remember(self, key: tuple[str, str], samples: Samples) -> Samples:
        with self._lock:
            self._memory[key] = samples
            while len(self._memory) > MEMORY:
                self._memory.popitem(last=False)
        return samples

    def _path(self, voice: Voice, sentence: str) -> Path:
        digest = hashlib.sha256(f"{voice.name}\n{sentence}".encode()).hexdigest()
        return self._folder / voice.name / f"{digest[:40]}.pcm"


def _load(path: Path) -> Samples:
    return np.fromfile(path, dtype="<i2").astype(np.int16)


def _save(path: Path, samples: Samples) -> None:
    """The file appears whole or not at all, whoever else writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}.part")
    part.write_bytes(samples.astype("<i2").tobytes())
    part.replace(path)
