"""The line's figures for Prometheus, read from SQL at each scrape so that every web process tells the same."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeHistogramMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select, true
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ivr.calls.stats import BOUNDS, STAGES, call_figures, histogram
from ivr.clock import Clock
from ivr.payments.doubts import in_doubt
from ivr.recordings.copies import withheld
from ivr.recordings.lengths import unverified
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import Call, Handoff, Outbox, Turn
from ivr.store.states import HANDOFF_LIVE, HANDOFF_WAITING
from ivr.store.tally import Kinds, Tally

LATELY = timedelta(hours=1)  # of which calls the waits are told: SQL keeps them all, a scrape cannot read them all


class LineCollector(Collector):
    """Calls, hand-offs, queue, outbox, and the waits of the last hour's callers; without a database, its absence."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions, self._clock = sessions, clock
        live, over = Call.ended_at.is_(None), Call.ended_at.is_not(None)
        self._over = Tally(clock, Call.outcome, Call.started_at, live, over)
        under_way = Handoff.state.in_((*HANDOFF_LIVE, "parting"))
        self._handoffs = Tally(clock, Handoff.state, Handoff.requested_at, under_way, true())

    def collect(self) -> Iterable[Metric]:
        try:
            return [_up(1), *self._line()]
        except SQLAlchemyError:
            return [_up(0)]

    def _line(self) -> list[Metric]:
        now = self._clock.now()
        with self._sessions() as tx:
            counted = [*_calls(tx, self._over.count(tx)), *_handoffs(self._handoffs.count(tx)), *_outbox(tx, now)]
            counted.append(_unverified(tx))
            lately = _lately(tx, now - LATELY)
        return [*counted, *_waits(lately)]


def _up(value: int) -> Metric:
    return GaugeMetricFamily("warmline_database_up", "Whether the database tells the line's figures.", value=value)


def _lately(tx: Session, since: datetime) -> list[dict[str, Any]]:
    """The figures of the calls that began since then: as they were kept, or those so far of a call that lasts."""
    calls = tx.execute(select(Call.sid, Call.figures).where(Call.started_at >= since)).tuples().all()
    turns: dict[str, list[Turn]] = {sid: [] for sid, kept in calls if not kept}
    for turn in tx.scalars(select(Turn).where(Turn.call_sid.in_(turns))):
        turns[turn.call_sid].append(turn)
    return [kept or call_figures(turns[sid]).to_json() for sid, kept in calls]


def _calls(tx: Session, outcomes: Kinds) -> Iterable[Metric]:
    over = CounterMetricFamily("warmline_calls", "Calls that are over, by outcome.", labels=["outcome"])
    for outcome, count in outcomes.items():
        over.add_metric([outcome or "unknown"], count)
    live = tx.scalar(select(func.count()).where(Call.ended_at.is_(None))) or 0
    return [over, GaugeMetricFamily("warmline_calls_live", "Calls that go on now.", value=live)]


def _handoffs(counts: Kinds) -> Iterable[Metric]:
    states = GaugeMetricFamily("warmline_handoffs", "Hand-offs, by state.", labels=["state"])
    for state, count in counts.items():
        states.add_metric([state], count)
    waiting = sum(counts[state] for state in HANDOFF_WAITING)
    return [states, GaugeMetricFamily("warmline_queue_length", "Callers that wait for an agent.", value=waiting)]


def _outbox(tx: Session, now: datetime) -> Iterable[Metric]:
    count, age = outbox.backlog(tx, now)
    given_up = GaugeMetricFamily(
        "warmline_jobs_given_up", "Promised work that nobody tries any more.", labels=["topic"]
    )
    lost = select(Outbox.topic, func.count()).where(Outbox.given_up_at <= now).group_by(Outbox.topic)
    for topic, many in tx.execute(lost):
        given_up.add_metric([topic], many)
    return [
        given_up,
        GaugeMetricFamily("warmline_payments_in_doubt", "Payments that may have been made or not.", value=in_doubt(tx)),
        GaugeMetricFamily(
            "warmline_sound_withheld",
            "Recordings in whose sound a secret was still heard.",
            value=withheld(tx),
        ),
        GaugeMetricFamily("warmline_outbox_due", "Promised work that is due and not done.", value=count),
        GaugeMetricFamily("warmline_outbox_overdue_seconds", "How long the oldest of it has been due.", value=age),
    ]


def _unverified(tx: Session) -> Metric:
    return GaugeMetricFamily(
        "warmline_recordings_unverified",
        "Kept recordings whose length was never found to be the carrier's.",
        value=unverified(tx),
    )


def _waits(calls: Sequence[dict[str, Any]]) -> Iterable[Metric]:
    stages = GaugeHistogramMetricFamily(
        "warmline_answer_seconds", "From the caller's last sound to the answer's first, last hour.", labels=["stage"]
    )
    found = [answer for call in calls for answer in call["answers"]]
    for stage in STAGES:
        _add(stages, [stage], [ms for answer in found if (ms := answer[stage]) is not None])
    stopped = GaugeHistogramMetricFamily(
        "warmline_barge_in_seconds",
        "From the caller's first sound over the bot until it stopped, last hour.",
        labels=[],
    )
    _add(stopped, [], [ms for call in calls for ms in call["barge_ins"]])
    return [stages, stopped]


def _add(family: GaugeHistogramMetricFamily, labels: list[str], ms: list[float]) -> None:
    names = [*(str(bound / 1000) for bound in BOUNDS), "+Inf"]
    counts = accumulate(histogram(ms))
    family.add_metric(labels, list(zip(names, counts, strict=True)), sum(ms) / 1000)
