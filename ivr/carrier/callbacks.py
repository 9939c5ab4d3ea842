"""What a carrier tells in its callbacks, as values of our own; each carrier's folder reads its own form fields."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from ivr.carrier.port import CALL_OVER, CallStatus

UNKNOWN = "unknown"  # a number that the carrier does not give
Brought = Literal["card", "recording", "keys", "call-status"]
Fields = Mapping[str, str]  # a request's parameters by the carrier's names


class CallbackError(ValueError):
    """A callback lacks what its carrier sends with every request of its kind; the message names the field."""


@dataclass(frozen=True, slots=True)
class CallUpdate:
    """A request about one leg: whose it is and how far it is. Numbers in E.164 where they are numbers."""

    sid: str
    caller: str
    called: str
    status: CallStatus | None  # None where the request does not say
    machine: bool  # whether an answering machine has taken the call
    attestation: str | None  # how the caller's number was verified, in the carrier's words

    @property
    def over(self) -> bool:
        return self.status in CALL_OVER


@dataclass(frozen=True, slots=True)
class RecordingNews:
    """One recording callback. `seconds` and `channels` are known once it is completed."""

    sid: str
    status: str  # in-progress, completed, absent, failed
    url: str
    kind: str = "call"  # or message
    seconds: float | None = None
    channels: int | None = None
    started_at: datetime | None = None  # where the carrier was asked


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was recorded of one turn, and the keys that ended its recording; `url` may be empty where there are keys."""

    keys: str
    recording_sid: str
    url: str


@dataclass(frozen=True, slots=True)
class CardUpdate:
    """How far a card entry is. `required`: the fields still to come, None where the carrier does not say.

    `result` is empty until the entry is over; `reason` holds the words of whoever refused the card.
    """

    required: tuple[str, ...] | None = None
    partial: bool = False
    error: str = ""
    result: str = ""
    confirmation: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ConferenceEvent:
    """Who came to or left a conference. `conference` is the name that we gave it, None where there is none.

    `kind`: "other" for all that is neither. `hung_up`: the leg left by itself, `dropped`: because it was cut off.
    """

    kind: Literal["join", "leave", "other"]
    conference: str | None
    conference_sid: str | None
    call_sid: str
    label: str
    hung_up: bool
    dropped: bool


@dataclass(frozen=True, slots=True)
class StreamFault:
    """A media socket that the carrier could not open, or lost."""

    call_sid: str
    stream_sid: str


@dataclass(frozen=True, slots=True)
class TextStatus:
    """What became of an SMS; `status` in the carrier's words, "delivered", "undelivered" and "failed" among them."""

    sid: str
    status: str


@dataclass(frozen=True, slots=True)
class FailedDocument:
    """A document at `url` that could not be had (`answered` False) or not be used, and what its request brought.

    `request` is that request's own parameters, to be read once more.
    """

    url: str
    code: str
    answered: bool
    brought: frozenset[Brought]
    request: Fields


class Callbacks(Protocol):
    """Reads one carrier's requests. The readers raise CallbackError where a field that always comes is missing."""

    def call_sid(self, fields: Fields) -> str | None:
        """The leg that a request is about; None where it names none."""
        ...

    def call_over(self, fields: Fields) -> bool:
        """Whether the leg that the request is about has ended."""
        ...

    def call_update(self, fields: Fields) -> CallUpdate: ...

    def keys(self, fields: Fields) -> str:
        """The keys that were pressed, as they came; "" for none."""
        ...

    def recording(self, fields: Fields) -> RecordingNews: ...

    def message(self, fields: Fields) -> RecordingNews | None:
        """The message that a caller has left just now; None: nothing was said."""
        ...

    def utterance(self, fields: Fields) -> Utterance: ...

    def recorded_seconds(self, fields: Fields) -> int | None:
        """How long the recording that a request brings is; None where it brings none."""
        ...

    def card_update(self, fields: Fields) -> CardUpdate: ...

    def conference_event(self, fields: Fields) -> ConferenceEvent: ...

    def stream_fault(self, fields: Fields) -> StreamFault | None:
        """None for news of a media socket that is no fault."""
        ...

    def text_status(self, fields: Fields) -> TextStatus: ...

    def failed_document(self, fields: Fields) -> FailedDocument: ...

    def was_answered(self, fields: Fields) -> bool:
        """Whether the phone that a document rang was answered, and the two have talked."""
        ...

    def malformed(self, fields: Iterable[tuple[str, str]]) -> str | None:
        """The first field that is an identifier by its name and cannot be one by its value."""
        ...
