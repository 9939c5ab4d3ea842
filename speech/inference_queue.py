"""One queue for all that wants to be transcribed: by deadline, so that callers come first and nobody starves."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Priority(IntEnum):
    """Whose sound it is: a finished turn, a turn that may go on, an agent's call, a file."""

    TURN = 0
    EARLY = 1
    MONITOR = 2
    FILE = 3


# How long each may wait before it is as pressing as a caller's finished turn that comes now, in seconds.
SLACK = {Priority.TURN: 0.0, Priority.EARLY: 0.3, Priority.MONITOR: 2.0, Priority.FILE: 20.0}


class Hearing(Future[Result]):
    """A job's result. One that is under way learns by `unwanted` that it was cancelled, and may give up."""

    unwanted = False

    def cancel(self) -> bool:
        self.unwanted = True
        return super().cancel()


Job = Callable[[Hearing[Result]], Result]


class InferenceQueue(Generic[Result]):
    """`threads` threads that take the most pressing job. A job whose future was cancelled is never begun."""

    def __init__(self, threads: int, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._jobs: list[tuple[float, int, Job[Result], Hearing[Result]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        self._idle = 0
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{index}", daemon=True) for index in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job[Result], priority: Priority) -> Future[Result]:
        """`job` is given its own future, which tells whether anybody waits for it still."""
        future: Hearing[Result] = Hearing()
        with self._changed:
            if self._closed:
                raise RuntimeError("the recogniser is closed")
            heapq.heappush(self._jobs, (self._clock() + SLACK[priority], next(self._order), job, future))
            self._changed.notify()
        return future

    @property
    def waiting(self) -> int:
        """Jobs not begun and not cancelled."""
        with self._changed:
            return sum(not future.cancelled() for *_, future in self._jobs)

    @property
    def free(self) -> bool:
        """Whether a job that came now would be begun at once."""
        with self._changed:
            return self._idle > len(self._jobs)

    def close(self) -> None:
        """Cancel what waits and end the threads after what they are doing."""
        with self._changed:
            self._closed = True
            for *_, future in self._jobs:
                future.cancel()
            self._jobs.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            job, future = taken
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(job(future))
            except BaseException as error:  # whoever waits for the future gets it
                future.set_exception(error)

    def _take(self) -> tuple[Job[Result], Hearing[Result]] | None:
        with self._changed:
            self._idle += 1
            while not self._jobs and not self._closed:
                self._changed.wait()
            self._idle -= 1
            return None if not self._jobs else heapq.heappop(self._jobs)[2:]
