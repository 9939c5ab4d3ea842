"""What happens to a conversation: what the caller does, and the results of what the dialogue wanted done."""

from dataclasses import dataclass
from datetime import date

from ivr.dialogue.meaning import Meaning


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. The result of a flow's own query may be declared in the flow's file."""


@dataclass(frozen=True, slots=True)
class Started(Event):
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
class Said(Event):
    text: str
    confidence: float
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Keyed(Event):
    digits: str


@dataclass(frozen=True, slots=True)
class NoInput(Event):
    """Nothing came while we listened."""


@dataclass(frozen=True, slots=True)
class Interrupted(Event):
    """The caller cut off a prompt of which the share `played` (0..1) had been played."""

    prompt: str
    played: float


@dataclass(frozen=True, slots=True)
class Resumed(Event):
    """The audio was lost and is back: apologise briefly and go on where we were."""


@dataclass(frozen=True, slots=True)
class Returned(Event):
    """The audio is back after turns without it, in which nothing was lost: listen on."""


@dataclass(frozen=True, slots=True)
class TakenOver(Event):
    """A supervisor asks for the caller; `agent` is the supervisor's id."""

    agent: int


@dataclass(frozen=True, slots=True)
class Found(Event):
    """Answer to FindAccount: the account, or None."""

    account: str | None


@dataclass(frozen=True, slots=True)
class PinChecked(Event):
    ok: bool
    locked: bool = False


@dataclass(frozen=True, slots=True)
class MobileFound(Event):
    """Answer to FindMobile: the last four digits of the number that may be sent a code; empty if there is none."""

    tail: str


@dataclass(frozen=True, slots=True)
class CodeSent(Event):
    """Answer to SendCode; not `ok`: no code may or can be sent."""

    ok: bool


@dataclass(frozen=True, slots=True)
class CodeChecked(Event):
    """Answer to CheckCode; `spent`: the code is worth nothing any more."""

    ok: bool
    spent: bool = False


@dataclass(frozen=True, slots=True)
class Paid(Event):
    confirmation: str
    amount: int
    on: date


@dataclass(frozen=True, slots=True)
class Refused(Event):
    """The ledger will not do it: insufficient, limit, unknown, nothing-due."""

    why: str


@dataclass(frozen=True, slots=True)
class Slow(Event):
    """The ledger has not answered within two seconds."""


@dataclass(frozen=True, slots=True)
class Failed(Event):
    """The ledger cannot answer. `sure`: it was never asked, so that nothing was moved."""

    sure: bool = False


@dataclass(frozen=True, slots=True)
class CardTaken(Event):
    """Back from the carrier's card entry; `result` as the carrier names it ("success", ...)."""

    result: str
    confirmation: str = ""
