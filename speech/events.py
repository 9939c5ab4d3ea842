"""What a speech session tells its owner, and what its owner tells it."""

from dataclasses import dataclass
from typing import Literal, Self

Kind = Literal["open", "yes-no", "digits", "money", "date"]


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; times in seconds from the start of the audio, confidence 0..1."""

    word: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Expectation:
    """What was asked: guides how long to wait and how to decode. `digits` is how many, when known."""

    kind: Kind = "open"
    digits: int | None = None


# --- what a session reports; times are seconds from the start of the stream ---


@dataclass(frozen=True, slots=True)
class UserTurn:
    """What the caller said in one turn, or keyed. It is carried as it is from the recogniser to the call's rows.

    `latency` holds milliseconds by stage: wait, listen. `keyed`: the digits, where keys were pressed instead.
    """

    text: str
    confidence: float
    words: tuple[Word, ...]
    start: float
    end: float
    latency: dict[str, float]
    keyed: str | None = None

    @classmethod
    def of_keys(cls, digits: str, at: float) -> Self:
        """Keys pressed at `at`; no digits are the pound key alone."""
        return cls(digits or "#", 1.0, (), at, at, {}, digits)

    @property
    def via(self) -> Literal["voice", "keys"]:
        return "voice" if self.keyed is None else "keys"


@dataclass(frozen=True, slots=True)
class DtmfDigits:
    """Keys pressed: the expected count, or up to `#`, or what stood after a pause. `#` is not included."""

    digits: str
    at: float


@dataclass(frozen=True, slots=True)
class NoInput:
    """Nobody spoke for `seconds` after the bot had finished."""

    seconds: float
    at: float


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The caller spoke over the bot: `id` of the Speak cut off, the text and share (0..1) played by then.

    `start`: when the caller began to hear it; None where they heard nothing of it."""

    id: str
    played_text: str
    played: float
    at: float
    start: float | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A Speak was played to its end; `start` and `end` are when the caller heard it."""

    id: str
    start: float
    end: float
    latency: dict[str, float]


@dataclass(frozen=True, slots=True)
class Closed:
    """The stream is over. `by_us` when a Close was carried out, else the far side stopped or was lost."""

    by_us: bool


Event = UserTurn | DtmfDigits | NoInput | Interrupted | Spoken | Closed


# --- what its owner asks of a session ---


@dataclass(frozen=True, slots=True)
class Speak:
    """Say `text`, written to be spoken in `language`. Queued behind what is being said."""

    id: str
    text: str
    interruptible: bool = True
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Listen:
    """Once all is said, wait for the caller; `no_input_timeout` seconds of silence give one NoInput event."""

    expect: Expectation
    no_input_timeout: float = 7.0


@dataclass(frozen=True, slots=True)
class Close:
    """Close the socket once all that is queued has been played."""


Command = Speak | Listen | Close
