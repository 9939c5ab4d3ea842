"""The desk: agents, their presence as spells, brakes on the bot, and what those who wait are told."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store.models.base import Base


class Agent(Base):
    """A person who can sign in. `roles` of agent, reviewer, supervisor, admin; `phone` is a number or `client:name`."""

    __tablename__ = "agents"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    roles: Mapped[list[Any]] = mapped_column(default=list)
    phone: Mapped[str]
    presence: Mapped[str] = mapped_column(
        String(16), default="away"
    )  # available, offered, on-call, wrap-up, break, away
    presence_since: Mapped[datetime]
    skills: Mapped[list[Any]] = mapped_column(default=list)
    languages: Mapped[list[Any]] = mapped_column(default=lambda: ["en"])
    next_presence: Mapped[str | None] = mapped_column(String(16))  # break or away, asked for during a call
    wrap_up_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]  # may not sign in, gets no calls
    removed_at: Mapped[datetime | None]  # gone for good: the row stays for the calls' history, under no name


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
