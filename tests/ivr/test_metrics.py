"""The figures of a call, and `/metrics`: what it tells, and whom."""

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from prometheus_client import CollectorRegistry, generate_latest
from redis import Redis
from rq import Worker
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ivr.calls.stats import BOUNDS, call_figures, histogram
from ivr.metrics.process import (
    ErrorFigures,
    WebhookFigures,
    WorkerCollector,
    count_errors,
    line_registry,
    media_registry,
)
from ivr.metrics.reading import make_metrics_blueprint, metrics_route
from ivr.settings import Settings
from ivr.store import outbox
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.models import Call, Handoff, Outbox, PaymentOrder, Turn
from ivr.store.redis_client import connect
from tests.fakes.fake_clock import FakeClock
from workers.queues import make_queue

pytestmark = pytest.mark.integration


@dataclass
class Said:
    speaker: str
    start: float
    end: float | None
    text: str = "one two three"
    via: str = "voice"
    played: float | None = None
    latency: dict[str, Any] = field(default_factory=dict)


def test_an_answers_stages_are_the_callers_and_the_bots() -> None:
    turns = [
        Said("bot", 0.0, 1.0, latency={"speak": 5.0}),
        Said("caller", 2.0, 3.0, latency={"wait": 300.0, "listen": 40.0}),
        Said("bot", 3.4, 5.0, latency={"decide": 20.0, "speak": 6.0, "total": 366.0}),
    ]
    [answer] = call_figures(turns).response_latencies
    assert (answer.wait, answer.listen, answer.decide, answer.speak, answer.total) == (300, 40, 20, 6, 366)


def test_a_stage_that_was_not_measured_is_unknown() -> None:
    [answer] = call_figures([Said("bot", 3.0, 4.0, latency={"total": 900.0})]).response_latencies
    assert answer.total == 900
    assert answer.wait is None


def test_a_barge_in_is_measured_from_the_callers_first_sound() -> None:
    turns = [Said("bot", 0.0, 2.2, played=0.5), Said("caller", 2.0, 3.5)]
    assert call_figures(turns).barge_ins == (200.0,)


def test_a_prompt_heard_out_is_no_barge_in() -> None:
    assert call_figures([Said("bot", 0.0, 2.2, played=1.0), Said("caller", 2.0, 3.5)]).barge_ins == ()


def test_talking_at_once_and_silence() -> None:
    figures = call_figures([Said("bot", 0.0, 2.0), Said("caller", 1.5, 3.0), Said("agent", 5.0, 6.0)])
    assert figures.talk_over == 0.5
    assert (figures.silence, figures.longest_silence) == (2.0, 2.0)
    assert figures.talking == {"bot": 2.0, "caller": 1.5, "agent": 1.0}


def test_the_pace_leaves_out_keys_masks_and_what_was_cut_off() -> None:
    turns = [
        Said("caller", 0.0, 3.0, "how much do I owe please"),
        Said("caller", 4.0, 9.0, "(PIN)"),
        Said("caller", 10.0, 10.0, "2749", via="keys"),
        Said("bot", 11.0, 12.0, "a long sentence that was cut off", played=0.1),
    ]
    assert call_figures(turns).words_per_minute == {"caller": 120.0}


def test_a_bot_turn_that_was_never_heard_makes_no_sound() -> None:
    assert call_figures([Said("bot", 0.0, None), Said("caller", 1.0, 2.0)]).talking["bot"] == 0


def test_a_call_without_turns_has_figures_of_nothing() -> None:
    figures = call_figures([])
    assert (figures.response_latencies, figures.silence, figures.talk_over) == ((), 0.0, 0.0)


def test_a_histogram_counts_up_to_and_with_each_bound() -> None:
    counts = histogram([BOUNDS[0], BOUNDS[0] + 1, 1e9])
    assert counts == [1, 1, *[0] * (len(BOUNDS) - 2), 1]


