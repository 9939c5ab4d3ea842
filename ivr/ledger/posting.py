"""Money between an account and what it is paid from: whether it may move, and how it does."""

import secrets
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.store.models import Account, Entry, Payment


def refusal(row: Account, amount: int, source: str, on: date, today: date) -> str | None:
    """Why the payment will not be made, or None: unknown, nothing-due, limit, insufficient."""
    if on < today:
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


def move(tx: Session, row: Account, payment: Payment) -> None:
    """The payment is made: balance, what is due, the fund it came from, and the history."""
    row.balance += -payment.amount if row.owed else payment.amount
    row.due = max(0, row.due - payment.amount)
    row.minimum = max(0, row.minimum - payment.amount)
    row.funds = [
        {**fund, "available": fund["available"] - payment.amount} if fund["name"] == payment.source else fund
        for fund in row.funds
    ]
    tx.add(Entry(account_id=row.id, on=payment.on, text="Payment, thank you", amount=-payment.amount))


def new_confirmation(tx: Session) -> str:
    """A number that no payment has yet."""
    while True:
        number = f"{secrets.randbelow(900_000) + 100_000}"  # six digits: short enough to be read out and noted
        if tx.scalar(select(Payment.id).where(Payment.confirmation == number)) is None:
            return number
