"""What hand-offs promise: the brief, their timers, requests to the carrier, call-backs, the account's holder."""

from ivr.store.topics import (
    ACCOUNT_HOLDER,
    CALLBACK_TRY,
    HANDOFF_ACT,
    HANDOFF_DEADLINE,
    HANDOFF_EXPIRE,
    HANDOFF_REQUESTED,
    WRAP_UP_OVER,
)
from workers.context import WorkerContext
from workers.jobs.registry import Job, does


@does(HANDOFF_REQUESTED)
def write_brief(context: WorkerContext, job: Job) -> None:
    context.handoffs.write_brief(job.payload["handoff"], within=job.done)


@does(HANDOFF_EXPIRE)
def expire(context: WorkerContext, job: Job) -> None:
    context.handoffs.expire(job.payload["handoff"], job.payload["k"], job.payload["what"], within=job.done)


@does(HANDOFF_DEADLINE)
def reach_deadline(context: WorkerContext, job: Job) -> None:
    last, since = job.payload.get("last", False), job.payload.get("since")
    context.handoffs.deadline(job.payload["handoff"], within=job.done, last=last, since=since)


@does(WRAP_UP_OVER)
def end_wrap_up(context: WorkerContext, job: Job) -> None:
    context.handoffs.wrap_up_over(job.payload["agent"], within=job.done)


@does(CALLBACK_TRY)
def try_callback(context: WorkerContext, job: Job) -> None:
    context.handoffs.call_back(job.payload["callback"], job.payload["number"], within=job.done)


@does(HANDOFF_ACT)
def ask_carrier(context: WorkerContext, job: Job) -> None:
    """The service marks the row as done itself, with what came of the request."""
    context.handoffs.carry_out(job.row)


@does(ACCOUNT_HOLDER)
def learn_holder(context: WorkerContext, job: Job) -> None:
    context.handoffs.account_holders.learn(job.payload["call"], within=job.done)
