"""What the line asks of a ledger, whoever keeps it, and the dialogue's queries put to it."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ivr.dialogue.actions import FindAccount, LookUp, Pay, Query
from ivr.dialogue.events import Event, Failed, Found, Paid, PinChecked, Refused
from ivr.dialogue.facts import Facts


class LedgerError(RuntimeError):
    """The ledger could not answer; the message says why, without any account's data.

    `reached`: what was asked of it may have been done all the same."""

    def __init__(self, message: str, *, reached: bool = True) -> None:
        super().__init__(message)
        self.reached = reached


@dataclass(frozen=True, slots=True)
class Holder:
    """Who an account belongs to: for an agent's eyes, and never told to a caller. None: the ledger does not say."""

    holder: str | None
    number: str | None = None
    phone: str | None = None


class Ledger(Protocol):
    """Money in integer minor units. Every method may raise LedgerError."""

    def find_by_phone(self, number: str) -> str | None:
        """The one account with this number on file (any common spelling), or None."""
        ...

    def find_by_number(self, number: str) -> str | None:
        """The account with this account number, or None."""
        ...

    def check_pin(self, account: str, pin: str) -> PinChecked:
        """Whether `pin` is right. A ledger may lock an account by its own rules; an unknown one takes as long."""
        ...

    def unlock(self, account: str) -> None:
        """Take PINs for the account again. Raises LedgerError where the ledger does not do this from here."""
        ...

    def mobile(self, account: str) -> str | None:
        """The holder's number on file, in E.164, that can be sent a text; None without one or while it is locked."""
        ...

    def facts(self, account: str) -> Facts | None:
        """What may be told to the verified holder; transactions newest first. None: no such account."""
        ...

    def holder(self, account: str) -> Holder | None:
        """Who the account belongs to. None: no such account."""
        ...

    def pay(self, key: str, account: str, amount: int, source: str, on: date) -> Paid | Refused:
        """Move money once for `key`: the same key gives the same answer and moves nothing again."""
        ...

    def book_card(self, key: str, account: str, amount: int, confirmation: str, on: date) -> None:
        """Book once for `key` what a card was charged; it has been paid, so nothing refuses it."""
        ...


def run_query(ledger: Ledger, sid: str, query: Query) -> Event:
    """The result of the dialogue's `query` in the call `sid`. The key of a payment is the call and the turn it was
    agreed in. Raises LedgerError."""
    match query:
        case FindAccount():
            return Found(ledger.find_by_number(query.number) or ledger.find_by_phone(query.number))
        case LookUp():
            return ledger.facts(query.account) or Failed()
        case Pay():
            return ledger.pay(f"{sid}:{query.turn}", query.account, query.amount, query.source, query.on)
        case _:
            raise LedgerError(f"the ledger is not asked for {type(query).__name__}", reached=False)
