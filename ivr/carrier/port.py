"""The carrier's port: all that the line asks of whoever carries its calls; each carrier's folder serves it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

CallStatus = Literal[
    "queued", "initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"
]
CALL_OVER: frozenset[str] = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


class CarrierError(RuntimeError):
    """The carrier refused or could not be reached. `again`: trying again does no harm and may help.

    `doubtful`: it may have been done, though nobody said so."""

    def __init__(self, message: str, again: bool, doubtful: bool = False) -> None:
        super().__init__(message)
        self.again, self.doubtful = again, doubtful


@dataclass(frozen=True, slots=True)
class CarrierCall:
    """A call as the carrier has it; `status` is a `CallStatus`, the numbers are as it gives them."""

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
        """The call's `CallStatus`; None when the carrier does not know the call."""
        ...

    def end_conference(self, conference_sid: str) -> None: ...

    def add_participant(
        self, conference_sid: str, to: str, label: str, *, muted: bool, coach: str | None, status_url: str, timeout: int
    ) -> str:
        """Ring `to` and put whoever answers into a conference; with `coach` only that leg hears them. The leg's sid."""
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

    def stop_recording(self, call_sid: str) -> None:
        """End the call's recording for good; no error if there is none."""
        ...

    def forget_call(self, call_sid: str) -> None:
        """Delete the carrier's own record of a call that is over; no error if there is none."""
        ...

    def forget_text(self, message_sid: str) -> None:
        """Delete a text and what it said; no error if there is none."""
        ...

    def knows(self, sid: str) -> bool:
        """Whether the carrier still has a record of this call, text or recording."""
        ...

    def send_text(self, to: str, body: str, dial: int | None = None) -> str:
        """Send an SMS; its sid. What becomes of it is told by webhook, with the number `dial` of its row."""
        ...

    def check(self) -> str:
        """The account's friendly name, proving that address and credentials are right."""
        ...


class CardCarrier(Protocol):
    """What the line asks while a card is keyed on a live call. All methods raise CarrierError."""

    def pause_recording(self, call_sid: str) -> None: ...
    def resume_recording(self, call_sid: str) -> None: ...

    def stop_listening(self, call_sid: str) -> None:
        """The fork of the call's sound ends; no error if there is none."""
        ...

    def start_listening(self, call_sid: str, url: str, parameters: dict[str, str]) -> bool:
        """Fork both sides of a live call to the socket at `url`; False if the call is over."""
        ...

    def begin_card(self, call_sid: str, key: str, amount: int, currency: str, connector: str, status_url: str) -> str:
        """Open a payment session for `amount` minor units, once for `key`; its sid."""
        ...

    def capture_card(self, call_sid: str, session: str, key: str, field: str, status_url: str) -> None:
        """Take what the caller keys from now on as `field`."""
        ...

    def finish_card(self, call_sid: str, session: str, key: str, status: str, status_url: str) -> None:
        """`complete` charges the card, `cancel` forgets it; cancelling what is over is no error."""
        ...


class CallRecords(Protocol):
    """What a sweep asks of what the carrier keeps. All methods raise CarrierError."""

    def find_call(self, call_sid: str) -> CarrierCall | None:
        """The call; None when the carrier does not know it."""
        ...

    def find_recording(self, recording_sid: str) -> CarrierRecording | None: ...

    def recordings(self, after: datetime, before: datetime, limit: int) -> Iterator[CarrierRecording]:
        """Every recording of the account that was made in that time and is still there, newest first."""
        ...


class LineCarrier(Carrier, CardCarrier, CallRecords, Protocol):
    """The whole port: what each carrier's own client serves."""
