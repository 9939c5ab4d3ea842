"""What is known of calls that are over, narrow enough to be searched and counted. Nothing in it is personal."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store import word_index
from ivr.store.models.base import Base

Place = BigInteger().with_variant(Integer(), "sqlite")


class CallFacts(Base):
    """One finished call: `ivr.quality.facts` says what each figure means, and writes it. It outlives what was said.

    `place` orders calls by their start, and no two have the same: microseconds since 1970. `repeat_within_7d`: the
    caller called again about the same; `traceable`: it would be known if they did. `agent_s`: seconds with an agent.
    What is not known is None: words are compared once the recording is written down, and a call costs what the settings
    said of a minute when its facts were last read. Scores are percent; `cost` is in units of money.
    """

    __tablename__ = "call_facts"
    __table_args__ = (
        Index("ix_call_facts_outcome_place", "outcome", "place"),
        Index("ix_call_facts_rating_place", "rating", "place"),
        Index("ix_call_facts_intent_place", "intent", "place"),
        Index("ix_call_facts_wait_s_place", "wait_s", "place"),
        # whatever is asked of the facts is answered by it alone, along the places
        Index(
            "ix_call_facts_filters", "place", "outcome", "rating", "wait_s", "longest_silence", "seconds", "verified"
        ),
    )

    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), primary_key=True)
    place: Mapped[int] = mapped_column(Place, unique=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    seconds: Mapped[float]
    outcome: Mapped[str | None] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    intent: Mapped[str | None] = mapped_column(String(32))
    verified: Mapped[bool]
    rating: Mapped[int | None]
    handoff_reason: Mapped[str | None] = mapped_column(String(32))
    wait_s: Mapped[float | None]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    agent_s: Mapped[float] = mapped_column(server_default=text("0"), default=0.0)
    resolved_by: Mapped[str] = mapped_column(String(8))  # bot, person, none
    misheard: Mapped[int]
    words_compared: Mapped[int | None]
    words_misheard: Mapped[int | None]
    lowest_confidence: Mapped[float | None]
    longest_silence: Mapped[float]
    talk_over: Mapped[float]
    interruptions: Mapped[int]
    bot_failures: Mapped[int]
    promises: Mapped[int]
    promises_kept: Mapped[int]
    repeat_within_7d: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    traceable: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    score_bot: Mapped[float | None]
    score_agent: Mapped[float | None]
    cost: Mapped[float | None]
    story: Mapped[list[Any]] = mapped_column(default=list)  # what happened, in order: names of `ivr.quality.story`


class TurnComparison(Base):
    """A turn of the caller against the recording: `wrong` of the `words` that were `said` the bot did not hear so.

    `said` holds no secrets, and is emptied when the call is forgotten; the figures stay.
    """

    __tablename__ = "turn_comparisons"
    __table_args__ = (Index("ix_turn_comparisons_at_intent", "at", "intent"),)

    turn_id: Mapped[int] = mapped_column(ForeignKey("turns.id"), primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    at: Mapped[datetime]  # when the call began
    intent: Mapped[str | None] = mapped_column(String(32))  # as the bot understood the turn
    said: Mapped[str] = mapped_column(Text)
    words: Mapped[int]
    wrong: Mapped[int]


class CallAgent(Base):
    """An agent who talked with the caller of a finished call."""

    __tablename__ = "call_agents"
    __table_args__ = (Index("ix_call_agents_agent_id_place", "agent_id", "place"),)

    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    place: Mapped[int] = mapped_column(Place)


class CallFlag(Base):
    """Something about a finished call that a reviewer looks for: one of `ivr.quality.flags`."""

    __tablename__ = "call_flags"
    __table_args__ = (Index("ix_call_flags_flag_place", "flag", "place"),)

    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), primary_key=True)
    flag: Mapped[str] = mapped_column(String(20), primary_key=True)
    place: Mapped[int] = mapped_column(Place)


class CallIntent(Base):
    """One of the things that the caller of a finished call asked for."""

    __tablename__ = "call_intents"
    __table_args__ = (Index("ix_call_intents_intent_place", "intent", "place"),)

    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), primary_key=True)
    intent: Mapped[str] = mapped_column(String(32), primary_key=True)
    place: Mapped[int] = mapped_column(Place)


class CallWords(Base):
    """What was said in a finished call, by speaker: words folded for the index, see `ivr.quality.search.words`."""

    __tablename__ = "call_words"

    place: Mapped[int] = mapped_column(Place, primary_key=True, autoincrement=False)  # as in `CallFacts`
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), unique=True)
    caller: Mapped[str] = mapped_column(Text)
    bot: Mapped[str] = mapped_column(Text)
    agent: Mapped[str] = mapped_column(Text)


class SavedSearch(Base):
    """A list of calls that a person comes back to: `query` is the address's query."""

    __tablename__ = "saved_searches"
    __table_args__ = (UniqueConstraint("agent_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    name: Mapped[str] = mapped_column(String(64))
    query: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


@listens_for(CallWords.__table__, "after_create")
def _index_words(_table: object, connection: Connection, **_: object) -> None:
    word_index.create(connection)


@listens_for(CallWords.__table__, "after_drop")
def _forget_index(_table: object, connection: Connection, **_: object) -> None:
    word_index.drop(connection)
