"""The suite's bank: for every call an account of its own, so that calls do not disturb each other."""

from datetime import date, timedelta

from argon2 import PasswordHasher
from sqlalchemy import select

from ivr.store.engine import Sessions
from ivr.store.models import Account, Entry
from tests.harness.scenario_file import Customer

STRANGER = "+15550199999"


def account_id(index: int) -> str:
    return f"call-{index}"


def phone(index: int) -> str:
    """The number on file of the index-th call's account; in the range kept for fiction."""
    return f"+1555015{index:04d}"


def _free(sessions: Sessions, number: str) -> str:
    """The number, taken from an account that an earlier try of the same call has left."""
    with sessions.begin() as tx:
        for old in tx.scalars(select(Account).where(Account.number == number)):
            old.number = f"{number}-{old.id}"
    return number


def open_account(sessions: Sessions, index: int, customer: Customer, today: date) -> None:
    """Adds the account. A bill is due on the fifteenth of next month."""
    fifteenth = (today.replace(day=1) + timedelta(days=32)).replace(day=15)
    account = Account(
        id=account_id(index),
        holder=f"Customer {index}",
        number=_free(sessions, customer.number or f"6100{index:04d}"),
        phone=phone(index),
        pin_hash=PasswordHasher().hash(customer.pin),
        owed=customer.owed,
        balance=customer.balance,
        due=customer.balance if customer.owed else 0,
        minimum=customer.minimum,
        due_on=fifteenth if customer.owed and customer.balance else None,
        funds=[{"name": name, "available": available} for name, available in customer.funds],
    )
    rows = [
        Entry(account_id=account.id, on=today - timedelta(days), text=text, amount=amount)
        for days, text, amount in sorted(customer.transactions, reverse=True)
    ]
    with sessions.begin() as tx:
        tx.add(account)
        tx.flush()
        tx.add_all(rows)
