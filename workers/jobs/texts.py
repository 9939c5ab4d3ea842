"""Texts about the account, to the number on file."""

import logging
from datetime import timedelta

from ivr.carrier.port import CarrierError
from ivr.dialling import dials
from ivr.dialling.phone_numbers import mobile
from ivr.store import outbox
from ivr.store.idempotency import first_time
from ivr.store.models import Call
from ivr.store.topics import TEXT_SEND
from workers.context import WorkerContext
from workers.jobs.registry import Job, does

log = logging.getLogger(__name__)
RESEND = timedelta(seconds=10)


@does(TEXT_SEND)
def send_text(context: WorkerContext, job: Job) -> None:
    """At most once: what may have been sent is not sent again, what was refused for now is."""
    sid, body = job.payload["call"], job.payload["body"]
    now, number = context.clock.now(), _number_on_file(context, sid)
    with context.sessions.begin() as tx:
        job.done(tx)
        if not first_time(tx, f"{TEXT_SEND}:{job.row}", now) or number is None:
            return
        asks = dials.caller(tx.get_one(Call, sid).caller)
        try:
            dial = context.dials.permit(tx, number, "receipt", asks, sid, now).id
        except dials.DialRefusedError as refused:
            log.warning("a text was not sent: %s", refused)
            return
    try:
        context.carrier.send_text(number, body, dial)
    except CarrierError as error:
        log.warning("a text was not sent: %s", error)
        if error.again:
            with context.sessions.begin() as tx:
                outbox.put(tx, TEXT_SEND, job.payload, now + RESEND)


def _number_on_file(context: WorkerContext, sid: str) -> str | None:
    """Where a text about the account goes; the number that called may be anybody's. Raises LedgerError."""
    with context.sessions() as tx:
        call = tx.get_one(Call, sid)
    if call.account_id is None or context.ledger is None:
        return mobile(call.caller)
    return context.ledger.mobile(call.account_id)
