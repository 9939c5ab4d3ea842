"""What a scripted phone says of its call: said, heard, latencies, interruptions, problems."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Said:
    """One thing said (`text`) or keyed (`keys`); seconds from the call's start. `latency`: ms to the answer's sound."""

    kind: str
    text: str
    start: float
    end: float | None = None
    latency: float | None = None


@dataclass(slots=True)
class Heard:
    """One utterance of the far side; `text` is empty until it has been recognised."""

    start: float
    end: float
    text: str = ""


@dataclass(slots=True)
class CallRecord:
    """Filled in while the call runs. `call` is its sid. Times are seconds from the moment the call was answered."""

    call: str = ""
    said: list[Said] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    interruptions: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    status: str = ""
    seconds: float = 0.0

    def answered_at(self, at: float) -> None:
        """The far side became audible at `at`: the answer to what was last said, if that was finished."""
        last = self.said[-1] if self.said else None
        if last is not None and last.end is not None and last.latency is None and at >= last.end:
            last.latency = round((at - last.end) * 1000, 1)

    def to_dict(self) -> dict[str, Any]:
        return {
            "call": self.call,
            "status": self.status,
            "seconds": round(self.seconds, 2),
            "said": [
                {entry.kind: entry.text, "start": round(entry.start, 2), "end": round(entry.end or entry.start, 2)}
                | {"latency": entry.latency}
                for entry in self.said
            ],
            "heard": [
                {"text": entry.text, "start": round(entry.start, 2), "end": round(entry.end, 2)} for entry in self.heard
            ],
            "latency": [entry.latency for entry in self.said if entry.latency is not None],
            "interruptions": self.interruptions,
            "problems": self.problems,
        }
