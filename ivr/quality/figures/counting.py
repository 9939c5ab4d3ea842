"""Figures counted in `call_facts`: a grouped read of a period by day, intent and whether a person came."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from ivr.desk.bot_brake import gone_badly
from ivr.quality.figures.periods import Period, offsets
from ivr.quality.figures.tally import Tally
from ivr.quality.places import EPOCH, place_of
from ivr.quality.repeats import WITHIN
from ivr.store.models import CallAgent, CallFacts, CallFlag

T = TypeVar("T")
MICROSECOND: Final = timedelta(microseconds=1)
DAY: Final = timedelta(days=1) // MICROSECOND
BY_CELL: Final = text("1, 2, 3")  # the first three columns: day, intent, and whether a person came


@dataclass(frozen=True, slots=True)
class Cell:
    """Calls of a local day about one thing; `person`: an agent talked with the callers."""

    day: date
    intent: str | None
    person: bool
    tally: Tally


@dataclass(frozen=True, slots=True)
class Counted:
    """All that is counted of a period. `waits` are seconds until a person came, of the calls where one did; `reasons`
    of the hand-offs and `stars` of the ratings with how often each was."""

    cells: Sequence[Cell]
    waits: Sequence[float]
    reasons: dict[str, int]
    stars: dict[int, int]

    @property
    def tally(self) -> Tally:
        return Tally.total(cell.tally for cell in self.cells)


def count(tx: Session, period: Period, now: datetime, zone: ZoneInfo, service_seconds: float) -> Counted:
    """The calls that began in `period`, as is known of them at `now`; days begin at midnight in `zone`."""
    within = _within(CallFacts.place, period)
    person = CallFacts.agent_s > 0
    grouped: list[Any] = [_local_day(period, zone), CallFacts.intent, person]
    sums = _sums(place_of(now - WITHIN), service_seconds)
    rows = tx.execute(select(*grouped, *sums.values()).where(within).group_by(BY_CELL)).all()
    repeats = _repeats(tx, period, grouped)
    cells = []
    for day, intent, came, *values in rows:
        tally = Tally(**dict(zip(sums, values, strict=True)), repeats=repeats.get((day, intent, bool(came)), 0))
        cells.append(Cell((EPOCH + timedelta(days=day)).date(), intent, bool(came), tally))
    waits = tx.scalars(select(CallFacts.wait_s).where(within, person, CallFacts.wait_s.is_not(None))).all()
    return Counted(
        cells,
        [wait for wait in waits if wait is not None],
        _how_often(tx, CallFacts.handoff_reason, within),
        _how_often(tx, CallFacts.rating, within),
    )


def count_by_agent(tx: Session, period: Period, now: datetime, service_seconds: float) -> dict[int, Tally]:
    """By agent, the calls of `period` in which they talked; a call of two counts for both. Repeats are not counted."""
    sums = _sums(place_of(now - WITHIN), service_seconds)
    talked = select(CallAgent.agent_id, *sums.values()).join(CallFacts, CallFacts.call_sid == CallAgent.call_sid)
    rows = tx.execute(talked.where(_within(CallFacts.place, period)).group_by(CallAgent.agent_id))
    return {agent: Tally(**dict(zip(sums, values, strict=True))) for agent, *values in rows}


def _within(place: InstrumentedAttribute[int], period: Period) -> ColumnElement[bool]:
    return and_(place >= place_of(period.start), place < place_of(period.end))


def _repeats(tx: Session, period: Period, grouped: Sequence[Any]) -> dict[tuple[Any, ...], int]:
    """By cell, the calls whose caller had called about the same before."""
    day, intent, person = grouped
    flagged = select(day, intent, person, func.count()).join(CallFlag, CallFlag.call_sid == CallFacts.call_sid)
    again = flagged.where(CallFlag.flag == "repeat", _within(CallFlag.place, period)).group_by(BY_CELL)
    return {(row[0], row[1], bool(row[2])): row[3] for row in tx.execute(again)}


def _how_often(tx: Session, column: InstrumentedAttribute[T | None], within: ColumnElement[bool]) -> dict[T, int]:
    rows = tx.execute(select(column, func.count()).where(within, column.is_not(None)).group_by(column))
    return {value: number for value, number in rows.tuples() if value is not None}


def _local_day(period: Period, zone: ZoneInfo) -> ColumnElement[int]:
    """Days since 1970 by the clock on the wall; whole numbers are divided without a rest in both databases."""
    *changes, (_, last) = offsets(period.start, period.end, zone)
    rest = CallFacts.place + last // MICROSECOND
    if not changes:
        return rest // DAY
    pieces = [(CallFacts.place < place_of(until), CallFacts.place + ahead // MICROSECOND) for until, ahead in changes]
    return case(*pieces, else_=rest) // DAY


def _sums(settled_before: int, service_seconds: float) -> dict[str, ColumnElement[Any]]:
    """Each field of `Tally` but `repeats`."""

    def times(condition: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.count(case((condition, 1)))

    settled = and_(CallFacts.traceable, CallFacts.place < settled_before)
    asked, came = CallFacts.handoff_reason.is_not(None), CallFacts.agent_s > 0
    helped = and_(settled, CallFacts.resolved_by != "none", CallFacts.repeat_within_7d.is_(False))
    sums: dict[str, ColumnElement[Any]] = {
        "calls": func.count(),
        "settled": times(settled),
        "helped": times(helped),
        "traceable": times(CallFacts.traceable.is_(True)),
        "rated": func.count(CallFacts.rating),
        "stars": func.coalesce(func.sum(CallFacts.rating), 0),
        "asked": times(asked),
        "person": times(and_(asked, came)),
        "soon": times(and_(asked, came, CallFacts.wait_s <= service_seconds)),
        "compared": func.count(CallFacts.words_compared),
        "misheard_calls": times(CallFacts.misheard > 0),
        "misheard_turns": func.sum(CallFacts.misheard),
        "words_compared": func.coalesce(func.sum(CallFacts.words_compared), 0),
        "words_misheard": func.coalesce(func.sum(CallFacts.words_misheard), 0),
        "failed": times(CallFacts.bot_failures > 0),
        "bad": times(gone_badly(CallFacts.handoff_reason, CallFacts.rating)),
        "promises": func.sum(CallFacts.promises),
        "kept": func.sum(CallFacts.promises_kept),
        "seconds": func.sum(CallFacts.seconds),
        "agent_s": func.sum(CallFacts.agent_s),
        "priced": func.count(CallFacts.cost),
        "cost": func.coalesce(func.sum(CallFacts.cost), 0.0),
    }
    assert sums.keys() | {"repeats"} == {one.name for one in fields(Tally)}  # noqa: S101
    return sums
