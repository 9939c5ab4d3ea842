"""Which function does the work of which outbox topic: every job says so itself, by `@does(TOPIC)`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from workers.context import WorkerContext


@dataclass(frozen=True, slots=True)
class Job:
    """One outbox row to be done: its number, what was written in it, and how it is marked as done.

    `done` is called within the transaction that holds the job's effect, so that both are committed or neither is.
    """

    row: int
    payload: dict[str, Any]
    done: Callable[[Session], None]


Work = Callable[[WorkerContext, Job], None]
JOBS: dict[str, Work] = {}


def does(topic: str) -> Callable[[Work], Work]:
    """Registers the function for `topic`, one of `ivr.store.topics`."""

    def register(work: Work) -> Work:
        JOBS[topic] = work
        return work

    return register
