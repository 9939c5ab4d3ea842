"""What agents write about calls: notes, how a call came out, texts sent to the caller."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.store.models import Agent, Base


class Note(Base):
    """One line of an agent about a call. `kind` is note, outcome (`text` is its name) or text (an SMS)."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)

    agent: Mapped[Agent] = relationship()
