"""What has been promised and is not done, whose turn it is, which callbacks were applied, and who did what."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store.models.base import Base, partial


class Outbox(Base):
    """Work promised by a transaction: delivered at least once, done in the same transaction as its effect."""

    __tablename__ = "outbox"
    __table_args__ = (partial("ix_outbox_open", "due_at", "id", where="done_at IS NULL AND given_up_at IS NULL"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    due_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)  # deliveries to a queue
    done_at: Mapped[datetime | None] = mapped_column(index=True)
    error: Mapped[str | None]
    since: Mapped[datetime | None]  # first due: how long it has failed
    tries: Mapped[int] = mapped_column(default=0, server_default="0")  # times that a worker began with it
    taken_until: Mapped[datetime | None]  # while a worker does it; passed: that worker has died
    given_up_at: Mapped[datetime | None] = mapped_column(index=True)


class Lease(Base):
    """Who does `name`, and until when nobody else does."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]


class SharedPart(Base):
    """What every host of the line must have alike, and a word by which a host's own is told from it."""

    __tablename__ = "shared_parts"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]  # since when


class Webhook(Base):
    """A carrier callback already applied; makes its repetition harmless."""

    __tablename__ = "webhooks"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class Audit(Base):
    """Who did, read or heard what: sign-ins, listens, deletions. Its place in the chain comes from ivr.store.audit."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("uq_audit_place", "place", unique=True),
        Index("ix_audit_subject_action", "subject", "action"),
        partial("ix_audit_unchained", "at", where="place IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    place: Mapped[int | None]  # from 1 on; None for what is older than the chain
    previous: Mapped[str | None] = mapped_column(String(64))  # the hash of the row before it
    hash: Mapped[str | None] = mapped_column(String(64))
