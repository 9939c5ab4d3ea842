"""What the ledger knows of an account."""

from dataclasses import dataclass
from datetime import date

from ivr.dialogue.events import Event


@dataclass(frozen=True, slots=True)
class Transaction:
    on: date
    text: str
    amount: int


@dataclass(frozen=True, slots=True)
class Facts(Event):
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
