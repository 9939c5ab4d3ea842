"""What each process tells of itself, beside the line's figures: its webhooks, its calls' sound, its errors."""

import logging
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis import Redis, RedisError
from rq import Queue, Worker

from ivr.clock import Clock
from ivr.metrics.line import LineCollector
from ivr.store.engine import Sessions
from ivr.store.topics import QUEUES

SECONDS = (0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 13.0)  # the carrier waits for 15, we answer within 13


class WebhookFigures:
    """How the carrier's webhooks are answered by this process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "warmline_webhook_seconds",
            "From a webhook's arrival to its answer, by the first part of its address.",
            ["part"],
            buckets=SECONDS,
            registry=registry,
        )
        self._answers = Counter(
            "warmline_webhook_answers",
            "Webhooks answered, by the first part of their address, status, and whether the line or the standby did.",
            ["part", "status", "by"],
            registry=registry,
        )

    def note(self, path: str, status: int, seconds: float, by: str) -> None:
        """A webhook for `path` was answered with `status` after so many seconds, `by` the "line" or the "standby"."""
        part = path.split("/", 2)[1]
        self._seconds.labels(part).observe(seconds)
        self._answers.labels(part, status, by).inc()


class ErrorFigures(logging.Handler):
    """Counts this process's log lines of ERROR and worse, by the part of the program that wrote them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(logging.ERROR)
        self._errors = Counter("warmline_errors", "Errors written to the log.", ["logger"], registry=registry)

    def emit(self, record: logging.LogRecord) -> None:
        self._errors.labels(".".join(record.name.split(".")[:2])).inc()


class WorkerCollector(Collector):
    """Workers and waiting jobs, by queue, as Redis knows them; without Redis, that it is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily("warmline_redis_up", "Whether Redis answers.", value=1)
        there = GaugeMetricFamily("warmline_workers", "Processes that work a queue off.", labels=["queue"])
        waiting = GaugeMetricFamily("warmline_jobs_queued", "Jobs that no worker has begun.", labels=["queue"])
        try:
            for queue, many in workers(self._redis).items():
                there.add_metric([queue], many)
                waiting.add_metric([queue], Queue(queue, connection=self._redis).count)
        except RedisError:
            return [GaugeMetricFamily(up.name, up.documentation, value=0)]
        return [up, there, waiting]


def workers(redis: Redis) -> dict[str, int]:
    """How many processes work each queue off. Raises RedisError."""
    counts = dict.fromkeys(QUEUES, 0)
    for worker in Worker.all(connection=redis):
        for queue in worker.queue_names():
            counts[queue] = counts.get(queue, 0) + 1
    return counts


def line_registry(sessions: Sessions, clock: Clock, redis: Redis | None = None) -> CollectorRegistry:
    """What the web process tells: the line, its workers, and its own memory and processor time."""
    registry = CollectorRegistry()
    registry.register(LineCollector(sessions, clock))
    if redis is not None:
        registry.register(WorkerCollector(redis))
    ProcessCollector(registry=registry)
    return registry


def _none() -> float:
    return 0.0


def media_registry(
    streams: Callable[[], float],
    waiting: Callable[[], float],
    wait: Callable[[], float] = _none,
    refused: Callable[[], float] = _none,
) -> CollectorRegistry:
    """What a media process tells: its open streams, the utterances that wait to be heard and for how long one would,
    whom it had no room for, memory, processor time."""
    registry = CollectorRegistry()
    for name, about, tell in (
        ("warmline_media_streams", "Open media streams.", streams),
        ("warmline_listen_waiting", "Utterances that wait to be heard.", waiting),
        ("warmline_listen_wait_seconds", "How long an utterance would wait to be heard now.", wait),
        ("warmline_media_refused", "Streams for which there was no room, since the process began.", refused),
    ):
        Gauge(name, about, registry=registry).set_function(tell)
    ProcessCollector(registry=registry)
    return registry


def count_errors(registry: CollectorRegistry) -> None:
    """From here on `registry`, and no other, tells the errors of this process."""
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, ErrorFigures)]:
        root.removeHandler(handler)
    root.addHandler(ErrorFigures(registry))
