"""The carrier of card payments: it remembers what it was asked."""

from dataclasses import dataclass, field
from typing import Any

from ivr.carrier.port import CarrierError


@dataclass
class FakeCardCarrier:
    """`broken` requests are refused by their name."""

    asked: list[tuple[Any, ...]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def _note(self, name: str, *what: Any) -> None:
        self.asked.append((name, *what))
        if name in self.broken:
            raise CarrierError(f"no {name} today", again=True)

    def pause_recording(self, call_sid: str) -> None:
        self._note("pause", call_sid)

    def resume_recording(self, call_sid: str) -> None:
        self._note("resume", call_sid)

    def stop_listening(self, call_sid: str) -> None:
        self._note("deaf", call_sid)

    def start_listening(self, call_sid: str, url: str, parameters: dict[str, str]) -> bool:
        self._note("listen", call_sid, url, parameters["call"])
        return True

    def begin_card(self, call_sid: str, key: str, amount: int, currency: str, connector: str, status_url: str) -> str:
        self._note("begin", call_sid, key, amount, currency, status_url)
        return "PK1"

    def capture_card(self, call_sid: str, session: str, key: str, field: str, status_url: str) -> None:
        self._note("capture", session, key, field)

    def finish_card(self, call_sid: str, session: str, key: str, status: str, status_url: str) -> None:
        self._note(status, session, key)

    @property
    def names(self) -> list[str]:
        return [name for name, *_ in self.asked]
