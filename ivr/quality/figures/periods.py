"""The times that figures are of, by the line's own days and weeks, and the times that they are held against. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

PeriodName = Literal["today", "week", "month"]
PERIODS: Final[dict[PeriodName, tuple[str, str]]] = {
    "today": ("Today", "Yesterday until the same time"),
    "week": ("This week", "Last week until the same time"),
    "month": ("Last 30 days", "The 30 days before"),
}
"""Each period and what it is held against, as a page names them."""
HALF_HOUR: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until before `end`, both with the line's time zone."""

    start: datetime
    end: datetime

    @property
    def days(self) -> list[date]:
        """The days that it touches."""
        last = (self.end - timedelta(microseconds=1)).date()
        return [self.start.date() + timedelta(days=n) for n in range((last - self.start.date()).days + 1)]


def period_of(name: PeriodName, now: datetime, zone: ZoneInfo) -> Period:
    """The period that `now` is in: today from midnight, the week from Monday, or the last 30 days with today."""
    here = now.astimezone(zone)
    back = {"today": 0, "week": here.weekday(), "month": 29}[name]
    return Period(datetime.combine(here.date() - timedelta(days=back), time(), zone), here)


def before(name: PeriodName, period: Period) -> Period:
    """The one before, as long by the clock on the wall: what began on Monday at midnight is held against a Monday."""
    days = timedelta(days={"today": 1, "week": 7, "month": 30}[name])  # local arithmetic: 24 hours are not always a day
    return Period(period.start - days, period.end - days)


def offsets(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, timedelta]]:
    """What local time is ahead of UTC: until when, and by how much; the last one ends at `end`.

    Clocks change at full or half hours of UTC.
    """
    at, ahead = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0), _ahead(start, zone)
    while at < end:
        if (now := _ahead(at, zone)) != ahead:
            yield at, ahead
            ahead = now
        at += HALF_HOUR
    yield end, ahead


def _ahead(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
