"""How many there ever were of each kind, without counting all of them each time."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ivr.clock import Clock

SETTLED = timedelta(days=1)  # after which what is over keeps its kind: late answers have come or never will
SKEW = timedelta(days=1)  # by more no other process's clock is ahead

Kinds = Counter[Any]


@dataclass(frozen=True, slots=True)
class _Settled:
    """The rows that began before `until`, by kind; None: nothing was counted yet."""

    until: datetime | None
    kinds: Kinds


class Tally:
    """Those rows of a table that `counted` is true of, by `kind`. `began` never changes; few rows are open.

    Whatever began more than a day ago, and before the oldest open row, is counted once. Any thread may count.
    """

    def __init__(
        self,
        clock: Clock,
        kind: InstrumentedAttribute[Any],
        began: InstrumentedAttribute[datetime],
        is_open: ColumnElement[bool],
        counted: ColumnElement[bool],
    ) -> None:
        self._clock, self._kind, self._began, self._is_open, self._counted = clock, kind, began, is_open, counted
        self._settled = _Settled(None, Counter())

    def count(self, tx: Session) -> Kinds:
        now, settled = self._clock.now(), self._settled
        oldest = tx.scalar(select(func.min(self._began)).where(self._is_open))
        until = min(now - SETTLED, oldest or now)
        if settled.until is None or settled.until < until:
            settled = _Settled(until, settled.kinds + self._between(tx, settled.until, until))
            self._settled = settled
        return settled.kinds + self._between(tx, settled.until, now + SKEW)

    def _between(self, tx: Session, since: datetime | None, until: datetime) -> Kinds:
        wanted = select(self._kind, func.count()).where(self._counted, self._began < until).group_by(self._kind)
        if since is not None:
            wanted = wanted.where(self._began >= since)
        return Counter(dict(tx.execute(wanted).tuples().all()))
