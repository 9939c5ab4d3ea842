"""The line's ledger behind a network: away, slow, or done and not answered, by seed."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from bench.simulation.process import Process
from ivr.dialogue.events import Paid, PinChecked, Refused
from ivr.dialogue.facts import Facts
from ivr.ledger.port import Holder, Ledger, LedgerError

T = TypeVar("T")
SLOW = (2.5, 9.0)  # seconds that a slow answer takes


class FarLedger(Ledger):
    """`ledger` as one process reaches it."""

    def __init__(self, ledger: Ledger, process: Process) -> None:
        self._ledger, self._process = ledger, process

    def find_by_phone(self, number: str) -> str | None:
        return self._asked(lambda: self._ledger.find_by_phone(number))

    def find_by_number(self, number: str) -> str | None:
        return self._asked(lambda: self._ledger.find_by_number(number))

    def check_pin(self, account: str, pin: str) -> PinChecked:
        return self._asked(lambda: self._ledger.check_pin(account, pin))

    def unlock(self, account: str) -> None:
        self._asked(lambda: self._ledger.unlock(account))

    def mobile(self, account: str) -> str | None:
        return self._asked(lambda: self._ledger.mobile(account))

    def facts(self, account: str) -> Facts | None:
        return self._asked(lambda: self._ledger.facts(account))

    def holder(self, account: str) -> Holder | None:
        return self._asked(lambda: self._ledger.holder(account))

    def pay(self, key: str, account: str, amount: int, source: str, on: date) -> Paid | Refused:
        return self._asked(lambda: self._ledger.pay(key, account, amount, source, on))

    def book_card(self, key: str, account: str, amount: int, confirmation: str, on: date) -> None:
        self._asked(lambda: self._ledger.book_card(key, account, amount, confirmation, on))

    def _asked(self, work: Callable[[], T]) -> T:
        process, faults = self._process, self._process.faults
        process.point()
        if process.sparing:
            return work()
        if faults.strikes("ledger away"):
            raise LedgerError("the ledger cannot be reached", reached=False)
        if faults.strikes("ledger slow"):
            process.time.rest(faults.amount("ledger slow", *SLOW))
        answer = work()
        process.point()
        if faults.strikes("ledger silent, done"):
            raise LedgerError("the ledger's answer was lost")
        return answer
