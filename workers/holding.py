"""A row in one worker's hands: nobody else does it meanwhile, and soon after that worker has died somebody does."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from ivr.clock import Clock
from ivr.logs import while_about
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import Outbox
from ivr.store.promised_to import call_of
from ivr.store.topics import about

log = logging.getLogger(__name__)


Renew = Callable[[], None]
Renewing = Callable[[Renew, float], AbstractContextManager[None]]


@contextmanager
def by_a_thread(renew: Renew, every: float) -> Iterator[None]:
    """`renew` is called every so many seconds, by a thread of its own, for as long as the work takes."""
    over = threading.Event()

    def keep() -> None:
        while not over.wait(every):
            renew()

    threading.Thread(target=keep, daemon=True, name="lease").start()
    try:
        yield
    finally:
        over.set()


@contextmanager
def held(sessions: Sessions, clock: Clock, row_id: int, renewing: Renewing = by_a_thread) -> Iterator[Outbox | None]:
    """The row while we do it; None when it is done, given up, or in another's hands."""
    with sessions.begin() as tx:
        waiting = outbox.open_row(tx, row_id)
        lease = about(waiting.topic).plan.lease if waiting else 0.0
        now = clock.now()
        row = outbox.take(tx, row_id, now, now + timedelta(seconds=lease)) if waiting else None
        sid = call_of(tx, row) if row else None
    if row is None:
        yield None
        return

    def renew() -> None:
        try:
            with sessions.begin() as tx:
                outbox.keep_hold(tx, row_id, clock.now() + timedelta(seconds=lease))
        except SQLAlchemyError:
            log.warning("the lease of job %s could not be renewed", row_id)

    with renewing(renew, lease / 3), while_about(sid):
        yield row
