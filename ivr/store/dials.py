"""Whom the line promised to call or text, so that it can be counted."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store.models import Base


class Dial(Base):
    """One call or text to an address outside of the house; forgotten after some days."""

    __tablename__ = "dials"
    __table_args__ = (
        Index("ix_dials_address_at", "address", "at"),
        Index("ix_dials_by_at", "by", "at"),
        Index("ix_dials_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(160))  # E.164, client: or sip:
    purpose: Mapped[str] = mapped_column(String(12))  # call-back, transfer, text, receipt, code
    by: Mapped[str] = mapped_column(String(160))  # caller:<number>, agent:<id>, line
    call_sid: Mapped[str | None] = mapped_column(String(34))
    message_sid: Mapped[str | None] = mapped_column(String(34), unique=True)  # a text's, once the carrier has it
    status: Mapped[str | None] = mapped_column(String(16))  # of a text: sent, delivered, undelivered, failed
