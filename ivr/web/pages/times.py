"""Days and times as the pages write them: one form, in the line's own time zone, which each page names once."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask

from ivr.clock import Clock
from ivr.dialogue.verbalize import short_day


class Times:
    """Words for moments and days in `zone`, as of now."""

    def __init__(self, clock: Clock, zone: ZoneInfo) -> None:
        self._clock, self._zone = clock, zone

    def today(self) -> date:
        return self._clock.now().astimezone(self._zone).date()

    def clock(self, at: datetime) -> str:
        """ "07:50"."""
        return f"{at.astimezone(self._zone):%H:%M}"

    def day(self, at: datetime | date | str) -> str:
        """ "28 Nov", and the year where it is not this one. `at` may be as JSON has it."""
        return short_day(self._date(at), self.today())

    def near_day(self, at: datetime | date | str) -> str:
        """ "tomorrow, 29 Nov": with the word for it where there is one."""
        on = self._date(at)
        words = {0: "today", 1: "tomorrow", -1: "yesterday"}
        word = words.get((on - self.today()) // timedelta(days=1))
        return f"{word}, {self.day(on)}" if word else self.day(on)

    def moment(self, at: datetime) -> str:
        """ "28 Nov, 07:50"."""
        return f"{self.day(at)}, {self.clock(at)}"

    def _date(self, at: datetime | date | str) -> date:
        at = _from_json(at) if isinstance(at, str) else at
        return at.astimezone(self._zone).date() if isinstance(at, datetime) else at


def _from_json(text: str) -> datetime | date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def show_times(app: Flask, times: Times, zone: str) -> None:
    """Give the templates these words."""
    for show in (times.clock, times.day, times.near_day, times.moment):
        app.jinja_env.filters[show.__name__] = show
    app.jinja_env.globals["TIME_ZONE"] = zone
