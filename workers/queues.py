"""The queues in Redis, and what may travel through them: an outbox row's number, and nothing that runs."""

import logging
from collections.abc import Callable
from typing import Any

from redis import Redis
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from ivr.store.topics import Plan
from workers.jobs import perform

log = logging.getLogger(__name__)
PERFORM = "workers.jobs.perform"


class ForeignJobError(RuntimeError):
    """A job that names another function than ours: somebody else writes to our Redis."""


class RowJob(Job):
    """A job that can do one thing, whatever stands in Redis under its name."""

    @property
    def func(self) -> Callable[..., Any]:
        if self.func_name != PERFORM:
            raise ForeignJobError(f"a job named the function {self.func_name!r}; only {PERFORM} is run")
        return perform

    def restore(self, raw_data: Any) -> Any:
        callbacks = ("success_callback_name", "failure_callback_name", "stopped_callback_name", "webhooks")
        restored = super().restore({name: value for name, value in raw_data.items() if _text(name) not in callbacks})
        self._success_callback_name = self._failure_callback_name = self._stopped_callback_name = None
        self.webhooks = []
        return restored


def make_queue(name: str, redis: Redis) -> Queue:
    return Queue(name, connection=redis, job_class=RowJob, serializer=JSONSerializer)


class Queues:
    """The relay's way to the queues. Everything raises RedisError while Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def put(self, row_id: int, job_id: str, plan: Plan) -> None:
        """A job for the outbox row; one that is there already is left as it is."""
        try:
            make_queue(plan.queue, self._redis).enqueue_call(
                PERFORM,
                args=(row_id,),
                job_id=job_id,
                unique=True,
                timeout=plan.timeout,
                result_ttl=60,
                failure_ttl=3600,
            )
        except DuplicateJobError:
            log.debug("already queued: %s", job_id)

    def waits(self, job_id: str, plan: Plan) -> bool:
        """Whether the job is in its queue still. One that its worker took before it died is not, whatever it says."""
        return self._redis.lpos(make_queue(plan.queue, self._redis).key, job_id) is not None


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name
