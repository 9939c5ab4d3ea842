"""Samples of finished calls: drawn from their facts, shared out to reviewers, and kept with how they were drawn."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from ivr.quality.sampling import Candidate, Drawn, draw_by_risk, draw_random, share_out
from ivr.quality.scorecards.subjects import in_call
from ivr.store.models import Audit, CallAgent, CallFacts, CallFlag, CallIntent, Sample, SampleCall

LARGEST = 500  # calls in a sample
KINDS = ("random", "risk")
PER = ("", "agent", "intent")
WEIGHTS: Mapping[str, float] = {
    "every call": 1.0,
    "each flag": 1.0,
    "lowest confidence below 0.6": 2.0,
    "handed to a person": 1.0,
    "rated 1 or 2": 4.0,
    "not resolved": 2.0,
}
"""How much each adds to a call's risk; kept with every sample drawn by it."""

UNSURE = 0.6
POOR = 2


class SampleRefusedError(ValueError):
    """Why no sample is drawn: a sentence for the page."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which finished calls may be drawn: begun from `since` to before `until`; empty words ask for nothing."""

    since: datetime
    until: datetime
    agent: int = 0
    intent: str = ""
    outcome: str = ""
    flag: str = ""

    def to_json(self) -> dict[str, object]:
        return asdict(self) | {"since": self.since.isoformat(), "until": self.until.isoformat()}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be drawn. `seed` empty: a new one is made, and kept."""

    name: str
    kind: str
    size: int
    filters: Filters
    per: str = ""
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    sample: Sample
    calls: int
    done: int


def draw(tx: Session, plan: Plan, reviewers: Sequence[int], by: str, now: datetime) -> Sample:
    """Draw a sample and share it out to `reviewers`, nobody's own calls to them. Raises SampleRefusedError."""
    _check(plan, reviewers)
    found = candidates(tx, plan.filters)
    if not found:
        raise SampleRefusedError("no finished call fits these filters")
    seed = plan.seed.strip()[:40] or secrets.token_hex(8)
    drawn = (
        draw_by_risk(found, plan.size, seed) if plan.kind == "risk" else draw_random(found, plan.size, seed, plan.per)
    )
    talked = {one.sid: in_call(tx, one.sid) for one in drawn}
    shared = share_out([one.sid for one in drawn], reviewers, seed, lambda who, sid: who in talked[sid])
    sample = Sample(
        name=plan.name.strip(), kind=plan.kind, size=plan.size, per=plan.per, seed=seed, population=len(found),
        filters=plan.filters.to_json(), weights=dict(WEIGHTS) if plan.kind == "risk" else {}, by=by, drawn_at=now,
        calls=[_kept(place, one, shared[one.sid]) for place, one in enumerate(drawn, 1)],
    )  # fmt: skip
    tx.add(sample)
    tx.flush()
    detail = {"seed": seed, "population": len(found), "calls": len(drawn)}
    tx.add(Audit(at=now, actor=by, action="sample-drawn", subject=f"sample:{sample.id}", detail=detail))
    return sample


def candidates(tx: Session, filters: Filters) -> list[Candidate]:
    """The population: every finished call that fits, with its risk and its groups."""
    rows = tx.scalars(_fitting(filters)).all()
    flagged = select(CallFlag.call_sid, func.count()).join(CallFacts, CallFacts.call_sid == CallFlag.call_sid)
    lately = flagged.where(CallFacts.started_at >= filters.since, CallFacts.started_at < filters.until)
    flags = dict(tx.execute(lately.group_by(CallFlag.call_sid)).tuples().all())
    return [
        Candidate(
            row.call_sid,
            risk=risk(row, flags.get(row.call_sid, 0)),
            groups={"agent": str(row.agent_id or ""), "intent": row.intent or ""},
        )
        for row in rows
    ]


def risk(facts: CallFacts, flags: int) -> float:
    """How much a call is worth a look, by WEIGHTS."""
    confidence = facts.lowest_confidence
    holds = {
        "every call": 1,
        "each flag": flags,
        "lowest confidence below 0.6": confidence is not None and confidence < UNSURE,
        "handed to a person": facts.handoff_reason is not None,
        "rated 1 or 2": facts.rating is not None and facts.rating <= POOR,
        "not resolved": facts.resolved_by == "none",
    }
    return sum(WEIGHTS[name] * holds[name] for name in WEIGHTS)


def next_call(tx: Session, reviewer_id: int) -> SampleCall | None:
    """The reviewer's next call to judge, from the oldest sample."""
    mine = select(SampleCall).where(SampleCall.reviewer_id == reviewer_id, SampleCall.done_at.is_(None))
    return tx.scalars(mine.order_by(SampleCall.id).limit(1)).first()


def left(tx: Session, reviewer_id: int) -> int:
    """How many calls wait for the reviewer."""
    mine = select(func.count(SampleCall.id)).where(SampleCall.reviewer_id == reviewer_id, SampleCall.done_at.is_(None))
    return tx.scalar(mine) or 0


def newest(tx: Session, most: int = 50) -> list[Progress]:
    """The newest samples and how far they are."""
    rows = tx.scalars(select(Sample).order_by(Sample.id.desc()).limit(most)).all()
    counts = (
        select(SampleCall.sample_id, func.count(SampleCall.id), func.count(SampleCall.done_at))
        .where(SampleCall.sample_id.in_([row.id for row in rows]))
        .group_by(SampleCall.sample_id)
    )
    found = {sample: (calls, done) for sample, calls, done in tx.execute(counts).tuples()}
    return [Progress(row, *found.get(row.id, (0, 0))) for row in rows]


def calls_of(tx: Session, sample_id: int) -> Sequence[SampleCall]:
    """As they were drawn, with call and reviewer."""
    mine = select(SampleCall).where(SampleCall.sample_id == sample_id).order_by(SampleCall.place)
    return tx.scalars(mine.options(joinedload(SampleCall.reviewer), joinedload(SampleCall.call))).all()


def _kept(place: int, one: Drawn, reviewer_id: int | None) -> SampleCall:
    return SampleCall(place=place, call_sid=one.sid, chance=one.chance, risk=one.risk, reviewer_id=reviewer_id)


def _check(plan: Plan, reviewers: Sequence[int]) -> None:
    if not 1 <= len(plan.name.strip()) <= 80:
        raise SampleRefusedError("a sample has a name of 1 to 80 characters")
    if plan.kind not in KINDS or plan.per not in PER:
        raise SampleRefusedError("a sample is drawn at random or by risk, per agent, per intent or over all")
    if not 1 <= plan.size <= LARGEST:
        raise SampleRefusedError(f"a sample has 1 to {LARGEST} calls, not {plan.size}")
    if not reviewers:
        raise SampleRefusedError("choose a reviewer at least")
    if plan.filters.until <= plan.filters.since:
        raise SampleRefusedError("the last day lies before the first")


def _fitting(filters: Filters) -> Select[CallFacts]:
    facts = select(CallFacts).where(CallFacts.started_at >= filters.since, CallFacts.started_at < filters.until)
    if filters.agent:
        facts = facts.where(
            CallFacts.call_sid.in_(select(CallAgent.call_sid).where(CallAgent.agent_id == filters.agent))
        )
    if filters.intent:
        facts = facts.where(
            CallFacts.call_sid.in_(select(CallIntent.call_sid).where(CallIntent.intent == filters.intent))
        )
    if filters.flag:
        facts = facts.where(CallFacts.call_sid.in_(select(CallFlag.call_sid).where(CallFlag.flag == filters.flag)))
    return facts.where(CallFacts.outcome == filters.outcome) if filters.outcome else facts
