"""A row in one worker's hands: nobody else does it meanwhile, and soon after that worker has died somebody does."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from ivr.clock import Clock
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import Outbox
from ivr.store.topics import about

log = logging.getLogger(__name__)


@contextmanager
def held(sessions: Sessions, clock: Clock, row_id: int) -> Iterator[Outbox | None]:
    """The row while we do it; None when it is done, given up, or in another's hands."""
    with sessions.begin() as tx:
        waiting = outbox.open_row(tx, row_id)
        lease = about(waiting.topic).plan.lease if waiting else 0.0
        now = clock.now()
        row = outbox.take(tx, row_id, now, now + timedelta(seconds=lease)) if waiting else None
    if row is None:
        yield None
        return
    over = threading.Event()
    keeper = threading.Thread(target=_keep, args=(sessions, clock, row_id, lease, over), daemon=True, name="lease")
    keeper.start()
    try:
        yield row
    finally:
        over.set()


def _keep(sessions: Sessions, clock: Clock, row_id: int, lease: float, over: threading.Event) -> None:
    """Renew the lease of work that takes longer than it."""
    while not over.wait(lease / 3):
        try:
            with sessions.begin() as tx:
                outbox.keep_hold(tx, row_id, clock.now() + timedelta(seconds=lease))
        except SQLAlchemyError:
            log.warning("the lease of job %s could not be renewed", row_id)
