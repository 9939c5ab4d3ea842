"""A real worker in processes of its own, and callers who ask for people."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from ivr.dialogue.actions import HandOff
from ivr.handoff.request import request_handoff
from ivr.store.models import Call, Handoff
from tests.harness.eventually import eventually
from tests.harness.worker_context import FACTORY
from workers.context import WorkerContext

ROOT = Path(__file__).parents[2]


@contextmanager
def worker(factory: str = FACTORY) -> Iterator[subprocess.Popen[bytes]]:
    """A whole worker in a process group of its own."""
    process = subprocess.Popen([sys.executable, "-m", "workers", factory], cwd=ROOT, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


until = partial(eventually, seconds=250)  # a worker starts, on a busy machine too


def ask_for_people(context: WorkerContext, count: int, first: int = 0) -> None:
    now = context.clock.now()
    with context.sessions.begin() as tx:
        for number in range(first, first + count):
            call = Call(sid=f"CA{number:032x}", caller="+15550001111", called="+1666", started_at=now)
            tx.add(call)
            tx.flush()
            request_handoff(tx, call, HandOff("asked", "person", "Asks for a person."), now, 600)


def briefed(context: WorkerContext) -> int:
    with context.sessions() as tx:
        return tx.scalar(select(func.count()).select_from(Handoff).where(Handoff.state != "requested")) or 0
