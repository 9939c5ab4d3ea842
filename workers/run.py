"""The worker: one supervising process with the relay, and a child for each queue, started again when it dies."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from redis import Redis, RedisError
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import TimeoutError as RedisSlow
from redis.retry import Retry
from rq import SimpleWorker, Worker
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError

from ivr import traces
from ivr.handoff.reconciliation import reconcile
from ivr.local.redis_server import die_with_parent
from ivr.recordings.retention import purge_by_policy
from ivr.store import outbox
from ivr.store.batches import in_batches
from ivr.store.idempotency import forget_old
from ivr.store.leases import take_lease
from ivr.store.redis_client import connect as hasty_redis
from workers.context import WorkerContext, provider, resolve
from workers.queues import Queues, RowJob, make_queue
from workers.relay import Relay

log = logging.getLogger(__name__)


class ForkingWorker(Worker):
    """A heavy job may die alone: it has a process of its own, which ends without a goodbye."""

    def perform_job(self, *arguments: Any, **named: Any) -> bool:
        try:
            return bool(super().perform_job(*arguments, **named))
        finally:
            traces.flush()


QUEUES = {"handoff": SimpleWorker, "outside": SimpleWorker, "heavy": ForkingWorker}
PROCESSES = ("handoff", "outside", "outside", "heavy")  # one who waits for carrier or ledger keeps no other waiting
POLL = 0.1
REDIS_AWAY = 0.5
RESTART = 0.5
RECONCILE = 30.0
SWEEP = 60.0
LONGEST_SWEEP = 1800.0  # after so long another worker takes a sweep over from one that died in it
RETAIN = 86_400.0
YIELDS = 10  # niceness of heavy jobs: a recording can wait for its transcript, a caller on this machine cannot wait
GRACE = 15.0


def connect(url: str) -> Redis:
    """A connection that rides out a restart of Redis."""
    return Redis.from_url(
        url, retry=Retry(ExponentialBackoff(cap=1, base=0.1), 60), retry_on_error=[RedisGone, RedisSlow]
    )


def run_worker(factory: str = "app:worker_context") -> None:
    """Relay and queues until SIGTERM or SIGINT; running jobs are finished. `factory`: "module:function"."""
    context = resolve(factory)()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    children = [Child([sys.executable, "-m", "workers", queue, factory, context.redis_url]) for queue in PROCESSES]
    for work in (_reconcile, _sweep, _retain):
        threading.Thread(target=work, args=(context, stop), daemon=True, name=work.__name__).start()
    try:
        _relay(context, stop, children)
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait()


def run_queue(queue: str, factory: str, redis_url: str) -> None:
    """Work off one queue in this process, until SIGTERM: with several, RQ could lose a job between them."""
    provider.use(factory)
    if queue == "heavy":
        os.nice(YIELDS)
        os.register_at_fork(after_in_child=die_with_parent)  # a job's own process never outlives this one
    redis = (
        connect(provider.get().redis_url) if QUEUES[queue] is SimpleWorker else connect(resolve(factory)().redis_url)
    )
    worker = QUEUES[queue](
        [make_queue(queue, redis)],
        connection=redis,
        job_class=RowJob,
        serializer=JSONSerializer,
        worker_ttl=20,
        maintenance_interval=5,
        job_monitoring_interval=5,
        log_job_description=False,
    )
    worker.work(logging_level="WARNING")


class Child:
    """A process that is started again when it dies."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command, self._started = list(command), 0.0
        self._process = self._start()

    def keep_up(self) -> None:
        if self._process.poll() is not None and time.monotonic() - self._started > RESTART:
            log.warning("a worker ended with %s; starting another", self._process.returncode)
            self._process = self._start()

    def terminate(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()

    def wait(self) -> None:
        try:
            self._process.wait(timeout=GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        self._started = time.monotonic()
        return subprocess.Popen(self._command, preexec_fn=die_with_parent)  # noqa: S603


def _relay(context: WorkerContext, stop: threading.Event, children: Sequence[Child]) -> None:
    relay = Relay(context.sessions, context.clock, Queues(hasty_redis(context.redis_url)))
    wait = 0.0
    while not stop.wait(wait):
        for child in children:
            child.keep_up()
        try:
            wait = 0.0 if relay.tick() else POLL
        except RedisError:
            log.warning("Redis is away: promised work waits")
            wait = REDIS_AWAY
        except SQLAlchemyError:
            log.exception("the outbox cannot be read")
            wait = REDIS_AWAY


def _reconcile(context: WorkerContext, stop: threading.Event) -> None:
    """At the start, and now and then: the carrier's callbacks may have been lost, and old ones are forgotten."""
    while True:
        works: list[Callable[[], object]] = [
            lambda: reconcile(context.handoffs, context.carrier),
            lambda: _forget(context),
        ]
        if context.brakes:
            works.append(context.brakes.watch)
        for work in works:
            try:
                work()
            except Exception:
                log.exception("the house was not kept in order")
        if stop.wait(RECONCILE):
            return


def _sweep(context: WorkerContext, stop: threading.Event) -> None:
    """One worker of all looks now and then for what the carrier never told us."""
    me = f"{socket.gethostname()}:{os.getpid()}"
    while context.sweeper is not None and not stop.wait(SWEEP):
        try:
            if _may_sweep(context, me, LONGEST_SWEEP):
                context.sweeper.sweep()
                _may_sweep(context, me, SWEEP / 2)
        except Exception:
            log.exception("the sweep failed")


def _retain(context: WorkerContext, stop: threading.Event) -> None:
    """Once a day one worker of all forgets what the policy says is due."""
    while context.retention and context.retention.days and not stop.wait(SWEEP):
        try:
            retain(context)
        except Exception:
            log.exception("what is due was not forgotten")


def retain(context: WorkerContext) -> bool:
    """Forget what is due, unless a worker, dead or alive, has begun with it within a day."""
    if not context.retention or not _may(context, "retention", str(uuid.uuid4()), RETAIN):
        return False
    gone = purge_by_policy(context.sessions, context.retention, context.clock, context.recordings.files)
    log.info("retention: %d calls, %d recordings", gone["calls"], gone["recordings"])
    return True


def _may_sweep(context: WorkerContext, me: str, seconds: float) -> bool:
    return _may(context, "sweep", me, seconds)


def _may(context: WorkerContext, what: str, me: str, seconds: float) -> bool:
    now = context.clock.now()
    with context.sessions.begin() as tx:
        return take_lease(tx, what, me, now, now + timedelta(seconds=seconds))


def _forget(context: WorkerContext) -> None:
    now = context.clock.now()
    in_batches(context.sessions, lambda tx: forget_old(tx, now))
    in_batches(context.sessions, lambda tx: outbox.forget_done(tx, now))
