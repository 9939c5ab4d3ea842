"""A carrier that does nothing but remember, with faults and lost answers on request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ivr.carrier.port import CarrierError, CarrierRecording

SUPERVISOR = "CA" + "5" * 32


def leg(attempt_number: int) -> str:
    return f"CA{attempt_number:032x}"


@dataclass
class FakeCarrier:
    """Remembers what it was asked. `faults` are raised by the next request of that name, which does nothing;

    requests named in `lost` are done, and then their answers are lost. `meanwhile` happens between deed and answer."""

    asked: list[tuple[Any, ...]] = field(default_factory=list)
    faults: dict[str, CarrierError] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    meanwhile: dict[str, Callable[[], None]] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)
    rung: int = 0
    fallbacks: list[str] = field(default_factory=list)

    def _note(self, name: str, *what: Any) -> None:
        if (fault := self.faults.pop(name, None)) is not None:
            raise fault
        self.asked.append((name, *what))
        if name == "ring":
            self.rung += 1
        self.meanwhile.pop(name, lambda: None)()
        if name in self.lost:
            self.lost.remove(name)
            raise CarrierError("the carrier does not answer", again=name != "ring")

    def ring(self, to: str, from_: str, url: str, status_url: str, timeout: int, fallback_url: str) -> str:
        self.fallbacks.append(fallback_url)
        self._note("ring", to, url)
        return leg(self.rung)

    def move(self, call_sid: str, url: str) -> bool:
        self._note("move", call_sid, url)
        return call_sid not in self.over

    def end(self, call_sid: str) -> None:
        self._note("end", call_sid)

    def status(self, call_sid: str) -> str | None:
        return self.statuses.get(call_sid, "in-progress")

    def end_conference(self, conference_sid: str) -> None:
        self._note("end_conference", conference_sid)

    def add_participant(
        self, conference_sid: str, to: str, label: str, *, muted: bool, coach: str | None, status_url: str, timeout: int
    ) -> str:
        self._note("add_participant", conference_sid, to, label, muted, coach)
        return SUPERVISOR

    def change_participant(
        self,
        conference_sid: str,
        call_sid: str,
        *,
        muted: bool | None = None,
        hold: bool | None = None,
        coach: str | None = None,
    ) -> bool:
        self._note("change_participant", conference_sid, call_sid, {"muted": muted, "hold": hold, "coach": coach})
        return call_sid not in self.over

    def fetch_recording(self, url: str) -> bytes:
        self._note("fetch_recording", url)
        return b""

    def find_recording(self, recording_sid: str) -> CarrierRecording | None:
        return None

    def delete_recording(self, recording_sid: str) -> None:
        self._note("delete_recording", recording_sid)

    def pause_recording(self, call_sid: str) -> None:
        self._note("pause_recording", call_sid)

    def resume_recording(self, call_sid: str) -> None:
        self._note("resume_recording", call_sid)

    def stop_recording(self, call_sid: str) -> None:
        self._note("stop_recording", call_sid)

    def forget_call(self, call_sid: str) -> None:
        self._note("forget_call", call_sid)

    def forget_text(self, message_sid: str) -> None:
        self._note("forget_text", message_sid)

    def knows(self, sid: str) -> bool:
        return False

    def send_text(self, to: str, body: str, dial: int | None = None) -> str:
        self._note("send_text", to, body)
        return "SM" + "0" * 32

    def check(self) -> str:
        return "fake"

    def names(self) -> list[str]:
        return [name for name, *_ in self.asked]
