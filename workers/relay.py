"""The outbox relay: rows that are due become jobs, again and again until a job has marked them done."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from redis import Redis
from rq import Queue, Retry
from rq.exceptions import DuplicateJobError

from ivr.clock import Clock
from ivr.store import Sessions, outbox
from ivr.store.models import Outbox

log = logging.getLogger(__name__)
PERFORM = "workers.jobs.perform"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a topic's jobs run: `lease` seconds until an unfinished one is delivered again, longer than `timeout`."""

    queue: str
    lease: float
    timeout: int
    retries: int = 0


QUICK = Plan("handoff", lease=8.0, timeout=30)
HEAVY = Plan("heavy", lease=630.0, timeout=600, retries=3)


def plan_for(topic: str) -> Plan:
    return HEAVY if topic.startswith("recording.") else QUICK


class Relay:
    """Carries rows from the database to the queues. Any number may run."""

    def __init__(self, sessions: Sessions, clock: Clock, redis: Redis) -> None:
        self._sessions, self._clock, self._redis = sessions, clock, redis

    def tick(self) -> int:
        """Deliver all that is due; how many. Raises RedisError when Redis is away: the rows stay due."""
        with self._sessions() as tx:
            rows = outbox.due(tx, self._clock.now())
        for row in rows:
            self._deliver(row, plan_for(row.topic))
        return len(rows)

    def _deliver(self, row: Outbox, plan: Plan) -> None:
        job_id = f"ob-{row.id}-{row.attempts}"
        try:
            Queue(plan.queue, connection=self._redis).enqueue_call(
                PERFORM,
                args=(row.id,),
                job_id=job_id,
                unique=True,
                timeout=plan.timeout,
                result_ttl=60,
                failure_ttl=3600,
                retry=Retry(max=plan.retries) if plan.retries else None,
            )
        except DuplicateJobError:
            log.debug("already queued: %s", job_id)
        with self._sessions.begin() as tx:
            outbox.lease(tx, row.id, row.attempts, self._clock.now() + timedelta(seconds=plan.lease))
