"""Which queue a topic waits in, and what may travel through Redis: an outbox row's number, and nothing that runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from redis import Redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

PERFORM = "workers.jobs.perform"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a topic's jobs run: at most `timeout` seconds; `lease` seconds after their worker died another goes on."""

    queue: str
    lease: float
    timeout: int


QUICK = Plan("handoff", lease=8.0, timeout=6)  # briefs and timers: our own database, and nobody else's answer
OUTSIDE = Plan("outside", lease=10.0, timeout=60)  # carrier and ledger, who may be slow
HEAVY = Plan("heavy", lease=30.0, timeout=600)  # sound

_OUTSIDE = ("handoff.act", "text.", "card.", "payment.settle", "ledger.", "recording.delete")


def plan_for(topic: str) -> Plan:
    if topic.startswith(_OUTSIDE):
        return OUTSIDE
    return HEAVY if topic.startswith("recording.") else QUICK


class NotOurs(RuntimeError):
    """A job that names another function than ours: somebody else writes to our Redis."""


class RowJob(Job):
    """A job that can do one thing, whatever stands in Redis under its name."""

    @property
    def func(self) -> Callable[..., Any]:
        if self.func_name != PERFORM:
            raise NotOurs(f"a job named the function {self.func_name!r}; only {PERFORM} is run")
        from workers.jobs import perform

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
