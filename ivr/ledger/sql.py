"""The ledger in our own database."""

import secrets
from datetime import date
from types import TracebackType

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ivr.clock import Clock
from ivr.dialogue.events import Facts, Paid, PinChecked, Refused, Transaction
from ivr.ledger.numbers import e164
from ivr.ledger.port import LedgerError
from ivr.store import Sessions
from ivr.store.models import Account, Entry, Payment

ATTEMPTS = 3
HISTORY = 10


class SqlLedger:
    """Keeps accounts in `sessions`; PINs are checked with `hasher`, whose cost the hash itself records."""

    def __init__(self, sessions: Sessions, clock: Clock, hasher: PasswordHasher | None = None) -> None:
        self._sessions = sessions
        self._clock = clock
        self._hasher = hasher or PasswordHasher()

    def find_by_phone(self, number: str) -> str | None:
        spelled = e164(number)
        with _available(self._sessions) as tx:
            found = tx.scalars(select(Account.id).where(Account.phone == spelled).limit(2)).all()
        # two accounts on one number: neither is known to be calling
        return found[0] if spelled and len(found) == 1 else None

    def find_by_number(self, number: str) -> str | None:
        with _available(self._sessions) as tx:
            return tx.scalar(select(Account.id).where(Account.number == number))

    def check_pin(self, account: str, pin: str) -> PinChecked:
        known = self._count_attempt(account)
        if known is None:
            return PinChecked(ok=False)
        if known == "":
            return PinChecked(ok=False, locked=True)
        return self._settle_attempt(account, self._matches(known, pin))

    def facts(self, account: str) -> Facts | None:
        with _available(self._sessions) as tx:
            row = tx.get(Account, account)
            return _facts(tx, row) if row else None

    def pay(self, key: str, account: str, amount: int, source: str, on: date) -> Paid | Refused:
        with _available(self._sessions) as tx:
            made = tx.scalar(select(Payment).where(Payment.key == key))
            if made is None:
                row = tx.get(Account, account, with_for_update=True)
                today = self._clock.now().date()
                refusal = _refusal(row, amount, source, on, today)
                if row is None or refusal:
                    return Refused(refusal or "unknown")
                made = self._make(tx, row, Payment(key=key, account_id=account, amount=amount, source=source, on=on))
            return Paid(made.confirmation, made.amount, made.on)

    def _make(self, tx: Session, account: Account, payment: Payment) -> Payment:
        now = self._clock.now()
        payment.created_at = now
        payment.confirmation = _confirmation(tx)
        payment.state = "scheduled" if payment.on > now.date() else "made"
        if payment.state == "made":
            _move(tx, account, payment)
        tx.add(payment)
        return payment

    def _count_attempt(self, account: str) -> str | None:
        # counted before it is checked, so that guesses in parallel count as well; "" is a locked account
        with _available(self._sessions) as tx:
            row = tx.get(Account, account, with_for_update=True)
            if row is None:
                return None
            if row.locked_at is not None or row.pin_failures >= ATTEMPTS:
                return ""
            row.pin_failures += 1
            return row.pin_hash

    def _settle_attempt(self, account: str, ok: bool) -> PinChecked:
        with _available(self._sessions) as tx:
            row = tx.get_one(Account, account, with_for_update=True)
            if ok:
                row.pin_failures = 0
            elif row.pin_failures >= ATTEMPTS:
                row.locked_at = self._clock.now()
            return PinChecked(ok=ok, locked=row.locked_at is not None)

    def _matches(self, known: str, pin: str) -> bool:
        try:
            return self._hasher.verify(known, pin)
        except (VerificationError, InvalidHashError):
            return False


class _available:  # noqa: N801
    """A transaction whose failure to reach the database is LedgerError."""

    def __init__(self, sessions: Sessions) -> None:
        self._begun = sessions.begin()

    def __enter__(self) -> Session:
        return self._begun.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._begun.__exit__(kind, error, trace)
        except DBAPIError as failure:
            raise LedgerError(f"the ledger's database did not answer: {type(failure.orig).__name__}") from failure
        if isinstance(error, DBAPIError):
            raise LedgerError(f"the ledger's database did not answer: {type(error.orig).__name__}") from error


def _facts(tx: Session, row: Account) -> Facts:
    newest = select(Entry).where(Entry.account_id == row.id).order_by(Entry.on.desc(), Entry.id.desc()).limit(HISTORY)
    return Facts(
        balance=row.balance,
        currency=row.currency,
        owed=row.owed,
        due=row.due,
        minimum=row.minimum,
        due_on=row.due_on,
        sources=tuple(fund["name"] for fund in row.funds),
        transactions=tuple(Transaction(entry.on, entry.text, entry.amount) for entry in tx.scalars(newest)),
    )


def _refusal(row: Account | None, amount: int, source: str, on: date, today: date) -> str | None:
    if row is None or on < today:
        return "unknown"
    fund = next((fund for fund in row.funds if fund["name"] == source), None)
    if fund is None:
        return "unknown"
    if amount <= 0 or (row.owed and row.balance <= 0):
        return "nothing-due"
    if amount > row.payment_limit or (row.owed and amount > row.balance):
        return "limit"
    # what a fund will hold on a later day nobody knows yet
    return "insufficient" if on == today and amount > fund["available"] else None


def _move(tx: Session, row: Account, payment: Payment) -> None:
    row.balance += -payment.amount if row.owed else payment.amount
    row.due = max(0, row.due - payment.amount)
    row.minimum = max(0, row.minimum - payment.amount)
    row.funds = [
        {**fund, "available": fund["available"] - payment.amount} if fund["name"] == payment.source else fund
        for fund in row.funds
    ]
    tx.add(Entry(account_id=row.id, on=payment.on, text="Payment, thank you", amount=-payment.amount))


def _confirmation(tx: Session) -> str:
    while True:
        number = f"{secrets.randbelow(900_000) + 100_000}"  # six digits: short enough to be read out and noted
        if tx.scalar(select(Payment.id).where(Payment.confirmation == number)) is None:
            return number