@pytest.fixture
def told(sessions: Sessions, clock: FakeClock) -> str:
    """What is told of a line with one call over, one live with an answer in 0.4 s, one queueing and one overdue job."""
    now = clock.now()
    with sessions.begin() as tx:
        for number, outcome in enumerate(["resolved", None]):
            ended = now if outcome else None
            tx.add(
                Call(
                    sid=f"CA{number}",
                    caller="+15550100001",
                    called="+1",
                    started_at=now,
                    ended_at=ended,
                    outcome=outcome,
                )
            )
        tx.flush()
        tx.add(
            Turn(call_sid="CA1", key="b1", speaker="bot", text="Hello.", start=1.0, end=2.0, latency={"total": 400.0})
        )
        tx.add(
            Handoff(call_sid="CA1", state="parked", reason="asked", intent="human_agent", summary="", requested_at=now)
        )
        tx.add(Outbox(topic="text.send", payload={}, due_at=now - timedelta(seconds=90)))
    app = Flask(__name__)
    app.register_blueprint(make_metrics_blueprint(line_registry(sessions, clock), private=True))
    return app.test_client().get("/metrics").text


@pytest.mark.parametrize(
    "line",
    [
        'warmline_calls_total{outcome="resolved"} 1.0',
        "warmline_calls_live 1.0",
        'warmline_handoffs{state="parked"} 1.0',
        "warmline_queue_length 1.0",
        "warmline_outbox_due 1.0",
        "warmline_outbox_overdue_seconds 90.0",
        'warmline_answer_seconds_bucket{le="0.25",stage="total"} 0.0',
        'warmline_answer_seconds_bucket{le="0.5",stage="total"} 1.0',
        'warmline_answer_seconds_bucket{le="+Inf",stage="total"} 1.0',
    ],
)
def test_the_line_is_told(told: str, line: str) -> None:
    assert line in told.splitlines()


def test_nothing_of_a_caller_is_told(told: str) -> None:
    assert "+1555" not in told
    assert "Hello" not in told


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 403),
        ("203.0.113.9", {}, 403),
        ("203.0.113.9", {"Authorization": "Bearer guessed"}, 403),
        ("203.0.113.9", {"Authorization": "Bearer s3cret"}, 200),
    ],
)
def test_only_this_machine_or_the_token_reads_it(address: str, headers: dict[str, str], status: int) -> None:
    registry = media_registry(lambda: 3, lambda: 1)
    flask = Flask(__name__)
    flask.register_blueprint(make_metrics_blueprint(registry, "s3cret", private=True))
    assert (
        flask.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address}).status_code
        == status
    )
    starlette = TestClient(Starlette(routes=[metrics_route(registry, "s3cret", private=True)]), client=(address, 1))
    assert starlette.get("/metrics", headers=headers).status_code == status


def test_an_empty_token_lets_nobody_in() -> None:
    starlette = TestClient(
        Starlette(routes=[metrics_route(media_registry(lambda: 0, lambda: 0))]), client=("203.0.113.9", 1)
    )
    assert starlette.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403


def test_a_media_process_tells_its_streams() -> None:
    client = TestClient(
        Starlette(routes=[metrics_route(media_registry(lambda: 3, lambda: 1), private=True)]), client=("127.0.0.1", 1)
    )
    told = client.get("/metrics").text.splitlines()
    assert "warmline_media_streams 3.0" in told
    assert "warmline_listen_waiting 1.0" in told


@pytest.mark.parametrize(
    ("host", "public", "private"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080", True),
        ("::1", "http://[::1]:8080", True),
        ("127.0.0.1", "https://line.bank.test", False),  # a proxy on this machine, which need not say for whom it asks
        ("0.0.0.0", "http://127.0.0.1:8080", False),
        ("::", "http://localhost:8080", False),
    ],
)
def test_a_line_that_the_world_reaches_is_not_private(host: str, public: str, private: bool) -> None:
    assert Settings.model_validate({"host": host, "public_url": public}).private is private


