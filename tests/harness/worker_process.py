"""A real worker in processes of its own, and callers who ask for people."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from ivr.dialogue.actions import HandOff
from ivr.handoff.request import request_handoff
from ivr.store.models import Call, Handoff
from tests.harness.worker_context import FACTORY
from workers.context import WorkerContext

ROOT = Path(__file__).parents[2]


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A whole worker in a process group of its own."""
    process = subprocess.Popen([sys.executable, "-m", "workers", FACTORY], cwd=ROOT, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def until(happened: Callable[[], object], seconds: float = 250) -> float:
    """Wait for it; the seconds it took."""
    begun = time.monotonic()
    while not happened():
        assert time.monotonic() - begun < seconds, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - begun


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
