"""The facts of a call, read anew from its rows whenever something about it has become known."""

from ivr.quality import facts_store
from ivr.store import outbox
from ivr.store.topics import CALL_FACTS, CALL_SCORE
from workers.context import WorkerContext
from workers.jobs.registry import Job, does


@does(CALL_FACTS)
def keep_facts(context: WorkerContext, job: Job) -> None:
    with context.sessions.begin() as tx:
        job.done(tx)
        if facts_store.keep(tx, job.payload["call"], context.prices):
            outbox.put(tx, CALL_SCORE, job.payload, context.clock.now())
