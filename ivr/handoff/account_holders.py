"""Who the caller's account belongs to: the ledger is asked within a budget, and a late answer is filled in."""

import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as TooLate
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.clock import Clock
from ivr.handoff.brief import caller_of
from ivr.ledger.port import Holder, LedgerError
from ivr.live_updates import LiveUpdates
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import Call, Handoff
from ivr.store.topics import ACCOUNT_HOLDER

log = logging.getLogger(__name__)
BUDGET = 0.5  # seconds that a brief waits for the ledger
SLOW = timedelta(seconds=15)  # after a ledger that took longer, no brief waits for it


class HolderSource(Protocol):
    """The ledger, as far as a brief needs it."""

    def holder(self, account: str) -> Holder | None:
        """Raises LedgerError."""
        ...


def holder_of(call: Call) -> Holder | None:
    """What is known by now of the account that the call is about."""
    kept = call.holder or {}
    if call.account_id is None or kept.get("account") != call.account_id:
        return None
    return Holder(kept["holder"], kept["number"], kept["phone"])


class AccountHolders:
    """Without a `pool` the ledger is our own database, and asked at once."""

    def __init__(
        self, sessions: Sessions, clock: Clock, ledger: HolderSource, live: LiveUpdates, pool: Executor | None = None
    ) -> None:
        self._sessions, self._clock, self._ledger, self._live, self._pool = sessions, clock, ledger, live, pool
        self._slow_until: datetime | None = None

    def look_up(self, handoff_id: int) -> None:
        """Learn whose account it is, if that does not take long; else a job does."""
        with self._sessions() as tx:
            call = tx.get_one(Handoff, handoff_id).call
        if call.account_id is None or holder_of(call) is not None:
            return
        if not self._in_time(call.sid):
            with self._sessions.begin() as tx:
                outbox.put(tx, ACCOUNT_HOLDER, {"call": call.sid}, self._clock.now())

    def learn(self, sid: str, within: Callable[[Session], None] = lambda _tx: None) -> None:
        """Ask, and keep the answer where agents read it. Raises LedgerError."""
        with self._sessions() as tx:
            account = tx.get_one(Call, sid).account_id
        found = self._ledger.holder(account) if account else None
        with self._sessions.begin() as tx:
            within(tx)
            call = tx.get_one(Call, sid, with_for_update=True)  # news of its payments is written to the same briefs
            if found is None or call.account_id != account:
                return
            call.holder = {"account": account, **asdict(found)}
            for row in tx.scalars(select(Handoff).where(Handoff.call_sid == sid)):
                if row.brief is not None:
                    row.brief = {**row.brief, "caller": {**row.brief["caller"], **caller_of(call, found)}}
        self._live.publish(f"call:{sid}", "handoff", sid)
        self._live.publish("desk", "handoff", sid)

    def _in_time(self, sid: str) -> bool:
        if self._slow_until is not None and self._clock.now() < self._slow_until:
            return False
        try:
            if self._pool is None:
                self.learn(sid)
                return True
            asked: Future[None] = self._pool.submit(self.learn, sid)
            asked.result(BUDGET)
        except TooLate:
            self._slow_until = self._clock.now() + SLOW
            return False
        except LedgerError as error:
            log.warning("a brief is written without the account's holder: %s", error)
            self._slow_until = self._clock.now() + SLOW
            return False
        return True
