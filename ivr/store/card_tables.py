"""Card payments that an agent takes on a live call. No card data: the carrier keeps that to itself."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store.models import Base, Money


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
