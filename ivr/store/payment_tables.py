"""Payments that callers agreed to, as we asked the ledger for them: what came of each, whoever keeps the ledger."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store.models import Base


class PaymentOrder(Base):
    """One payment asked of the ledger under `key`; `amount` in minor units.

    `state` is asked or, when its answer was lost, doubtful; then made, scheduled, refused, not-made, or left: an agent
    has taken a card since, and a person must see whether it was paid twice.
    """

    __tablename__ = "payment_orders"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    account: Mapped[str] = mapped_column(String(64), index=True)  # the ledger's own id
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    source: Mapped[str]
    on: Mapped[date]
    agreed_on: Mapped[date]  # the caller's today
    state: Mapped[str] = mapped_column(String(12), default="asked", index=True)
    why: Mapped[str | None] = mapped_column(String(16))
    confirmation: Mapped[str] = mapped_column(String(64), default="")
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
