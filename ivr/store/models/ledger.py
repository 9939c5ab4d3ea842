"""The line's own ledger: accounts, their entries and payments."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store.models.base import Base, Money


class Account(Base):
    """A customer's account in the SQL ledger. Money in minor units."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str]
    number: Mapped[str] = mapped_column(String(32), unique=True)
    phone: Mapped[str | None] = mapped_column(String(32), index=True)
    pin_hash: Mapped[str]
    pin_failures: Mapped[int] = mapped_column(default=0)
    locked_at: Mapped[datetime | None]
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    owed: Mapped[bool] = mapped_column(default=True)
    balance: Mapped[int] = mapped_column(Money)
    due: Mapped[int] = mapped_column(Money, default=0)
    minimum: Mapped[int] = mapped_column(Money, default=0)
    due_on: Mapped[date | None]
    funds: Mapped[list[Any]] = mapped_column(default=list)  # {name, available} to pay from
    payment_limit: Mapped[int] = mapped_column(Money, default=500_000)


class Entry(Base):
    """A line of an account's history, newest last."""

    __tablename__ = "entries"
    __table_args__ = (Index("ix_entries_account_id_on_id", "account_id", "on", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    on: Mapped[date]
    text: Mapped[str]
    amount: Mapped[int] = mapped_column(Money)


def _call_of_key(context: DefaultExecutionContext) -> str | None:
    call, colon, _ = context.get_current_parameters()["key"].partition(":")  # type: ignore[no-untyped-call]
    return call if colon else None


class Payment(Base):
    """A payment, made once: `key` is call and turn."""

    __tablename__ = "payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    amount: Mapped[int] = mapped_column(Money)
    source: Mapped[str]
    on: Mapped[date]
    state: Mapped[str] = mapped_column(String(12))  # made, scheduled, refused
    refusal: Mapped[str | None] = mapped_column(String(16))  # on its day: insufficient, limit, nothing-due, unknown
    confirmation: Mapped[str] = mapped_column(String(16), unique=True)
    created_at: Mapped[datetime]
    call_sid: Mapped[str | None] = mapped_column(String(80), index=True, default=_call_of_key)
