"""Days that sound alike, seen from Monday the 2nd of March 2026; and the order of day and month by country."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.nlu.dates import dates
from ivr.nlu.day_order import day_first

pytestmark = pytest.mark.unit

TODAY = date(2026, 3, 2)
OF_THIS_CENTURY = st.dates(date(2000, 1, 1), date(2089, 12, 31))

DAYS = {
    "on Friday week": "2026-03-13",
    "Friday week": "2026-03-13",
    "Wednesday week": "2026-03-11",
    "Monday week": "2026-03-16",
    "today week": "2026-03-09",
    "tomorrow week": "2026-03-10",
    "a week tomorrow": "2026-03-10",
    "a week today": "2026-03-09",
    "a week on Friday": "2026-03-13",
    "a week Friday": "2026-03-13",
    "week on Friday": "2026-03-13",
    "a week this Friday": "2026-03-13",
    "Friday fortnight": "2026-03-20",
    "a fortnight on Friday": "2026-03-20",
    "two weeks on Monday": "2026-03-23",
    "Friday next week": "2026-03-13",
    "Friday of next week": "2026-03-13",
    "next week on Friday": "2026-03-13",
    "Friday this week": "2026-03-06",
    "next Friday": "2026-03-13",
    "this Friday": "2026-03-06",
    "Friday": "2026-03-06",
    "in two weeks' time": "2026-03-16",
    "in a week's time": "2026-03-09",
    "in a month's time": "2026-04-02",
    "ten days' time": "2026-03-12",
    "the first Monday in April": "2026-04-06",
    "first Monday of next month": "2026-04-06",
    "the last Friday of the month": "2026-03-27",
    "last Friday": "2026-02-27",
    "Friday last": "2026-02-27",
    "a week ago": "2026-02-23",
    "two days ago": "2026-02-28",
    "not Friday, Saturday": "2026-03-07",
    "why not Friday": "2026-03-06",
    "the 31st": "2026-03-31",
    "next month on the 5th": "2026-04-05",
    "next month the fifth": "2026-04-05",
    "on the 5th next month": "2026-04-05",
    "this month on the 20th": "2026-03-20",
    "the end of next month": "2026-04-30",
}
NONE = [
    "the Friday after next",
    "the Friday after",
    "Friday in two weeks",
    "Friday two weeks from now",
    "in a week or two",
    "in two or three days",
    "not today",
    "yes, but not on Friday",
    "every Friday",
    "the fifth Monday in April",
]


@pytest.mark.parametrize(("said", "day"), DAYS.items())
def test_a_day(said: str, day: str) -> None:
    assert [found.isoformat() for found in dates(said, TODAY, asked=True)] == [day]


@pytest.mark.parametrize("said", NONE)
def test_no_day_is_made_up(said: str) -> None:
    assert dates(said, TODAY, asked=True) == ()


@given(st.sampled_from(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]), OF_THIS_CENTURY)
def test_a_day_week_is_a_week_after_that_day(name: str, today: date) -> None:
    (day,), (later,) = dates(f"on {name}", today), dates(f"on {name} week", today)
    assert later - day == timedelta(weeks=1)
    assert dates(f"a week on {name}", today) == dates(f"a week {name}", today) == (later,)
    assert dates(f"{name} fortnight", today) == (later + timedelta(weeks=1),)


@pytest.mark.parametrize(
    ("said", "month_first", "other"),
    [
        ("5/4", "2026-05-04", "2026-04-05"),
        ("05/04/2026", "2026-05-04", "2026-04-05"),
        ("5/4/26", "2026-05-04", "2026-04-05"),
        ("13/4", "2026-04-13", "2026-04-13"),
        ("4/13", "2026-04-13", "2026-04-13"),
    ],
)
def test_day_and_month_stand_in_the_country_s_order(said: str, month_first: str, other: str) -> None:
    assert [day.isoformat() for day in dates(said, TODAY, asked=True)] == [month_first]
    assert [day.isoformat() for day in dates(said, TODAY, asked=True, day_first=True)] == [other]


@pytest.mark.parametrize(
    ("country", "first"),
    [("US", False), ("us", False), ("GB", True), ("DE", True), ("AU", True), ("IN", True), ("JP", False), ("XX", True)],
)
def test_who_writes_the_day_first(country: str, first: bool) -> None:
    assert day_first(country) is first
