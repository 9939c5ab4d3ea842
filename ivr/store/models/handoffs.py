"""Hand-offs, the offers to agents in them, and promised call-backs."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.store.models.base import Base

if TYPE_CHECKING:
    from ivr.store.models.calls import Call
    from ivr.store.models.desk import Agent


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

    call: Mapped["Call"] = relationship(back_populates="handoffs")
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


class CallBack(Base):
    """A promise to call somebody. `place_at` is the place in the queue that they had when they took it."""

    __tablename__ = "callbacks"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    number: Mapped[str] = mapped_column(String(64), index=True)
    place_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), index=True)  # booked, trying, served, given-up, cancelled
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))  # of the last try: served, no-answer, busy, failed, ...
    attempts: Mapped[list[Any]] = mapped_column(default=list)  # {at, outcome, handoff}
    booked_at: Mapped[datetime] = mapped_column(index=True)
    booked_by: Mapped[str]  # caller, or the e-mail address of the agent who promised it
