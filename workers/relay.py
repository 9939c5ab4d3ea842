"""The outbox relay: rows that are due become jobs, again and again until a job has marked them done."""

from datetime import timedelta

from ivr.clock import Clock
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import Outbox
from ivr.store.topics import Plan, about
from workers.queues import Queues


class Relay:
    """Carries rows from the database to the queues. Any number may run."""

    def __init__(self, sessions: Sessions, clock: Clock, queues: Queues) -> None:
        self._sessions, self._clock, self._queues = sessions, clock, queues

    def tick(self) -> int:
        """Deliver all that is due; how many. Raises RedisError when Redis is away: the rows stay due."""
        with self._sessions() as tx:
            rows = outbox.due(tx, self._clock.now())
        for row in rows:
            self._deliver(row, about(row.topic).plan)
        return len(rows)

    def _deliver(self, row: Outbox, plan: Plan) -> None:
        until = self._clock.now() + timedelta(seconds=plan.lease)
        if row.attempts and self._queues.waits(_job_id(row.id, row.attempts - 1), plan):
            with self._sessions.begin() as tx:
                outbox.wait_on(tx, row.id, row.attempts, until)
            return
        self._queues.put(row.id, _job_id(row.id, row.attempts), plan)
        with self._sessions.begin() as tx:
            outbox.lease(tx, row.id, row.attempts, until)


def _job_id(row_id: int, attempts: int) -> str:
    return f"ob-{row_id}-{attempts}"
