"""The jobs of the outbox: for each kind of promised work, the function that does it.

A new background job is a line in `ivr.store.topics` and a function here, marked with `@does(TOPIC)`.
"""

import logging

from ivr import traces
from ivr.store import outbox
from workers.context import WorkerContext, provider
from workers.holding import Renewing, by_a_thread, held
from workers.jobs import facts, handoffs, payments, recording_keys, recordings, redaction, scorecards, texts
from workers.jobs.registry import JOBS, Job

__all__ = [
    "JOBS",
    "Job",
    "do_promised",
    "facts",
    "handoffs",
    "payments",
    "perform",
    "recording_keys",
    "recordings",
    "redaction",
    "scorecards",
    "texts",
]

log = logging.getLogger(__name__)


def perform(row_id: int) -> None:
    """The job of row `row_id`, with this process's services: it is all that a queue may name."""
    do_promised(provider.get(), row_id)


def do_promised(context: WorkerContext, row_id: int, renewing: Renewing = by_a_thread) -> None:
    """Do what an outbox row promises, unless it is done. A failure is noted and tried again later, or given up."""
    with held(context.sessions, context.clock, row_id, renewing) as row:
        if row is None:
            return
        try:
            job = Job(row.id, row.payload, lambda tx: outbox.done(tx, row_id, context.clock.now()))
            with traces.span("job", topic=row.topic, tries=row.tries, outbox=row.id):
                JOBS[row.topic](context, job)
        except Exception as error:
            log.exception("job failed", extra={"topic": row.topic, "outbox": row.id})
            with context.sessions.begin() as tx:
                wait = outbox.pause(row.topic, row.tries)
                outbox.failed(tx, row.id, f"{type(error).__name__}: {error}", context.clock.now(), wait)
