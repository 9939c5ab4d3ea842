"""Redis with its queues, away or wiped by seed, as relay and workers use it."""

from redis import RedisError

from bench.simulation.faults import Faults
from bench.simulation.virtual_time import VirtualFuture, VirtualTime
from ivr.store.topics import Plan
from workers.queues import Queues


class PlayedQueues(Queues):
    """Jobs are the numbers of outbox rows."""

    def __init__(self, time: VirtualTime, faults: Faults) -> None:
        self._time, self._faults = time, faults
        self._jobs: dict[str, list[tuple[int, str]]] = {}
        self._idle: list[VirtualFuture[None]] = []
        self.away = False

    def put(self, row_id: int, job_id: str, plan: Plan) -> None:
        self._reach()
        waiting = self._jobs.setdefault(plan.queue, [])
        if any(job_id == there for _, there in waiting):
            return
        if not self._faults.strikes("job lost"):
            waiting.extend([(row_id, job_id)] * (1 + self._faults.strikes("job twice")))
        self._wake()

    def waits(self, job_id: str, plan: Plan) -> bool:
        self._reach()
        return any(job_id == there for _, there in self._jobs.get(plan.queue, ()))

    def take(self, queue: str) -> int:
        """The next row of `queue`; waits for one."""
        while self.away or not self._jobs.get(queue):
            coming: VirtualFuture[None] = VirtualFuture(self._time)
            self._idle.append(coming)
            coming.result()
        return self._jobs[queue].pop(0)[0]

    def wipe(self) -> None:
        self._jobs.clear()

    def back(self) -> None:
        """Redis is there again."""
        self.away = False
        self._wake()

    def _wake(self) -> None:
        for worker in self._idle:
            worker.give(None)
        self._idle.clear()

    def _reach(self) -> None:
        if self.away:
            raise RedisError("Redis is away")
