"""The tables. SQL is the truth of every call; times are UTC, offsets are seconds from the call's start."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
    types,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(types.TypeDecorator[datetime]):
    """An aware datetime in UTC, also on SQLite, which forgets zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Minor units: a currency without cents, or a firm's account, does not fit in 32 bits. SQLite's integers have 64 anyway.
Money = BigInteger().with_variant(Integer(), "sqlite")


def partial(name: str, *columns: str, where: str) -> Index:
    """An index of the few rows that `where` is true of, however many have been there."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON, str: String(255)}  # noqa: RUF012


class Call(Base):
    """One phone conversation, known by the carrier's CallSid."""

    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_ended_at_started_at", "ended_at", "started_at"),
        partial("ix_calls_remembered", "started_at", "sid", where="forgotten_at IS NULL"),
        Index("ix_calls_outcome_started_at_ended_at", "outcome", "started_at", "ended_at"),
    )

    sid: Mapped[str] = mapped_column(String(34), primary_key=True)
    caller: Mapped[str] = mapped_column(String(64), index=True)
    called: Mapped[str] = mapped_column(String(64))
    verstat: Mapped[str | None] = mapped_column(String(64))  # StirVerstat: what carriers say of the caller's number
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    # dialogue, card, parked, message, bridged, goodbye, ended: what /voice/resume goes by
    stage: Mapped[str] = mapped_column(String(16), default="dialogue")
    # resolved, handed-off, callback, message, abandoned, failed: None while it lasts
    outcome: Mapped[str | None] = mapped_column(String(16))
    account_id: Mapped[str | None] = mapped_column(String(64))  # the ledger's own id, whoever keeps it
    verified_at: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(String(8), default="en")
    notice: Mapped[str | None] = mapped_column(String(64))  # version of the notice that was played
    dialogue: Mapped[dict[str, Any] | None]
    card: Mapped[dict[str, Any] | None]  # the card payment under way or last made, see ivr.calls.cards; no card data
    step: Mapped[int] = mapped_column(default=0)  # events applied; the turn of a payment's key
    stream_token: Mapped[str | None] = mapped_column(String(64), unique=True)  # hash; gone once used
    stream_started_at: Mapped[datetime | None]  # zero of the present stream's clock
    streams: Mapped[int] = mapped_column(default=0)
    problems: Mapped[list[Any]] = mapped_column(default=list)
    rating: Mapped[int | None]
    holder: Mapped[dict[str, Any] | None]  # of the account, as the ledger names him; see ivr.ledger.port.Holder
    figures: Mapped[dict[str, Any] | None]  # ivr.calls.stats.CallFigures, kept at its end: words are forgotten earlier
    forgotten_at: Mapped[datetime | None]  # when `warmline purge` took away what is personal in it

    turns: Mapped[list["Turn"]] = relationship(order_by="Turn.start", back_populates="call")
    handoffs: Mapped[list["Handoff"]] = relationship(order_by="Handoff.id", back_populates="call")
    recordings: Mapped[list["Recording"]] = relationship(order_by="Recording.id", back_populates="call")


class Turn(Base):
    """One utterance by caller, bot or agent. `heard` is the share of a bot turn that was played (0..1)."""

    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("call_sid", "key"), Index("ix_turns_call_sid_start", "call_sid", "start"))

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"))
    key: Mapped[str] = mapped_column(String(80))  # makes a repeated event harmless
    speaker: Mapped[str] = mapped_column(String(8))  # caller, bot, agent
    via: Mapped[str] = mapped_column(String(8), default="voice")  # voice, keys
    text: Mapped[str] = mapped_column(Text)  # secrets stand as "(PIN)", "(card number)", see ivr.redaction
    start: Mapped[float]
    end: Mapped[float | None]
    confidence: Mapped[float | None]
    heard: Mapped[float | None]
    intent: Mapped[str | None] = mapped_column(String(32))
    prompt: Mapped[str | None] = mapped_column(String(64))
    words: Mapped[list[Any]] = mapped_column(default=list)  # {word, start, end, confidence}
    latency: Mapped[dict[str, Any]] = mapped_column(default=dict)  # ms: wait, listen, decide, speak, total

    call: Mapped[Call] = relationship(back_populates="turns")


def _requested_at(context: DefaultExecutionContext) -> Any:
    return context.get_current_parameters()["requested_at"]  # type: ignore[no-untyped-call]


