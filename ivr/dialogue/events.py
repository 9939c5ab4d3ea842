"""What happens to a conversation, and what the conversation wants done: plain data, both ways."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Kind = Literal["open", "yes-no", "digits", "money", "date"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an utterance was understood as. Money in minor units, dates as dates, digits joined.

    Several amounts are candidates; `currencies`: ISO codes of the currency named with them, empty where none was.
    `no_person`: a person was spoken of, and turned down.
    """

    intent: str
    confidence: float
    ranked: tuple[tuple[str, float], ...] = ()
    yes_no: bool | None = None
    money: tuple[int, ...] = ()
    share: Literal["full", "half", "minimum"] | None = None
    dates: tuple[date, ...] = ()
    digits: str = ""
    ordinal: int | None = None
    account_kind: str | None = None
    upset: bool = False
    language: str = "en"
    ours: bool = True
    currencies: tuple[str, ...] = ()
    no_person: bool = False


# --- events ---


@dataclass(frozen=True, slots=True)
class Started:
    """The caller can be heard. `account` is the one whose number on file is calling, if any.

    Callers with a `braked` intent go straight to a person. `codes`: one-time codes can be sent. `texts`: the number on
    file can be sent a text.
    """

    today: date
    account: str | None
    company: str
    braked: tuple[str, ...] = ()
    codes: bool = False
    texts: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    confidence: float
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Keyed:
    digits: str


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing came while we listened."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The caller cut off a prompt after hearing `heard` (0..1) of it."""

    prompt: str
    heard: float


@dataclass(frozen=True, slots=True)
class Resumed:
    """The audio was lost and is back: apologise briefly and go on where we were."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The audio is back after turns without it, in which nothing was lost: listen on."""


@dataclass(frozen=True, slots=True)
class Found:
    """Answer to FindAccount: the account, or None."""

    account: str | None


@dataclass(frozen=True, slots=True)
class PinChecked:
    ok: bool
    locked: bool = False


@dataclass(frozen=True, slots=True)
class MobileFound:
    """Answer to FindMobile: the last four digits of the number that may be sent a code; empty if there is none."""

    tail: str


@dataclass(frozen=True, slots=True)
class CodeSent:
    """Answer to SendCode; not `ok`: no code may or can be sent."""

    ok: bool


@dataclass(frozen=True, slots=True)
class CodeChecked:
    """Answer to CheckCode; `spent`: the code is worth nothing any more."""

    ok: bool
    spent: bool = False


@dataclass(frozen=True, slots=True)
class Transaction:
    on: date
    text: str
    amount: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Answer to LookUp. Minor units; `balance` is what is owed where `owed`, else what is there.

    `funds`: what there is to pay from, by source, and `locked`: no PIN is taken any more; for an agent's eyes."""

    balance: int
    currency: str
    owed: bool
    due: int
    minimum: int
    due_on: date | None
    sources: tuple[str, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    funds: tuple[tuple[str, int], ...] = ()
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Paid:
    confirmation: str
    amount: int
    on: date


@dataclass(frozen=True, slots=True)
class Refused:
    """The ledger will not do it: insufficient, limit, unknown, nothing-due."""

    why: str


@dataclass(frozen=True, slots=True)
class Slow:
    """The ledger has not answered within two seconds."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The ledger cannot answer. `sure`: it was never asked, so that nothing was moved."""

    sure: bool = False


@dataclass(frozen=True, slots=True)
class CardTaken:
    """Back from the carrier's card entry; `result` as the carrier names it ("success", ...)."""

    result: str
    confirmation: str = ""


Event = (
    Started
    | Said
    | Keyed
    | Silent
    | Interrupted
    | Resumed
    | Returned
    | Found
    | PinChecked
    | MobileFound
    | CodeSent
    | CodeChecked
    | Facts
    | Paid
    | Refused
    | Slow
    | Failed
    | CardTaken
)


# --- actions ---


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

    kind: Kind = "open"
    digits: int | None = None
    secret: bool = False
    patience: float = 7.0


@dataclass(frozen=True, slots=True)
class FindAccount:
    number: str


@dataclass(frozen=True, slots=True)
class CheckPin:
    account: str
    pin: str


@dataclass(frozen=True, slots=True)
class FindMobile:
    account: str


@dataclass(frozen=True, slots=True)
class SendCode:
    """Text a code to the number on file, once: `turn` with the call's id is the text's key."""

    account: str
    turn: int


@dataclass(frozen=True, slots=True)
class CheckCode:
    account: str
    code: str


@dataclass(frozen=True, slots=True)
class LookUp:
    account: str


@dataclass(frozen=True, slots=True)
class Pay:
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
    """Bring a person. `reason` is asked, unclear, silent, upset, verification, fault, or the intent."""

    reason: str
    intent: str
    summary: str
    known: dict[str, str] = field(default_factory=dict)
    mood: str = "calm"
    language: str = "en"


@dataclass(frozen=True, slots=True)
class HangUp:
    """All is said; end the call."""


Query = FindAccount | CheckPin | FindMobile | SendCode | CheckCode | LookUp | Pay
Action = Say | Listen | Query | TakeCard | SendText | Rate | HandOff | HangUp
