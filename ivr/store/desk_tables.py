"""The desk's tables: presence as spells, promised call-backs, brakes on the bot, and what those who wait are told."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store.models import Base


class PresenceSpell(Base):
    """One agent in one presence, from `began_at` until `ended_at`; None while it lasts."""

    __tablename__ = "presence_spells"
    __table_args__ = (
        Index("ix_presence_spells_agent_id_began_at", "agent_id", "began_at"),
        Index("ix_presence_spells_agent_id_ended_at", "agent_id", "ended_at"),
        Index("ix_presence_spells_ended_at", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    presence: Mapped[str] = mapped_column(String(16))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class CallBack(Base):
    """A promise to call somebody. `place_at` is the place in the queue that he had when he took it."""

    __tablename__ = "callbacks"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    number: Mapped[str] = mapped_column(String(64))
    place_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), index=True)  # booked, trying, served, given-up, cancelled
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))  # of the last try: served, no-answer, busy, failed, ...
    attempts: Mapped[list[Any]] = mapped_column(default=list)  # {at, outcome, handoff}
    booked_at: Mapped[datetime] = mapped_column(index=True)
    booked_by: Mapped[str]  # caller, or the e-mail address of the agent who promised it


class Brake(Base):
    """While it stands, callers with this intent go straight to a person."""

    __tablename__ = "brakes"

    intent: Mapped[str] = mapped_column(String(32), primary_key=True)
    by: Mapped[str]  # an e-mail address, or "quality"
    why: Mapped[str]
    since: Mapped[datetime]


class Announcement(Base):
    """Said to all who wait; the newest counts, an empty one takes it away."""

    __tablename__ = "announcements"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str]
    at: Mapped[datetime]