class Handoff(Base):
    """The passage of a call to a person; `state` as in ivr.handoff.machine."""

    __tablename__ = "handoffs"
    __table_args__ = (
        Index("ix_handoffs_requested_at", "requested_at"),
        Index("ix_handoffs_state_requested_at", "state", "requested_at"),
        Index("ix_handoffs_agent_id_id", "agent_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    reason: Mapped[str] = mapped_column(String(32))
    intent: Mapped[str] = mapped_column(String(32))
    summary: Mapped[str] = mapped_column(Text)
    known: Mapped[dict[str, Any]] = mapped_column(default=dict)
    mood: Mapped[str] = mapped_column(String(16), default="calm")
    brief: Mapped[dict[str, Any] | None]
    machine: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the state machine's own memory
    version: Mapped[int] = mapped_column(default=0)  # compare-and-set
    conference_sid: Mapped[str | None] = mapped_column(String(34))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    requested_at: Mapped[datetime]
    times: Mapped[dict[str, Any]] = mapped_column(default=dict)  # state or event -> ISO time
    kind: Mapped[str] = mapped_column(String(8), default="call")  # call, callback: a try of a promised call-back
    place_at: Mapped[datetime] = mapped_column(default=_requested_at)  # the place in the queue; earlier is nearer
    callback_id: Mapped[int | None] = mapped_column(index=True)
    listeners: Mapped[list[Any]] = mapped_column(default=list)  # supervisors in it: {agent, mode, call_sid}

    call: Mapped[Call] = relationship(back_populates="handoffs")
    offers: Mapped[list["Offer"]] = relationship(order_by="Offer.number", back_populates="handoff")
    agent: Mapped["Agent | None"] = relationship()


class Offer(Base):
    """One hand-off shown to one agent; `outcome` is None while it stands."""

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("handoff_id", "number"),
        Index("ix_offers_agent_id_offered_at", "agent_id", "offered_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"))
    number: Mapped[int]
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    agent_call_sid: Mapped[str | None] = mapped_column(String(34), index=True)
    offered_at: Mapped[datetime]
    rung_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # accepted, declined, no-answer, busy, failed, machine-answered, too-late, caller-left
    outcome: Mapped[str | None] = mapped_column(String(20))

    handoff: Mapped[Handoff] = relationship(back_populates="offers")
    agent: Mapped["Agent"] = relationship()


class Agent(Base):
    """A person of the house. `roles` of agent, reviewer, supervisor, admin; `phone` is a number or `client:name`."""

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


class Recording(Base):
    """A kept recording: dual channel, 1 = caller, 2 = what the caller heard; encrypted at `path`."""

    __tablename__ = "recordings"
    __table_args__ = (
        Index("ix_recordings_kind_done_at", "kind", "done_at"),
        Index("ix_recordings_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    sid: Mapped[str] = mapped_column(String(34), unique=True)
    kind: Mapped[str] = mapped_column(String(8), default="call")  # call, message
    state: Mapped[str] = mapped_column(String(12))  # announced, kept, transcribed, absent, deleting, deleted
    source_url: Mapped[str]
    path: Mapped[str | None]  # below the recordings' folder; whole where it was written before it was so
    channels: Mapped[int | None]
    seconds: Mapped[float | None]
    offset: Mapped[float] = mapped_column(default=0.0)  # start of the recording, seconds into the call
    transcript: Mapped[list[Any]] = mapped_column(default=list)  # {channel, text, start, end, confidence, words}
    created_at: Mapped[datetime]
    pieces: Mapped[int] = mapped_column(default=0, server_default="0")  # of its sound, that the transcript holds
    done_at: Mapped[datetime | None]  # of a message: an agent has dealt with it

    call: Mapped[Call] = relationship(back_populates="recordings")


class Account(Base):
    """A customer's account in the SQL ledger. Money in minor units."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str]
    number: Mapped[str] = mapped_column(String(32), unique=True)
    phone: Mapped[str | None] = mapped_column(String(32), index=True)
    pin_hash: Mapped[str]
    pin_failures: Mapped[int] = mapped_column(default=0)
    locked_at: Mapped[datetime | None]
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    owed: Mapped[bool] = mapped_column(default=True)
    balance: Mapped[int] = mapped_column(Money)
    due: Mapped[int] = mapped_column(Money, default=0)
    minimum: Mapped[int] = mapped_column(Money, default=0)
    due_on: Mapped[date | None]
    funds: Mapped[list[Any]] = mapped_column(default=list)  # {name, available} to pay from
    payment_limit: Mapped[int] = mapped_column(Money, default=500_000)


class Entry(Base):
    """A line of an account's history, newest last."""

    __tablename__ = "entries"
    __table_args__ = (Index("ix_entries_account_id_on_id", "account_id", "on", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    on: Mapped[date]
    text: Mapped[str]
    amount: Mapped[int] = mapped_column(Money)


def _call_of_key(context: DefaultExecutionContext) -> str | None:
    call, colon, _ = context.get_current_parameters()["key"].partition(":")  # type: ignore[no-untyped-call]
    return call if colon else None


class Payment(Base):
    """A payment, made once: `key` is call and turn."""

    __tablename__ = "payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    amount: Mapped[int] = mapped_column(Money)
    source: Mapped[str]
    on: Mapped[date]
    state: Mapped[str] = mapped_column(String(12))  # made, scheduled, refused
    refusal: Mapped[str | None] = mapped_column(String(16))  # on its day: insufficient, limit, nothing-due, unknown
    confirmation: Mapped[str] = mapped_column(String(16), unique=True)
    created_at: Mapped[datetime]
    call_sid: Mapped[str | None] = mapped_column(String(80), index=True, default=_call_of_key)


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
