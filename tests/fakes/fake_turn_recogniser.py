"""Recognition of recorded turns that hears what it is told to."""

from dataclasses import dataclass, field
from threading import Event

from speech.audio import Samples
from speech.events import Expectation
from speech.stt import ANYTHING, Segment, Transcript


@dataclass
class FakeTurnRecogniser:
    """Hears what was put into `says`, one utterance after the other, and remembers what was asked for."""

    says: list[str] = field(default_factory=list)
    gate: Event | None = None
    asked: list[Expectation] = field(default_factory=list)

    def transcribe_long(self, samples: Samples, expect: Expectation = ANYTHING, *, gap: float = 0.6) -> list[Segment]:
        self.asked.append(expect)
        if self.gate is not None:
            self.gate.wait(10)
        text = self.says.pop(0)
        return [Segment(0.0, 1.0, Transcript(text, 0.9, (), 1.0, 0.01, 0.1))] if text else []
