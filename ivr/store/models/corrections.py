"""What reviewers say that a caller meant."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.store.models.base import Base

if TYPE_CHECKING:
    from ivr.store.models.desk import Agent


class Correction(Base):
    """A caller's turn that should have been understood as `label`: an example to learn from.

    `text` is the turn's, without secrets. `asked`: what was asked for (open, yes-no, digits, money, date). `used_at`:
    when the line last learnt from it.
    """

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    turn_id: Mapped[int] = mapped_column(ForeignKey("turns.id"), unique=True)
    text: Mapped[str] = mapped_column(Text)
    heard_as: Mapped[str] = mapped_column(String(32))
    label: Mapped[str] = mapped_column(String(32), index=True)
    asked: Mapped[str] = mapped_column(String(16))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    agent: Mapped["Agent"] = relationship()
