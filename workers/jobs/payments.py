"""Payments after the conversation: card payments booked, lost answers asked for, scheduled ones executed."""

from datetime import date

from ivr.dialogue.events import Failed
from ivr.ledger import scheduled
from ivr.ledger.port import LedgerError
from ivr.payments import orders
from ivr.store.topics import CARD_BOOK, CARD_OVER, PAYMENT_DUE, PAYMENT_SETTLE
from workers.context import WorkerContext
from workers.jobs.registry import Job, does


@does(CARD_BOOK)
def book_card(context: WorkerContext, job: Job) -> None:
    if context.ledger is None:
        raise LedgerError("this worker has no ledger to book card payments in")
    paid, on = job.payload, date.fromisoformat(job.payload["on"])
    context.ledger.book_card(paid["key"], paid["account"], paid["amount"], paid["confirmation"], on)
    with context.sessions.begin() as tx:
        job.done(tx)


@does(CARD_OVER)
def end_card_entry(context: WorkerContext, job: Job) -> None:
    if context.agent_cards is None:
        raise LedgerError("this worker takes no part in agents' card payments")
    context.agent_cards.over(job.payload["payment"], within=job.done)


@does(PAYMENT_SETTLE)
def settle_payment(context: WorkerContext, job: Job) -> None:
    """Ask the ledger again, under the same key, what became of a payment whose answer was lost."""
    if context.ledger is None or context.dialogue is None:
        raise LedgerError("this worker has no ledger to ask about payments")
    with context.sessions.begin() as tx:
        order = orders.to_ask(tx, job.payload["key"], context.clock.now())
        if order is None:
            job.done(tx)
            return
    try:
        answer = context.ledger.pay(order.key, order.account, order.amount, order.source, order.on)
    except LedgerError:
        context.dialogue.replied_late(order.call_sid, Failed())
        raise
    context.dialogue.replied_late(order.call_sid, answer, within=job.done)


@does(PAYMENT_DUE)
def execute_scheduled(context: WorkerContext, job: Job) -> None:
    with context.sessions.begin() as tx:
        job.done(tx)
        scheduled.execute(tx, job.payload["payment"], context.clock.now())
