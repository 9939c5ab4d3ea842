"""Calls, what was said on them, their recordings, and what agents note about them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.store.models.base import Base, partial

if TYPE_CHECKING:
    from ivr.store.models.desk import Agent
    from ivr.store.models.handoffs import Handoff


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
    account_id: Mapped[str | None] = mapped_column(String(64), index=True)  # the ledger's own id, whoever keeps it
    verified_at: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(String(8), default="en")
    notice: Mapped[str | None] = mapped_column(String(64))  # version of the notice that was played
    dialogue: Mapped[dict[str, Any] | None]
    card: Mapped[dict[str, Any] | None]  # the card payment under way or last made: ivr.payments.bot_cards; no card data
    step: Mapped[int] = mapped_column(default=0)  # events applied; the turn of a payment's key
    stream_token: Mapped[str | None] = mapped_column(String(64), unique=True)  # hash; gone once used
    stream_started_at: Mapped[datetime | None]  # zero of the present stream's clock
    streams: Mapped[int] = mapped_column(default=0)
    problems: Mapped[list[Any]] = mapped_column(default=list)
    rating: Mapped[int | None]
    holder: Mapped[dict[str, Any] | None]  # of the account, as the ledger names them; see ivr.ledger.port.Holder
    figures: Mapped[dict[str, Any] | None]  # ivr.calls.stats.CallFigures, kept at its end: words are forgotten earlier
    forgotten_at: Mapped[datetime | None]  # when `warmline purge` took away what is personal in it
    unrecorded_at: Mapped[datetime | None]  # when the caller said that they are not to be recorded

    turns: Mapped[list["Turn"]] = relationship(order_by="(Turn.start, Turn.id)", back_populates="call")
    handoffs: Mapped[list["Handoff"]] = relationship(order_by="Handoff.id", back_populates="call")
    recordings: Mapped[list["Recording"]] = relationship(order_by="Recording.id", back_populates="call")


class Turn(Base):
    """One utterance by caller, bot or agent. `played` is the share of a bot turn that the caller heard (0..1)."""

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
    played: Mapped[float | None] = mapped_column("heard")
    intent: Mapped[str | None] = mapped_column(String(32))
    prompt: Mapped[str | None] = mapped_column(String(64))
    words: Mapped[list[Any]] = mapped_column(default=list)  # {word, start, end, confidence}
    latency: Mapped[dict[str, Any]] = mapped_column(default=dict)  # ms: wait, listen, decide, speak, total
    why: Mapped[dict[str, Any] | None]  # of a caller's turn: ivr.calls.reasons; no secrets, no amounts

    call: Mapped[Call] = relationship(back_populates="turns")


class Recording(Base):
    """A kept recording: dual channel, 1 = caller, 2 = what the caller heard; encrypted at `path`."""

    __tablename__ = "recordings"
    __table_args__ = (
        Index("ix_recordings_kind_done_at", "kind", "done_at"),
        Index("ix_recordings_state_id", "state", "id"),
        partial("ix_recordings_kept_by_key", "key_id", "id", where="path IS NOT NULL"),
        partial("ix_recordings_kept_by_check", "length_check", where="path IS NOT NULL"),
        Index("ix_recordings_redaction_id", "redaction", "id"),
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
    pieces_total: Mapped[int | None]  # that there are, once its sound was read
    done_at: Mapped[datetime | None]  # of a message: an agent has dealt with it
    key_id: Mapped[str | None] = mapped_column(
        String(16), index=True
    )  # of the key that its file needs; None: not known
    carrier_seconds: Mapped[float | None]  # its length as the carrier says
    # verified, untold (the carrier gave no length), longer: None until it is kept, and for what was kept before
    length_check: Mapped[str | None] = mapped_column(String(8))
    checked_at: Mapped[datetime | None]
    # made, leaked, proved, withheld: what became of the copy without secrets; None before there is one
    redaction: Mapped[str | None] = mapped_column(String(12))
    redacted_path: Mapped[str | None]  # the copy that reviewers hear
    silenced: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")  # ivr.recordings.secret_spells.Spell
    proofs: Mapped[int] = mapped_column(default=0, server_default="0")  # how often the copy was heard again
    heard_again: Mapped[dict[str, Any] | None]  # {pieces, transcript}: how far the present proof is
    peaks: Mapped[list[Any] | None]  # by channel: the loudest of each quarter second, 0 to 255

    call: Mapped[Call] = relationship(back_populates="recordings")


class Hold(Base):
    """A call that is kept for a court or an authority: nothing of it is forgotten while `lifted_at` is None."""

    __tablename__ = "holds"
    __table_args__ = (partial("ix_holds_standing", "call_sid", where="lifted_at IS NULL"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    reason: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]


class Note(Base):
    """One line of an agent about a call. `kind` is note, outcome (`text` is its name) or text (an SMS)."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)

    agent: Mapped["Agent"] = relationship()


class Comment(Base):
    """A remark on a call for others who hear it. `start`: at which second of the call; None: on the whole."""

    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime]
    start: Mapped[float | None]
    text: Mapped[str] = mapped_column(Text)

    agent: Mapped["Agent"] = relationship()


class Draft(Base):
    """What an agent has written in one form about a call and not sent: `fields` by their names, secrets taken out."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("agent_id", "call_sid", "form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    form: Mapped[str] = mapped_column(String(16))  # note, text, transfer, call-back
    fields: Mapped[dict[str, Any]]
    at: Mapped[datetime]
