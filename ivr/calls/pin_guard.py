"""Guesses at PINs: counted by account, by caller and for the whole line, in front of whichever ledger checks them.

A caller who was wrong too often is held off from that account while its owner, calling from elsewhere, is not. Every
lock fades by itself, and an agent may lift it. An account that does not exist is counted as one that does.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from ivr.clock import Clock
from ivr.dialling.phone_numbers import source
from ivr.dialogue.events import PinChecked
from ivr.ledger.port import Ledger, LedgerError
from ivr.store.engine import Sessions
from ivr.store.models import Call, PinAttempt

log = logging.getLogger(__name__)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PinLimits:
    """Wrong PINs: of one caller for one account, of one caller, of all who hide their number, for one account (each
    within a day), and on the whole line within an hour."""

    per_pair: int = 3
    per_caller: int = 6
    hidden: int = 30
    per_account: int = 10
    per_hour: int = 100


class PinGuard:
    """Blocking. Counts before it checks, so that guesses at the same time count as well."""

    def __init__(self, sessions: Sessions, clock: Clock, ledger: Ledger, limits: PinLimits = PinLimits()) -> None:
        self._sessions, self._clock, self._ledger, self._limits = sessions, clock, ledger, limits

    def check(self, sid: str, account: str, pin: str) -> PinChecked:
        """Whether `pin` is right; `locked`, and not even looked at, beyond a limit. Raises LedgerError."""
        attempt, caller = self._count(sid, account)
        if self._over(account, caller, attempt):
            self._forget(PinAttempt.id == attempt)  # else knocking on would keep the door shut for ever
            return PinChecked(ok=False, locked=True)
        try:
            checked = self._ledger.check_pin(account, pin)
        except LedgerError:
            self._forget(PinAttempt.id == attempt)
            raise
        if checked.ok:
            # slips of this call are forgiven; what was tried in others, with this number or another, is not
            self._forget((PinAttempt.account == account[:80]) & (PinAttempt.call_sid == sid))
        return checked

    def locked(self, account: str, caller: str) -> bool:
        """Whether `caller`, a number as the carrier gives it, is held off from `account` now."""
        return self._over(account, source(caller), None)

    def lift(self, account: str) -> None:
        """Forget all wrong PINs for `account` and unlock it in the ledger. Raises LedgerError where that cannot be."""
        self._forget(PinAttempt.account == account[:80])
        self._ledger.unlock(account)

    def _count(self, sid: str, account: str) -> tuple[int, str]:
        now = self._clock.now()
        with self._sessions.begin() as tx:
            call = tx.get(Call, sid)
            who = source(call.caller if call else "")[:80]
            attempt = PinAttempt(at=now, account=account[:80], source=who, call_sid=sid)
            tx.add(attempt)
            tx.execute(delete(PinAttempt).where(PinAttempt.at < now - DAY))
            tx.flush()
            return attempt.id, attempt.source

    def _over(self, account: str, caller: str, mine: int | None) -> bool:
        """Whether a limit is reached by attempts other than `mine`. They are committed: none is missed."""
        now, limits = self._clock.now(), self._limits
        hidden = caller == "withheld"
        with self._sessions() as tx:
            of_account, of_caller = PinAttempt.account == account[:80], PinAttempt.source == caller
            if _wrong(tx, now - DAY, mine, of_account) >= limits.per_account:
                return True
            if not hidden and _wrong(tx, now - DAY, mine, of_account, of_caller) >= limits.per_pair:
                return True
            if _wrong(tx, now - DAY, mine, of_caller) >= (limits.hidden if hidden else limits.per_caller):
                return True
            if _wrong(tx, now - HOUR, mine) < limits.per_hour:
                return False
        log.error("PINs are guessed at on the whole line: until it ends, callers without one are led to a person")
        return True

    def _forget(self, which: ColumnElement[bool]) -> None:
        with self._sessions.begin() as tx:
            tx.execute(delete(PinAttempt).where(which))


def _wrong(tx: Session, since: datetime, mine: int | None, *also: ColumnElement[bool]) -> int:
    others = [] if mine is None else [PinAttempt.id != mine]
    return tx.scalar(select(func.count(PinAttempt.id)).where(PinAttempt.at > since, *others, *also)) or 0
