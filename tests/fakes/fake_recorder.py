"""The carrier's recorder: it is asked to be silent."""

from dataclasses import dataclass, field

from ivr.carrier.port import CarrierError


@dataclass
class FakeRecorder:
    """Pauses recordings, unless it has a `fault`."""

    asked: list[str] = field(default_factory=list)
    fault: CarrierError | None = None

    def pause_recording(self, call_sid: str) -> None:
        if self.fault is not None:
            raise self.fault
        self.asked.append(call_sid)
