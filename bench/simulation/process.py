"""A process of the line in a simulated world: its threads, its pools, its way to the database, and its death."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from random import Random
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bench.simulation.faults import Faults
from bench.simulation.history import History
from bench.simulation.virtual_time import Thread, VirtualFuture, VirtualTime, current_thread
from ivr.store.audit import chain_audit
from ivr.store.engine import Sessions

T = TypeVar("T")
HASTE = 0.004  # seconds between two commits of a thread, in the mean: others come in between


class KilledError(BaseException):
    """The process is gone: nothing of it runs on."""


class Process:
    """`point` stands wherever the line touches what outlives it; there the process may die, or let others go first.

    Whoever a thread serves that has just met a fault is spared another: a line whose every try fails can keep no
    promise."""

    def __init__(self, name: str, time: VirtualTime, faults: Faults, history: History, dice: Random) -> None:
        self.name, self.time, self.faults, self.history, self.dice = name, time, faults, history, dice
        self.alive = True
        self.may_die: Callable[[], bool] = lambda: True
        self.on_death: list[Callable[[], object]] = []
        self._threads: dict[Thread[Any], None] = {}
        self._spared: set[Thread[Any]] = set()

    def start(self, work: Callable[[], T], delay: float = 0.0, spare: bool = False) -> "VirtualFuture[T]":
        """A thread of this process; with the process its outcome fails."""
        if not self.alive:
            nobody: VirtualFuture[T] = VirtualFuture(self.time)
            nobody.fail(KilledError())
            return nobody
        thread = self.time.start(work, delay)
        self._threads[thread] = None
        if spare:
            self._spared.add(thread)
        thread.done = lambda: self._over(thread)
        return thread.outcome

    def point(self) -> None:
        """Between two commits or effects."""
        if not self.alive:
            raise KilledError
        thread = current_thread()
        if thread is None:
            return
        self.time.rest(self.dice.expovariate(1 / HASTE))
        if not self.sparing and self.faults.strikes("process killed") and self.may_die():
            self.kill()
            raise KilledError

    @property
    def sparing(self) -> bool:
        """Whether one of its threads must get through."""
        return bool(self._spared)

    def kill(self) -> None:
        """kill -9: what was not committed never was."""
        self.history.note(0, f"{self.name} is killed")
        self.alive = False
        for thread in list(self._threads):
            if thread is not current_thread():
                thread.throw(KilledError())
            thread.outcome.fail(KilledError())
        self._threads.clear()
        for tell in self.on_death:
            tell()

    def _over(self, thread: Thread[Any]) -> None:
        self._threads.pop(thread, None)
        self._spared.discard(thread)


class Pool(Executor):
    """A pool of threads that is never full."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> "Future[Any]":
        return self._process.start(partial(copy_context().run, work, *arguments, **named))


class FaultySessions(Sessions):
    """The database as one process reaches it."""

    def __init__(self, engine: Engine, process: Process) -> None:
        super().__init__(engine)
        chain_audit(self)
        self._process = process

    def __call__(self, **local: Any) -> Session:
        if "bind" not in local:  # a reader
            self._process.point()
            self._may_refuse()
        return super().__call__(**local)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        self._process.point()
        self._may_refuse()
        with super().begin() as tx:
            yield tx
        self._process.point()
        if not self._process.sparing and self._process.faults.strikes("database silent, committed"):
            raise _error("the connection was lost after COMMIT")

    def _may_refuse(self) -> None:
        if not self._process.sparing and self._process.faults.strikes("database refuses"):
            raise _error("the connection was refused")


def _error(words: str) -> OperationalError:
    return OperationalError("", {}, Exception(words))
