"""`/metrics` for Prometheus: the line's figures, read from SQL at each scrape so that every process tells the same."""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from flask import Blueprint, Response, abort, request
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeHistogramMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy import func, select, true
from sqlalchemy.orm import Session
from starlette import requests, responses
from starlette.routing import Route

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
LOOPBACK = frozenset({"127.0.0.1", "::1"})
FORWARDED = ("x-forwarded-for", "forwarded")


class LineCollector(Collector):
    """Calls, hand-offs, queue, outbox, and the waits of the last hour's callers."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions, self._clock = sessions, clock
        live, over = Call.ended_at.is_(None), Call.ended_at.is_not(None)
        self._over = Tally(clock, Call.outcome, Call.started_at, live, over)
        under_way = Handoff.state.in_((*HANDOFF_LIVE, "parting"))
        self._handoffs = Tally(clock, Handoff.state, Handoff.requested_at, under_way, true())

    def collect(self) -> Iterable[Metric]:
        now = self._clock.now()
        with self._sessions() as tx:
            counted = [*_calls(tx, self._over.count(tx)), *_handoffs(self._handoffs.count(tx)), *_outbox(tx, now)]
            counted.append(_unverified(tx))
            lately = _lately(tx, now - LATELY)
        return [*counted, *_waits(lately)]


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


# --- what a process tells ---


def line_registry(sessions: Sessions, clock: Clock) -> CollectorRegistry:
    """What the web process tells: the line, and its own memory and processor time."""
    registry = CollectorRegistry()
    registry.register(LineCollector(sessions, clock))
    ProcessCollector(registry=registry)
    return registry


def media_registry(streams: Callable[[], float], waiting: Callable[[], float]) -> CollectorRegistry:
    """What a media process tells: its open streams, the utterances that wait to be heard, memory, processor time."""
    registry = CollectorRegistry()
    Gauge("warmline_media_streams", "Open media streams.", registry=registry).set_function(streams)
    Gauge("warmline_listen_waiting", "Utterances that wait to be heard.", registry=registry).set_function(waiting)
    ProcessCollector(registry=registry)
    return registry


# --- who may read it ---


Keys = Callable[[str], bool]  # whether an `Authorization` header holds a key that was made for reading figures


def no_keys(header: str) -> bool:
    return False


def may_read(host: str | None, headers: Mapping[str, str], token: str, private: bool, keys: Keys = no_keys) -> bool:
    """With `Authorization: Bearer <token or key>`; without it from this machine, where the process is `private`.

    What the world reaches may be reached through a proxy of this machine that does not say whom it serves.
    """
    given = headers.get("authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    if given and keys(given):
        return True
    return private and host in LOOPBACK and not any(name in headers for name in FORWARDED)


def make_metrics_blueprint(
    registry: CollectorRegistry, token: str = "", private: bool = False, keys: Keys = no_keys
) -> Blueprint:
    """`GET /metrics` for a Flask app; `private` and `keys` as in `may_read`."""
    metrics = Blueprint("metrics", __name__)

    @metrics.get("/metrics")
    def tell() -> Response:
        headers = {name.lower(): value for name, value in request.headers}
        if not may_read(request.remote_addr, headers, token, private, keys):
            abort(403)
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return metrics


def metrics_route(registry: CollectorRegistry, token: str = "", private: bool = False, keys: Keys = no_keys) -> Route:
    """`GET /metrics` for a Starlette app; `private` and `keys` as in `may_read`."""

    def tell(request: requests.Request) -> responses.Response:
        host = request.client.host if request.client else None
        if not may_read(host, request.headers, token, private, keys):
            return responses.PlainTextResponse("Metrics are read with the token of WARMLINE_METRICS_TOKEN.", 403)
        return responses.Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", tell)
