"""PINs that were tried, so that guesses can be counted; never the PIN itself."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store.models import Base


class PinAttempt(Base):
    """One wrong PIN, or one that is being checked: it counts as wrong until it is known to be right."""

    __tablename__ = "pin_attempts"
    __table_args__ = (
        Index("ix_pin_attempts_account_at", "account", "at"),
        Index("ix_pin_attempts_source_at", "source", "at"),
        Index("ix_pin_attempts_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    account: Mapped[str] = mapped_column(String(80))  # the ledger's own id, or what stands for a number without one
    source: Mapped[str] = mapped_column(String(80))  # the caller's number; "withheld" for all who hide theirs
    call_sid: Mapped[str] = mapped_column(String(34))
