"""When the desk is open: hours of the week and holidays, in the line's time zone."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from ivr.dialogue.prompts.language import Locale

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PART = re.compile(r"(?P<first>[a-z]{3})(?:\s*-\s*(?P<last>[a-z]{3}))?\s+(?P<opens>[\d:]+)\s*-\s*(?P<closes>[\d:]+)")
_YEAR = 366


class OpeningHoursError(ValueError):
    """The opening hours or holidays cannot be read; the message names the part and the mend."""


@dataclass(frozen=True, slots=True)
class Span:
    """Open from `opens` to `closes` on a day of the week, 0 is Monday."""

    day: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Without spans the desk never closes but on holidays."""

    spans: tuple[Span, ...] = ()
    holidays: frozenset[date] = frozenset()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    @classmethod
    def parse(cls, text: str = "", holidays: str = "", zone: str = "UTC") -> Self:
        """From "mon-fri 08:00-20:00, sat 09:00-13:00" and "2026-12-25, 2027-01-01". Raises OpeningHoursError."""
        spans = [span for part in _parts(text) for span in _spans(part)]
        return cls(tuple(spans), frozenset(_holiday(part) for part in _parts(holidays)), ZoneInfo(zone))

    def is_open(self, now: datetime) -> bool:
        local = now.astimezone(self.zone)
        if local.date() in self.holidays:
            return False
        return not self.spans or any(
            span.day == local.weekday() and span.opens <= local.time() < span.closes for span in self.spans
        )

    def next_opening(self, now: datetime) -> datetime | None:
        """`now` when it is open, else the next moment at which it opens; None: not within a year."""
        if self.is_open(now):
            return now
        local = now.astimezone(self.zone)
        return next((moment for days in range(_YEAR) for moment in self._openings(local, days)), None)

    def spoken(self, now: datetime, locale: Locale) -> str:
        """When we open next, as one says it: "tomorrow at 8 AM", "on Monday at 9:30 AM"."""
        opening = self.next_opening(now)
        if opening is None:
            return locale.later
        return locale.opening(opening.astimezone(self.zone), now.astimezone(self.zone).date())

    def _openings(self, local: datetime, days: int) -> list[datetime]:
        day = local.date() + timedelta(days=days)
        if day in self.holidays:
            return []
        starts = sorted(span.opens for span in self.spans if span.day == day.weekday()) if self.spans else [time()]
        moments = [datetime.combine(day, start, self.zone) for start in starts]
        return [moment for moment in moments if moment > local]


def _parts(text: str) -> list[str]:
    return [part.strip().lower() for part in text.split(",") if part.strip()]


def _spans(part: str) -> list[Span]:
    found = _PART.fullmatch(part)
    if found is None or found["first"] not in DAYS or (found["last"] or found["first"]) not in DAYS:
        raise OpeningHoursError(f"opening hours {part!r} cannot be read: write them as in mon-fri 08:00-20:00")
    opens, closes = _time(found["opens"], part), _time(found["closes"], part)
    if opens >= closes:
        raise OpeningHoursError(f"opening hours {part!r} close before they open: write each day's hours by themselves")
    first, last = DAYS.index(found["first"]), DAYS.index(found["last"] or found["first"])
    return [Span((first + step) % 7, opens, closes) for step in range((last - first) % 7 + 1)]


def _time(text: str, part: str) -> time:
    if text == "24:00":
        return time.max
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise OpeningHoursError(
            f"{text!r} in the opening hours {part!r} is no time of day: write it as in 08:00"
        ) from None


def _holiday(part: str) -> date:
    try:
        return date.fromisoformat(part)
    except ValueError:
        raise OpeningHoursError(f"holiday {part!r} is no date: write it as in 2026-12-25") from None
