"""What is counted so that it stays within limits: calls and texts, one-time codes, PINs. No PIN and no code."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store.models.base import Base


class Dial(Base):
    """One call or text to an address outside; forgotten after some days."""

    __tablename__ = "dials"
    __table_args__ = (
        Index("ix_dials_address_at", "address", "at"),
        Index("ix_dials_by_at", "by", "at"),
        Index("ix_dials_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(160))  # E.164, client: or sip:
    purpose: Mapped[str] = mapped_column(String(12))  # call-back, transfer, agent, text, receipt, code
    by: Mapped[str] = mapped_column(String(160))  # caller:<number>, agent:<id>, line
    call_sid: Mapped[str | None] = mapped_column(String(34))
    message_sid: Mapped[str | None] = mapped_column(String(34), unique=True)  # a text's, once the carrier has it
    status: Mapped[str | None] = mapped_column(String(16))  # of a text: sent, delivered, undelivered, failed


class OneTimeCode(Base):
    """One text with a code. `hash` is emptied when the code is spent: used, guessed at too often, or replaced."""

    __tablename__ = "one_time_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)  # call and turn: makes a repeated request harmless
    call_sid: Mapped[str] = mapped_column(String(34), index=True)
    account_id: Mapped[str] = mapped_column(String(64), index=True)  # the ledger's own id, whoever keeps it
    hash: Mapped[str]
    tries: Mapped[int]
    sent_at: Mapped[datetime] = mapped_column(index=True)


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
