"""The outbox relay: rows that are due become jobs, again and again until a job has marked them done."""

import logging
from datetime import timedelta

from redis import Redis
from rq.exceptions import DuplicateJobError

from ivr.clock import Clock
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import Outbox
from ivr.store.topics import Plan, about
from workers.queues import PERFORM, make_queue, waits

log = logging.getLogger(__name__)


class Relay:
    """Carries rows from the database to the queues. Any number may run."""

    def __init__(self, sessions: Sessions, clock: Clock, redis: Redis) -> None:
        self._sessions, self._clock, self._redis = sessions, clock, redis

    def tick(self) -> int:
        """Deliver all that is due; how many. Raises RedisError when Redis is away: the rows stay due."""
        with self._sessions() as tx:
            rows = outbox.due(tx, self._clock.now())
        for row in rows:
            self._deliver(row, about(row.topic).plan)
        return len(rows)

    def _deliver(self, row: Outbox, plan: Plan) -> None:
        until = self._clock.now() + timedelta(seconds=plan.lease)
        if row.attempts and waits(plan.queue, _job_id(row.id, row.attempts - 1), self._redis):
            with self._sessions.begin() as tx:
                outbox.wait_on(tx, row.id, row.attempts, until)
            return
        job_id = _job_id(row.id, row.attempts)
        try:
            make_queue(plan.queue, self._redis).enqueue_call(
                PERFORM,
                args=(row.id,),
                job_id=job_id,
                unique=True,
                timeout=plan.timeout,
                result_ttl=60,
                failure_ttl=3600,
            )
        except DuplicateJobError:
            log.debug("already queued: %s", job_id)
        with self._sessions.begin() as tx:
            outbox.lease(tx, row.id, row.attempts, until)


def _job_id(row_id: int, attempts: int) -> str:
    return f"ob-{row_id}-{attempts}"
