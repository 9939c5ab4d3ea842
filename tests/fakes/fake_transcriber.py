"""Recognition of recordings that hears how loud they are."""

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.recordings.transcription import Samples

if TYPE_CHECKING:
    from speech.events import Word
    from speech.stt import Segment


@dataclass
class FakeTranscriber:
    """Hears on each channel how loud it is, in hundreds, and takes as many seconds over it as the environment says."""

    def transcribe_long(self, samples: Samples) -> "list[Segment]":
        from speech.events import Word
        from speech.stt import Segment, Transcript

        time.sleep(float(os.environ.get("TEST_HEARING_SECONDS", "0")))
        loudness = int(samples[0])
        said = Transcript(f"level {loudness // 100}", 0.9, (Word("level", 0.1, 0.4, 0.9),), 1.0, 0.0, 0.0)
        return [Segment(0.1, 0.9, said)]

    def hear_again(self, samples: Samples) -> "list[Segment]":
        return self.transcribe_long(samples)

    def read_digits(self, samples: Samples) -> "list[Word]":
        return []
