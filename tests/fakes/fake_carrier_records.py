"""What a carrier can tell of calls and recordings afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ivr.carrier.port import CarrierCall, CarrierError, CarrierRecording
from tests.harness.call_line import LINE, MORGAN, SID

RECORDING = "RE" + "7" * 32


@dataclass
class FakeCarrierRecords:
    """Knows calls and recordings; `fault` is raised by every question."""

    calls: dict[str, CarrierCall] = field(default_factory=dict)
    kept: dict[str, CarrierRecording] = field(default_factory=dict)
    fault: CarrierError | None = None
    asked: list[str] = field(default_factory=list)

    def find_call(self, call_sid: str) -> CarrierCall | None:
        self._ask(call_sid)
        return self.calls.get(call_sid)

    def find_recording(self, recording_sid: str) -> CarrierRecording | None:
        self._ask(recording_sid)
        return self.kept.get(recording_sid)

    def recordings(self, after: datetime, before: datetime, limit: int) -> Iterator[CarrierRecording]:
        self._ask("recordings")
        return iter([r for r in self.kept.values() if r.started_at and after <= r.started_at <= before])

    def _ask(self, what: str) -> None:
        if self.fault is not None:
            raise self.fault
        self.asked.append(what)

    def call_is(self, status: str, sid: str = SID, caller: str = MORGAN, called: str = LINE) -> None:
        self.calls[sid] = CarrierCall(sid, status, caller, called)

    def keeps(self, at: datetime, call: str = SID, by_document: bool = False, **how: Any) -> None:
        known = {"status": "completed", "url": f"/Recordings/{RECORDING}", "seconds": 30.0, "channels": 2, **how}
        self.kept[RECORDING] = CarrierRecording(
            sid=RECORDING, call_sid=call, by_document=by_document, started_at=at, **known
        )
