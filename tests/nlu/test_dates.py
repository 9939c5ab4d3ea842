"""What callers say for a day, on Monday the 2nd of March 2026; or nothing, where no single day was named."""

from datetime import date

import pytest

from ivr.nlu.dates import dates

pytestmark = pytest.mark.unit

TODAY = date(2026, 3, 2)

ASKED = {
    "today": "2026-03-02",
    "Today, please.": "2026-03-02",
    "right now": "2026-03-02",
    "now": "2026-03-02",
    "right away": "2026-03-02",
    "tonight": "2026-03-02",
    "immediately": "2026-03-02",
    "tomorrow": "2026-03-03",
    "Tomorrow.": "2026-03-03",
    "uh tomorrow morning": "2026-03-03",
    "the day after tomorrow": "2026-03-04",
    "yesterday": "2026-03-01",
    "friday": "2026-03-06",
    "on Friday": "2026-03-06",
    "this friday": "2026-03-06",
    "this coming friday": "2026-03-06",
    "next Friday": "2026-03-13",
    "next monday": "2026-03-09",
    "monday": "2026-03-09",
    "sunday": "2026-03-08",
    "next tuesday": "2026-03-10",
    "tuesday": "2026-03-03",
    "this thursday": "2026-03-05",
    "saturday's fine": "2026-03-07",
    "a week from friday": "2026-03-13",
    "a week from today": "2026-03-09",
    "a week from tomorrow": "2026-03-10",
    "one week from today": "2026-03-09",
    "in a week": "2026-03-09",
    "in two weeks": "2026-03-16",
    "two weeks from now": "2026-03-16",
    "two weeks from today": "2026-03-16",
    "in a fortnight": "2026-03-16",
    "in three days": "2026-03-05",
    "three days from now": "2026-03-05",
    "in 10 days": "2026-03-12",
    "in a month": "2026-04-02",
    "the fifteenth": "2026-03-15",
    "fifteenth": "2026-03-15",
    "on the 15th": "2026-03-15",
    "the 15th": "2026-03-15",
    "15th": "2026-03-15",
    "the first": "2026-04-01",
    "the second": "2026-03-02",
    "the third": "2026-03-03",
    "the twenty first": "2026-03-21",
    "the twenty-first": "2026-03-21",
    "the thirty first": "2026-03-31",
    "the thirtieth": "2026-03-30",
    "twenty second": "2026-03-22",
    "end of the month": "2026-03-31",
    "the end of the month": "2026-03-31",
    "at the end of this month": "2026-03-31",
    "end of month": "2026-03-31",
    "the last day of the month": "2026-03-31",
    "end of next month": "2026-04-30",
    "the end of april": "2026-04-30",
    "the first of the month": "2026-04-01",
    "the first of next month": "2026-04-01",
    "the beginning of next month": "2026-04-01",
    "the fifth of next month": "2026-04-05",
    "the tenth of this month": "2026-03-10",
    "march third": "2026-03-03",
    "March 3rd": "2026-03-03",
    "march the third": "2026-03-03",
    "March 3": "2026-03-03",
    "the third of march": "2026-03-03",
    "3rd of March": "2026-03-03",
    "3 march": "2026-03-03",
    "march second": "2026-03-02",
    "march first": "2027-03-01",
    "april fifteenth": "2026-04-15",
    "april fifteen": "2026-04-15",
    "January 5th": "2027-01-05",
    "december thirty first": "2026-12-31",
    "May 1st": "2026-05-01",
    "may twentieth twenty twenty six": "2026-05-20",
    "april 15th 2027": "2027-04-15",
    "April 15, 2027": "2027-04-15",
    "april fifteenth two thousand twenty seven": "2027-04-15",
    "sept 9": "2026-09-09",
    "friday the thirteenth": "2026-03-13",
    "friday march thirteenth": "2026-03-13",
    "3/15": "2026-03-15",
    "03/15/2026": "2026-03-15",
    "15/3/2026": "2026-03-15",
    "2/1": "2027-02-01",
    "the twenty ninth of february": "2028-02-29",
    "can we do the twentieth": "2026-03-20",
    "I get paid on the tenth so the eleventh": "2026-03-10 2026-03-11",
    "20th of September 1957": "1957-09-20",
    "8th February 1966": "1966-02-08",
    "25th of the 1st 1923": "1923-01-25",
    "13th of the 12th 1978": "1978-12-13",
    "2111 1997": "1997-11-21",
    "16042003": "2003-04-16",
    "18 December 1966": "1966-12-18",
    "5th October 1911": "1911-10-05",
    "september twentieth nineteen fifty seven": "1957-09-20",
    "the fourth of july nineteen oh five": "1905-07-04",
    "third of june two thousand and one": "2001-06-03",
}

REFUSED = [
    "",
    "next week",
    "next month",
    "sometime soon",
    "later",
    "the weekend",
    "mid month",
    "when I get paid",
    "february thirtieth",
    "the thirty second",
    "april thirty first",
    "13/13",
    "march",
    "may I pay later",
    "I don't know",
    "fifty dollars",
    "every month",
    "a couple of days",
    "on the due date",
    "4719",
    "0708 1992",
    "of November 1986",
    "August 1977",
]

UNASKED = {
    "pay fifty dollars tomorrow from checking": "2026-03-03",
    "pay it on the fifteenth": "2026-03-15",
    "pay it on the second": "2026-03-02",
    "the second one": "",
    "wait a second": "",
    "the first account": "",
    "may I speak to a person": "",
    "schedule it for next friday": "2026-03-13",
    "by the end of the month": "2026-03-31",
    "I march to my own drum": "",
    "what are my last three transactions": "",
    "from the second account": "",
}


def _days(listed: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(day) for day in listed.split())


@pytest.mark.parametrize(("said", "day"), ASKED.items())
def test_a_day_as_said(said: str, day: str) -> None:
    assert dates(said, TODAY, asked=True) == _days(day)


@pytest.mark.parametrize("said", REFUSED)
def test_what_names_no_single_day_gives_none(said: str) -> None:
    assert dates(said, TODAY, asked=True) == ()


@pytest.mark.parametrize(("said", "day"), UNASKED.items())
def test_unasked_only_what_is_plainly_a_day_is_one(said: str, day: str) -> None:
    assert dates(said, TODAY) == _days(day)


def test_the_thirty_first_waits_for_a_month_that_has_one() -> None:
    assert dates("the thirty first", date(2026, 4, 10), asked=True) == (date(2026, 5, 31),)


def test_next_friday_on_a_saturday_is_the_coming_one() -> None:
    assert dates("next friday", date(2026, 3, 7), asked=True) == (date(2026, 3, 13),)