def test_through_a_silent_proxy_on_the_same_machine_only_the_token_reads_it() -> None:
    app = Flask(__name__)
    app.register_blueprint(make_metrics_blueprint(media_registry(lambda: 3, lambda: 1), "s3cret"))
    client = app.test_client()
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer s3cret"}).status_code == 200


def test_jobs_given_up_and_payments_in_doubt_are_counted(sessions: Sessions, clock: FakeClock) -> None:
    now = clock.now()
    with sessions.begin() as tx:
        tx.add(Call(sid="CA1", caller="+1", called="+2", started_at=now))
        tx.flush()
        given = {"call_sid": "CA1", "account": "a", "amount": 1, "currency": "USD", "source": "s", "asked_at": now}
        for state in ("made", "doubtful", "left"):
            tx.add(PaymentOrder(key=state, on=now.date(), agreed_on=now.date(), state=state, **given))
        row = outbox.put(tx, "recording.fetch", {}, now - timedelta(days=2))
        outbox.failed(tx, row, "404", now, 1)
    told = generate_latest(line_registry(sessions, clock)).decode()
    assert 'warmline_jobs_given_up{topic="recording.fetch"} 1.0' in told
    assert "warmline_payments_in_doubt 2.0" in told


def _values(registry: CollectorRegistry, name: str) -> dict[tuple[str, ...], float]:
    return {
        tuple(sample.labels.values()): sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == name
    }


def test_webhooks_are_counted_by_their_part_status_and_who_answered() -> None:
    registry = CollectorRegistry()
    figures = WebhookFigures(registry)
    figures.note("/voice/incoming", 200, 0.02, "line")
    figures.note("/voice/resume", 200, 0.4, "line")
    figures.note("/handoff/7/1/agent", 500, 0.01, "standby")
    assert _values(registry, "warmline_webhook_answers_total") == {
        ("voice", "200", "line"): 2,
        ("handoff", "500", "standby"): 1,
    }
    assert _values(registry, "warmline_webhook_seconds_bucket")["voice", "0.3"] == 1


def test_errors_are_counted_by_the_part_that_wrote_them_and_once() -> None:
    first, second = CollectorRegistry(), CollectorRegistry()
    count_errors(first)
    count_errors(second)
    try:
        logging.getLogger("ivr.web.hooks.calls").error("a fault")
        logging.getLogger("ivr.web.hooks.calls").warning("no fault")
        assert _values(first, "warmline_errors_total") == {}
        assert _values(second, "warmline_errors_total") == {("ivr.web",): 1}
    finally:
        root = logging.getLogger()
        root.handlers = [one for one in root.handlers if not isinstance(one, ErrorFigures)]


def test_workers_and_waiting_jobs_are_told_by_queue(redis: Redis) -> None:
    worker = Worker(["handoff"], connection=redis)
    worker.register_birth()  # type: ignore[no-untyped-call]
    make_queue("heavy", redis).enqueue_call("workers.jobs.perform", args=(1,))
    registry = CollectorRegistry()
    registry.register(WorkerCollector(redis))
    assert _values(registry, "warmline_redis_up") == {(): 1}
    assert _values(registry, "warmline_workers") == {("handoff",): 1, ("outside",): 0, ("heavy",): 0}
    assert _values(registry, "warmline_jobs_queued")["heavy",] == 1


def test_without_redis_and_database_the_figures_say_that_they_are_away(clock: FakeClock) -> None:
    nowhere = make_sessions(make_engine("postgresql://nobody@127.0.0.1:1/none"))
    registry = line_registry(nowhere, clock, connect("redis://127.0.0.1:1"))
    assert _values(registry, "warmline_redis_up") == {(): 0}
    assert _values(registry, "warmline_database_up") == {(): 0}
    assert _values(registry, "warmline_calls_live") == {}
