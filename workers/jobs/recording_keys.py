"""Recordings under another key: encrypted anew piece by piece, and the former key forgotten when nothing needs it."""

import logging
from datetime import timedelta

from sqlalchemy.orm import Session

from ivr.recordings.keys import KeyMadeElsewhereError
from ivr.recordings.rotation import drop_unused, key_uses, seal_all_anew
from ivr.store import outbox
from ivr.store.topics import RECORDING_KEYS
from workers.context import WorkerContext
from workers.jobs.registry import Job, does

log = logging.getLogger(__name__)
BUDGET = 120.0  # seconds of one job; after them the rest waits behind others
UNUSED_FOR = timedelta(hours=1)  # longer than any job that may still be writing with the former key


@does(RECORDING_KEYS)
def change_keys(context: WorkerContext, job: Job) -> None:
    """`drop` in the payload: ids of keys that were former ones, and needed by nothing, an hour ago."""
    done = seal_all_anew(context.sessions, context.recordings, BUDGET)
    if not done.finished:
        with context.sessions.begin() as tx:
            outbox.go_on(tx, job.row, context.clock.now())
        return
    if done.unreadable:
        log.warning("recordings keep their former key", extra={"count": len(done.unreadable)})
    with context.sessions.begin() as tx:
        try:
            drop_unused(tx, context.recordings.keys, job.payload.get("drop", []))
        except KeyMadeElsewhereError as error:
            log.info("a former key is not needed any more: %s", error)
        else:
            _drop_later(context, tx)
        job.done(tx)


def _drop_later(context: WorkerContext, tx: Session) -> None:
    uses = key_uses(tx, context.recordings.keys)
    unused = [use.id for use in uses if use.here and not use.current and not use.recordings]
    if unused:
        outbox.put(tx, RECORDING_KEYS, {"drop": unused}, context.clock.now() + UNUSED_FOR)
