"""Scorecards and their versions, who judged which call by them, samples of calls, and calibrations of the judges."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.store.models.base import Base

if TYPE_CHECKING:
    from ivr.store.models.calls import Call
    from ivr.store.models.desk import Agent


class Scorecard(Base):
    """A scorecard through all its versions."""

    __tablename__ = "scorecards"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    by: Mapped[str]
    created_at: Mapped[datetime]

    versions: Mapped[list["ScorecardVersion"]] = relationship(
        order_by="ScorecardVersion.number", back_populates="scorecard"
    )


class ScorecardVersion(Base):
    """What a scorecard asked at a time; from its publication on it never changes.

    `state`: draft, published, or retired when a newer one is published. `definition` as in
    ivr.quality.scorecards.definition.
    """

    __tablename__ = "scorecard_versions"
    __table_args__ = (UniqueConstraint("scorecard_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecards.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="draft")
    definition: Mapped[dict[str, Any]]
    by: Mapped[str]
    published_at: Mapped[datetime | None]

    scorecard: Mapped[Scorecard] = relationship(back_populates="versions")


class Evaluation(Base):
    """One person's judgement of one party of one call by one version.

    `state`: draft, published; of an agent's then acknowledged, or disputed and, by a second reviewer, upheld or
    overturned. `key` names who judges what, so that nobody judges the same twice. One of a calibration counts for no
    score. The texts are emptied by a purge, the answers and scores stay.
    """

    __tablename__ = "evaluations"
    __table_args__ = (
        Index("ix_evaluations_agent_id_state_id", "agent_id", "state", "id"),
        Index("ix_evaluations_state_id", "state", "id"),
        Index("ix_evaluations_reviewer_id_state_id", "reviewer_id", "state", "id"),
        Index("ix_evaluations_published_at", "published_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("scorecard_versions.id"), index=True)
    party: Mapped[str] = mapped_column(String(8))  # bot, agent
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))  # who is judged
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    score: Mapped[float | None]  # percent
    comment: Mapped[str] = mapped_column(Text, default="")
    began_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]  # the agent acknowledged or disputed it
    dispute: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    decision: Mapped[str] = mapped_column(Text, default="")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("evaluations.id"), index=True)  # the overturned one
    calibration_id: Mapped[int | None] = mapped_column(ForeignKey("calibrations.id"), index=True)

    answers: Mapped[list["EvaluationAnswer"]] = relationship(order_by="EvaluationAnswer.id")
    version: Mapped[ScorecardVersion] = relationship()
    call: Mapped["Call"] = relationship()
    agent: Mapped["Agent | None"] = relationship(foreign_keys=[agent_id])
    reviewer: Mapped["Agent"] = relationship(foreign_keys=[reviewer_id])
    decider: Mapped["Agent | None"] = relationship(foreign_keys=[decided_by])


class EvaluationAnswer(Base):
    """`value` as in Question; `spans` of the call that show it, [[start, end]] in seconds.

    `automatic`: what the facts said at that time, kept where a person answered otherwise for `reason`.
    """

    __tablename__ = "evaluation_answers"
    __table_args__ = (UniqueConstraint("evaluation_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluations.id"))
    question: Mapped[str] = mapped_column(String(12))
    value: Mapped[str] = mapped_column(String(4))
    comment: Mapped[str] = mapped_column(Text, default="")
    spans: Mapped[list[Any]] = mapped_column(default=list)
    rule: Mapped[str] = mapped_column(String(32), default="")
    automatic: Mapped[str | None] = mapped_column(String(4))
    reason: Mapped[str] = mapped_column(Text, default="")


class AutomaticAnswer(Base):
    """What the facts of a call say to a rule's question; no row where they say nothing. `agent_id` 0 for the bot."""

    __tablename__ = "automatic_answers"
    __table_args__ = (UniqueConstraint("call_sid", "rule", "agent_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"))
    rule: Mapped[str] = mapped_column(String(32))
    agent_id: Mapped[int]
    value: Mapped[str] = mapped_column(String(4))
    spans: Mapped[list[Any]] = mapped_column(default=list)
    at: Mapped[datetime]


class Sample(Base):
    """How a sample was drawn, so that anybody can draw it again. `filters` and `weights` as they were given.

    `kind`: random or risk; `per`: agent or intent, of each of which `size` calls were drawn; else empty.
    """

    __tablename__ = "samples"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(8))
    size: Mapped[int]
    per: Mapped[str] = mapped_column(String(8), default="")
    seed: Mapped[str] = mapped_column(String(40))
    filters: Mapped[dict[str, Any]]
    weights: Mapped[dict[str, Any]]
    population: Mapped[int]
    by: Mapped[str]
    drawn_at: Mapped[datetime]

    calls: Mapped[list["SampleCall"]] = relationship(order_by="SampleCall.place")


class SampleCall(Base):
    """One drawn call; `done_at` when its reviewer has published a judgement of it."""

    __tablename__ = "sample_calls"
    __table_args__ = (
        UniqueConstraint("sample_id", "call_sid"),
        Index("ix_sample_calls_reviewer_id_done_at_id", "reviewer_id", "done_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"))
    place: Mapped[int]
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    chance: Mapped[float]  # with which it was drawn, 0 to 1
    risk: Mapped[float]
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))  # None: all who could were in the call
    done_at: Mapped[datetime | None]

    reviewer: Mapped["Agent | None"] = relationship()
    sample: Mapped[Sample] = relationship(back_populates="calls", overlaps="calls")
    call: Mapped["Call"] = relationship()


class Calibration(Base):
    """One call that several reviewers judge, none of whom sees another's answers until all are in or it is closed."""

    __tablename__ = "calibrations"
    __table_args__ = (Index("ix_calibrations_closed_at_id", "closed_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("scorecard_versions.id"), index=True)
    party: Mapped[str] = mapped_column(String(8))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    by: Mapped[str]
    began_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    seats: Mapped[list["CalibrationSeat"]] = relationship(order_by="CalibrationSeat.id")
    evaluations: Mapped[list[Evaluation]] = relationship(order_by=Evaluation.id)
    version: Mapped[ScorecardVersion] = relationship()
    call: Mapped["Call"] = relationship()
    agent: Mapped["Agent | None"] = relationship()


class CalibrationSeat(Base):
    """A reviewer who takes part in a calibration; `in_at` when their judgement is in."""

    __tablename__ = "calibration_seats"
    __table_args__ = (
        UniqueConstraint("calibration_id", "reviewer_id"),
        Index("ix_calibration_seats_reviewer_id_in_at", "reviewer_id", "in_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibrations.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    in_at: Mapped[datetime | None]

    reviewer: Mapped["Agent"] = relationship()
