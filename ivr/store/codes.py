"""One-time codes that were sent, by their hashes."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store.models import Base


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
