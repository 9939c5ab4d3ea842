"""The ledger in our own database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolEmpty
from sqlalchemy.orm import Session

from ivr.clock import Clock
from ivr.dialling.phone_numbers import e164, mobile
from ivr.dialogue.events import Paid, PinChecked, Refused
from ivr.dialogue.facts import Facts, Transaction
from ivr.ledger.port import Holder, Ledger, LedgerError
from ivr.ledger.posting import move, new_confirmation, refusal
from ivr.ledger.scheduled import promise
from ivr.secret_hashes import PIN_HASHER, verify
from ivr.store.engine import Sessions
from ivr.store.models import Account, Entry, Payment

# wrong PINs in a row, from anywhere; ivr.calls.pin_guard stops one number sooner
WRONG_PINS_ALLOWED = 10
LATE_YES = timedelta(hours=1)  # a yes of just before midnight comes through after it
LOCK_LASTS = timedelta(hours=1)
TRANSACTIONS_SHOWN = 10
NOBODYS_PIN_HASH = PIN_HASHER.hash("no account's")
CARD = "card"
UNREACHABLE = (DBAPIError, PoolEmpty)


class SqlLedger(Ledger):
    """Keeps accounts in the database of `sessions`; today is the day in `zone`."""

    def __init__(self, sessions: Sessions, clock: Clock, zone: tzinfo = UTC) -> None:
        self._zone = zone
        self._sessions = sessions
        self._clock = clock

    def find_by_phone(self, number: str) -> str | None:
        spelled = e164(number)
        with _transaction(self._sessions) as tx:
            found = tx.scalars(select(Account.id).where(Account.phone == spelled).limit(2)).all()
        # two accounts on one number: neither is known to be calling
        return found[0] if spelled and len(found) == 1 else None

    def find_by_number(self, number: str) -> str | None:
        with _transaction(self._sessions) as tx:
            return tx.scalar(select(Account.id).where(Account.number == number))

    def check_pin(self, account: str, pin: str) -> PinChecked:
        known = self._count_attempt(account)
        if known is None:
            verify(NOBODYS_PIN_HASH, pin)  # who listens to the clock learns nothing of which accounts there are
            return PinChecked(ok=False)
        if known == "":
            return PinChecked(ok=False, locked=True)
        return self._settle_attempt(account, verify(known, pin))

    def mobile(self, account: str) -> str | None:
        with _transaction(self._sessions) as tx:
            row = tx.get(Account, account)
            return mobile(row.phone) if row and row.phone and not self._locked(row) else None

    def facts(self, account: str) -> Facts | None:
        with _transaction(self._sessions) as tx:
            row = tx.get(Account, account)
            return _facts(tx, row, self._locked(row)) if row else None

    def unlock(self, account: str) -> None:
        with _transaction(self._sessions) as tx:
            row = tx.get(Account, account, with_for_update=True)
            if row is None:
                raise LedgerError("there is no such account to unlock")
            row.pin_failures, row.locked_at = 0, None

    def holder(self, account: str) -> Holder | None:
        with _transaction(self._sessions) as tx:
            row = tx.get(Account, account)
            return Holder(row.holder, row.number, row.phone) if row else None

    def pay(self, key: str, account: str, amount: int, source: str, on: date) -> Paid | Refused:
        with _transaction(self._sessions) as tx:
            row = tx.get(Account, account, with_for_update=True)  # whoever asks the same beside us waits here
            if row is None:
                return Refused("unknown")
            payment = tx.scalar(select(Payment).where(Payment.key == key))
            if payment is None:
                now = self._clock.now().astimezone(self._zone)
                today = now.date()
                on = today if on == (now - LATE_YES).date() else on
                if (why := refusal(row, amount, source, on, today)) is not None:
                    return Refused(why)
                payment = self._payment(tx, key, account, amount, source, on)
                self._carry_out(tx, row, payment, today)
            if payment.refusal is not None:
                return Refused(payment.refusal)
            return Paid(payment.confirmation, payment.amount, payment.on)

    def book_card(self, key: str, account: str, amount: int, confirmation: str, on: date) -> None:
        with _transaction(self._sessions) as tx:
            row = tx.get(Account, account, with_for_update=True)
            if row is None:
                raise LedgerError("a card was charged for an account that is not there")
            if tx.scalar(select(Payment.id).where(Payment.key == key)) is not None:
                return
            payment = self._payment(tx, key, account, amount, CARD, on)
            taken = tx.scalar(select(Payment.id).where(Payment.confirmation == confirmation))
            payment.confirmation = confirmation if confirmation and taken is None else payment.confirmation
            move(tx, row, payment)

    def _payment(self, tx: Session, key: str, account: str, amount: int, source: str, on: date) -> Payment:
        payment = Payment(
            key=key,
            account_id=account,
            amount=amount,
            source=source,
            on=on,
            state="made",
            confirmation=new_confirmation(tx),
            created_at=self._clock.now(),
        )
        tx.add(payment)
        return payment

    def _carry_out(self, tx: Session, account: Account, payment: Payment, today: date) -> None:
        if payment.on > today:
            payment.state = "scheduled"
            promise(tx, payment, self._zone)
        else:
            move(tx, account, payment)

    def _count_attempt(self, account: str) -> str | None:
        # counted before it is checked, so that guesses in parallel count as well; "" is a locked account
        with _transaction(self._sessions) as tx:
            row = tx.get(Account, account, with_for_update=True)
            if row is None:
                return None
            if row.locked_at is not None and not self._locked(row):
                row.locked_at, row.pin_failures = None, 0
            if row.locked_at is not None or row.pin_failures >= WRONG_PINS_ALLOWED:
                return ""
            row.pin_failures += 1
            return row.pin_hash

    def _settle_attempt(self, account: str, ok: bool) -> PinChecked:
        with _transaction(self._sessions) as tx:
            row = tx.get_one(Account, account, with_for_update=True)
            if ok:
                row.pin_failures = 0
            elif row.pin_failures >= WRONG_PINS_ALLOWED:
                row.locked_at = self._clock.now()
            return PinChecked(ok=ok, locked=row.locked_at is not None)

    def _locked(self, row: Account) -> bool:
        return row.locked_at is not None and self._clock.now() - row.locked_at < LOCK_LASTS


@contextmanager
def _transaction(sessions: Sessions) -> Iterator[Session]:
    """A transaction. Raises LedgerError where the database cannot be reached."""
    try:
        with sessions.begin() as tx:
            yield tx
    except UNREACHABLE as failure:
        raise _unanswered(failure) from failure


def _unanswered(error: SQLAlchemyError) -> LedgerError:
    return LedgerError(f"the ledger's database did not answer: {type(getattr(error, 'orig', error)).__name__}")


def _facts(tx: Session, row: Account, locked: bool) -> Facts:
    newest = (
        select(Entry)
        .where(Entry.account_id == row.id)
        .order_by(Entry.on.desc(), Entry.id.desc())
        .limit(TRANSACTIONS_SHOWN)
    )
    return Facts(
        balance=row.balance,
        currency=row.currency,
        owed=row.owed,
        due=row.due,
        minimum=row.minimum,
        due_on=row.due_on,
        sources=tuple(fund["name"] for fund in row.funds),
        transactions=tuple(Transaction(entry.on, entry.text, entry.amount) for entry in tx.scalars(newest)),
        funds=tuple((fund["name"], fund["available"]) for fund in row.funds),
        locked=locked,
    )
