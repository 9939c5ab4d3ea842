"""The facts of a call, read anew from its rows whenever something about it has become known."""

from ivr.calls.masking import take_out_personal
from ivr.quality import facts_store
from ivr.store import outbox
from ivr.store.topics import CALL_FACTS, CALL_SCORE
from workers.context import WorkerContext
from workers.jobs.registry import Job, does


@does(CALL_FACTS)
def keep_facts(context: WorkerContext, job: Job) -> None:
    """What is personal is out of the call's lines before they are read: agents have seen them by now."""
    personal = context.personal_of(job.payload["call"])
    with context.sessions.begin() as tx:
        job.done(tx)
        if personal:
            take_out_personal(tx, job.payload["call"], personal)
        if facts_store.keep(tx, job.payload["call"], context.prices):
            outbox.put(tx, CALL_SCORE, job.payload, context.clock.now())
