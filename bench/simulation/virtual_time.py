"""Time that jumps to whatever happens next, and threads that take turns on it: nothing here waits or races for real.

A thread of this world is a greenlet: it runs until it waits for a moment, a result or somebody's patience, and the next
one to run is whoever's moment comes first. Coroutines run on the same loop, so that both kinds meet.
"""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from greenlet import getcurrent, greenlet

T = TypeVar("T")


class VirtualTime(asyncio.SelectorEventLoop):
    """An event loop that never waits: its clock, in seconds from 0, jumps to the next timer."""

    def __init__(self) -> None:
        super().__init__(_Hasty(self))
        self.now = 0.0
        self.main = getcurrent()

    def time(self) -> float:
        return self.now

    def start(self, work: Callable[[], T], delay: float = 0.0) -> "Thread[T]":
        """A thread that begins with `work` after `delay` seconds."""
        thread = Thread(self, work)
        self.call_later(delay, thread.switch)
        return thread

    def rest(self, seconds: float) -> None:
        """The present thread waits."""
        self.wait(seconds, None)

    def wait(self, seconds: float | None, future: "Future[Any] | None") -> None:
        """The present thread waits for so long at most, until `future` is done, or until something is thrown at it."""
        me, woken = getcurrent(), False
        assert me is not self.main, "only a thread may wait"

        def wake(*_: object) -> None:
            nonlocal woken
            if not woken:
                woken = True
                me.switch()

        timer = None if seconds is None else self.call_later(seconds, wake)
        if future is not None:
            future.add_done_callback(lambda _: self.call_soon(wake))
        try:
            self.main.switch()
        finally:
            woken = True
            if timer is not None:
                timer.cancel()


class _Hasty(selectors.DefaultSelector):
    def __init__(self, loop: VirtualTime) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("nothing will ever happen in this world any more")
        self._loop.now += max(timeout, 0.0)
        return super().select(0)


class VirtualFuture(Future[T]):
    """A result to come; whoever asks for it waits on virtual time."""

    def __init__(self, time: VirtualTime) -> None:
        super().__init__()
        self._time = time

    def result(self, timeout: float | None = None) -> T:
        if not self.done():
            self._time.wait(timeout, self)
        return super().result(0)

    def give(self, value: T) -> None:
        """The result, unless there is one already."""
        if not self.done():
            self.set_result(value)

    def fail(self, error: BaseException) -> None:
        if not self.done():
            self.set_exception(error)


class Thread(Generic[T]):
    """What runs until it waits. `outcome` is what its work returns or raises."""

    def __init__(self, time: VirtualTime, work: Callable[[], T]) -> None:
        self._time, self._work = time, work
        self.outcome: VirtualFuture[T] = VirtualFuture(time)
        self.done: Callable[[], object] = lambda: None
        self._greenlet = greenlet(self._run, parent=time.main)
        threads[self._greenlet] = self

    def switch(self) -> None:
        if not self._greenlet.dead and not self.outcome.done():
            self._greenlet.switch()

    def throw(self, error: BaseException) -> None:
        """End what the thread waits for by `error`; one that has not begun never does."""
        if not self._greenlet:
            self.outcome.fail(error)
            threads.pop(self._greenlet, None)
        self._time.call_soon(self._throw, error)

    def _throw(self, error: BaseException) -> None:
        if self._greenlet:
            self._greenlet.throw(error)

    def _run(self) -> None:
        try:
            self.outcome.give(self._work())
        except BaseException as error:
            self.outcome.fail(error)
        finally:
            threads.pop(self._greenlet, None)
            self.done()


threads: dict[greenlet, Thread[Any]] = {}


def current_thread() -> Thread[Any] | None:
    """Whose turn it is; None outside of any thread."""
    return threads.get(getcurrent())
