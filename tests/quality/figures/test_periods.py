"""Days and weeks of the line, also where clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.quality.figures.periods import PeriodName, before, offsets, period_of

pytestmark = pytest.mark.unit

NEW_YORK, BERLIN, LORD_HOWE = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")


def spans(name: PeriodName, now: datetime, zone: ZoneInfo) -> list[str]:
    period = period_of(name, now, zone)
    return [
        at.astimezone(UTC).strftime("%m-%dT%H:%M")
        for one in (period, before(name, period))
        for at in (one.start, one.end)
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("today", ["03-11T04:00", "03-11T15:30", "03-10T04:00", "03-10T15:30"]),
        # the clocks of New York went forward on Sunday 8 March at 2:00
        ("week", ["03-09T04:00", "03-11T15:30", "03-02T05:00", "03-04T16:30"]),
        ("month", ["02-10T05:00", "03-11T15:30", "01-11T05:00", "02-09T16:30"]),
    ],
)
def test_a_period_begins_at_the_lines_own_midnight(name: PeriodName, expected: list[str]) -> None:
    assert spans(name, datetime(2026, 3, 11, 15, 30, tzinfo=UTC), NEW_YORK) == expected


def test_a_week_begins_on_monday_though_sunday_had_25_hours() -> None:
    now = datetime(2026, 10, 26, 8, 0, tzinfo=UTC)  # a Monday, the day after clocks went back
    assert spans("week", now, BERLIN) == ["10-25T23:00", "10-26T08:00", "10-18T22:00", "10-19T07:00"]
    assert spans("today", now, BERLIN) == ["10-25T23:00", "10-26T08:00", "10-24T22:00", "10-25T08:00"]


def test_the_evening_in_utc_is_the_next_day_further_east() -> None:
    assert spans("today", datetime(2026, 3, 1, 20, 0, tzinfo=UTC), ZoneInfo("Asia/Tokyo"))[0] == "03-01T15:00"


def test_days_are_those_touched() -> None:
    period = period_of("week", datetime(2026, 3, 4, 12, 0, tzinfo=UTC), ZoneInfo("UTC"))
    assert period.days == [date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)]
    assert period_of("week", datetime(2026, 3, 2, tzinfo=UTC), ZoneInfo("UTC")).days == []


def test_offsets_are_found_where_clocks_change_at_half_hours_too() -> None:
    start, end = datetime(2026, 3, 20, 7, 13, tzinfo=UTC), datetime(2026, 4, 10, tzinfo=UTC)
    hours = timedelta(hours=1)
    assert list(offsets(start, end, LORD_HOWE)) == [
        (datetime(2026, 4, 4, 15, 0, tzinfo=UTC), 11 * hours),
        (end, 10.5 * hours),
    ]
    assert list(offsets(start, start + hours, BERLIN)) == [(start + hours, hours)]
