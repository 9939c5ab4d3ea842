"""Payments asked of a ledger and cards taken by agents, whoever keeps the ledger. No card data."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store.models.base import Base, Money


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


class CardPayment(Base):
    """One entry of a card on the caller's `leg`; `amount` in minor units.

    `state` is open (the caller keys `field`) or charging, and then an end: success, declined, cancelled, no-entry,
    hung-up, failed, or doubtful, when it may have been charged and nobody told us.
    """

    __tablename__ = "card_payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    leg: Mapped[str] = mapped_column(String(34))
    account: Mapped[str] = mapped_column(String(64), index=True)  # the ledger's own id
    amount: Mapped[int] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3))
    on: Mapped[date]
    session: Mapped[str | None] = mapped_column(String(34))  # the carrier's
    state: Mapped[str] = mapped_column(String(12), default="open", index=True)
    field: Mapped[str] = mapped_column(String(24))
    tries: Mapped[int] = mapped_column(default=0)  # at this field, that went wrong
    confirmation: Mapped[str] = mapped_column(String(16), default="")
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    watch: Mapped[int | None]  # the outbox row that lets recording and listening go on

    @property
    def key(self) -> str:
        """Under which the ledger books it once."""
        return f"{self.call_sid}:card{self.id}"
