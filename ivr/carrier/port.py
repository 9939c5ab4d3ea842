"""The carrier's port: all that the line asks of whoever carries its calls; each carrier serves it in its own module."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

OVER = ("completed", "busy", "failed", "no-answer", "canceled")


class CarrierError(RuntimeError):
    """The carrier refused or could not be reached. `again`: trying again does no harm and may help.

    `doubtful`: it may have been done, though nobody said so."""

    def __init__(self, message: str, again: bool, doubtful: bool = False) -> None:
        super().__init__(message)
        self.again, self.doubtful = again, doubtful


@dataclass(frozen=True, slots=True)
class CarrierCall:
    """A call as the carrier has it."""

    sid: str
    status: str
    caller: str
    called: str


@dataclass(frozen=True, slots=True)
class CarrierRecording:
    """A recording that is still at the carrier. `seconds` and `channels` are known once it is completed.

    `by_document`: a document had the caller speak after a tone or a question; else it is of the whole call.
    """

    sid: str
    call_sid: str
    status: str
    by_document: bool
    url: str
    started_at: datetime | None
    seconds: float | None
    channels: int | None


class Carrier(Protocol):
    """All methods raise CarrierError. Ending what is already over is no error."""

    def ring(self, to: str, from_: str, url: str, status_url: str, timeout: int, fallback_url: str) -> str:
        """Call `to`; once answered it runs the document at `url`. `timeout` in seconds. The new call's sid.

        `fallback_url` is asked when a document of that leg cannot be had."""
        ...

    def move(self, call_sid: str, url: str) -> bool:
        """Have a live call run the document at `url`; False if it is over."""
        ...

    def end(self, call_sid: str) -> None: ...

    def status(self, call_sid: str) -> str | None:
        """The call's status as the carrier names it; None when it does not know the call."""
        ...

    def end_conference(self, conference_sid: str) -> None: ...

    def add_participant(
        self, conference_sid: str, to: str, label: str, *, muted: bool, coach: str | None, status_url: str, timeout: int
    ) -> str:
        """Ring `to` and put whoever answers into a conference; with `coach` only that leg hears him. The leg's sid."""
        ...

    def change_participant(
        self,
        conference_sid: str,
        call_sid: str,
        *,
        muted: bool | None = None,
        hold: bool | None = None,
        coach: str | None = None,
    ) -> bool:
        """Change how a leg takes part; `coach` "" ends coaching. False if leg or conference is over."""
        ...

    def fetch_recording(self, url: str) -> bytes:
        """The recording as WAV, all channels."""
        ...

    def delete_recording(self, recording_sid: str) -> None: ...

    def find_recording(self, recording_sid: str) -> CarrierRecording | None:
        """What the carrier says of the recording; None when it is not there, or no more."""
        ...

    def pause_recording(self, call_sid: str) -> None:
        """Silence in the call's recording from now on; returns once the carrier has confirmed it."""
        ...

    def resume_recording(self, call_sid: str) -> None: ...

    def send_text(self, to: str, body: str, dial: int | None = None) -> str:
        """Send an SMS; its sid. What becomes of it is told by webhook, with the number `dial` of its row."""
        ...

    def check(self) -> str:
        """The account's friendly name, proving that address and credentials are right."""
        ...
