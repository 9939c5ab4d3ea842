"""Sound whose words are levels, and recognition that hears them: what was silenced cannot be heard again."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from ivr.recordings.silencing import to_wav
from ivr.recordings.transcription import Samples
from speech.audio import RATE

if TYPE_CHECKING:
    from speech.events import Word
    from speech.stt import Segment

WORD, PAUSE = 0.4, 0.1  # seconds
SHORTEST = 0.1
STEP = 400


class FakeLevelHearing:
    """Each word is a level of its own. `late`: seconds by which the first `many` hearings put a word too late."""

    def __init__(self, late: float = 0.0, many: int = 1) -> None:
        self.words: list[str] = []
        self.late, self.many = late, many

    def say(self, words: str, at: float, sound: Samples) -> None:
        """The words, one after another from `at` seconds on."""
        for number, word in enumerate(words.split()):
            self.words += [] if word in self.words else [word]
            start = int((at + number * (WORD + PAUSE)) * RATE)
            sound[start : start + int(WORD * RATE)] = self.level(self.words.index(word))

    @staticmethod
    def level(number: int) -> int:
        """How loud the word of that number is."""
        return STEP * (number + 1)

    def transcribe_long(self, samples: Samples) -> "list[Segment]":
        from speech.events import Word
        from speech.stt import Segment, Transcript

        late, self.many = (self.late if self.many > 0 else 0.0), self.many - 1
        heard: list[Word] = []
        at = 0
        for level, same in groupby(samples.tolist()):
            many = len(list(same))
            if level and level % STEP == 0 and many >= SHORTEST * RATE:
                word = self.words[level // STEP - 1]
                heard.append(Word(word, at / RATE + late, (at + many) / RATE + late, 0.9))
            at += many
        if not heard:
            return []
        said = Transcript(" ".join(word.word for word in heard), 0.9, tuple(heard), 1.0, 0.0, 0.0)
        return [Segment(heard[0].start, heard[-1].end, said)]

    def hear_again(self, samples: Samples) -> "list[Segment]":
        return self.transcribe_long(samples)

    def read_digits(self, samples: Samples) -> "list[Word]":
        return []


def line(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE), np.int16)


def recording_of(channels: Sequence[Samples]) -> bytes:
    return to_wav(np.stack(channels))
