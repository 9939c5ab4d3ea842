"""What the dialogue wants done: plain data, for others to carry out."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from ivr.dialogue.timeouts import NO_INPUT

AnswerKind = Literal["open", "yes-no", "digits", "money", "date"]


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a prompt. `prompt` names it (with its wording, "pin.ask/2"), `text` is for the ear."""

    prompt: str
    text: str
    interruptible: bool = True
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait for the caller. `secret` answers are never stored or logged."""

    kind: AnswerKind = "open"
    digits: int | None = None
    secret: bool = False
    no_input_timeout: float = NO_INPUT["open"]


@dataclass(frozen=True, slots=True)
class Query:
    """To be asked or done outside the dialogue, which goes on with the result. A flow may bring its own."""


@dataclass(frozen=True, slots=True)
class FindAccount(Query):
    number: str


@dataclass(frozen=True, slots=True)
class CheckPin(Query):
    account: str
    pin: str


@dataclass(frozen=True, slots=True)
class FindMobile(Query):
    account: str


@dataclass(frozen=True, slots=True)
class SendCode(Query):
    """Text a code to the number on file, once: `turn` with the call's id is the text's key."""

    account: str
    turn: int


@dataclass(frozen=True, slots=True)
class CheckCode(Query):
    account: str
    code: str


@dataclass(frozen=True, slots=True)
class LookUp(Query):
    account: str


@dataclass(frozen=True, slots=True)
class Pay(Query):
    """Move money once: `turn` with the call's id is the payment's key."""

    account: str
    amount: int
    source: str
    on: date
    turn: int


@dataclass(frozen=True, slots=True)
class TakeCard:
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class SendText:
    body: str


@dataclass(frozen=True, slots=True)
class Rate:
    stars: int


@dataclass(frozen=True, slots=True)
class HandOff:
    """Bring a person. `reason` is asked, unclear, silent, upset, verification, fault, supervisor, or the intent.

    `wanted`: the id of the agent who asked for the caller; 0: whoever is next.
    """

    reason: str
    intent: str
    summary: str
    known: dict[str, str] = field(default_factory=dict)
    mood: str = "calm"
    language: str = "en"
    wanted: int = 0


@dataclass(frozen=True, slots=True)
class HangUp:
    """All is said; end the call."""


Action = Say | Listen | Query | TakeCard | SendText | Rate | HandOff | HangUp
