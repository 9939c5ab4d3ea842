"""Threads that are none: work is done at once."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any


class FakeExecutor(Executor):
    """Does the work at once: the chance that is tested is the test's own."""

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*arguments, **named))
        except BaseException as error:
            done.set_exception(error)
        return done
