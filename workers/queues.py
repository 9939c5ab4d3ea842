"""The queues in Redis, and what may travel through them: an outbox row's number, and nothing that runs."""

from collections.abc import Callable
from typing import Any

from redis import Redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from workers.jobs import perform

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


def waits(name: str, job_id: str, redis: Redis) -> bool:
    """Whether this job is in its queue still. One that its worker took before it died is not, whatever it says."""
    return redis.lpos(make_queue(name, redis).key, job_id) is not None


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name
