"""Dates named by month and day: "March third", "the end of the month", "3/15"; one that does not exist is None."""

import calendar
from datetime import date

from ivr.nlu.numbers import is_numeral, number, ordinal, small
from ivr.number_words import UNITS, ZEROS

MONTHS = (
    {name.lower(): index for index, name in enumerate(calendar.month_name) if name}
    | {name.lower(): index for index, name in enumerate(calendar.month_abbr) if name}
    | {"sept": 9}
)

Found = tuple[date | None, int]
"""A date, or None where words were understood but name no single day, and the token after it."""


def month_edge(words: list[str], at: int, today: date) -> Found | None:
    """The end, the last day, the beginning or the first of a month."""
    edges = (
        ["end", "of"],
        ["last", "day", "of"],
        ["last", "of"],
        ["beginning", "of"],
        ["start", "of"],
        ["first", "day", "of"],
    )
    edge = next((e for e in edges if words[at : at + len(e)] == e), None)
    if edge is None:
        return None
    end = at + len(edge)
    lead = words[end] if words[end : end + 1] and words[end] in {"the", "this", "next", "each", "every"} else ""
    end += bool(lead)
    month = named_month(words, end, lead, today)
    if month is None:
        return None
    last = edge[0] in {"end", "last"}
    if not last and month == today.replace(day=1) and lead != "this":
        month = months_on(month, 1)
    return (month.replace(day=calendar.monthrange(month.year, month.month)[1]) if last else month), end + 1


def named_month(words: list[str], at: int, lead: str, today: date) -> date | None:
    """The first day of "the month", "next month", "march"."""
    if words[at : at + 1] == ["month"]:
        return months_on(today.replace(day=1), 1 if lead == "next" else 0)
    if at < len(words) and words[at] in MONTHS:
        month = MONTHS[words[at]]
        return date(today.year + (month < today.month), month, 1)
    return None


def month_and_day(words: list[str], at: int, today: date) -> Found | None:
    """ "march third", "march the 3rd 2027", "third of march", "3 march", "the first of next month", or turned round."""
    if words[at : at + 2] in (["next", "month"], ["this", "month"]):
        return _month_then_day(words, at, today)
    start = at + (words[at] == "the")
    if start >= len(words):
        return None
    if words[start] in MONTHS:
        day = _day_number(words, start + 1 + (words[start + 1 : start + 2] == ["the"]))
        if day is None:
            return None
        return _with_year(words, day[1], MONTHS[words[start]], day[0], today)
    day = _day_number(words, start)
    if day is None:
        return None
    end = day[1] + (words[day[1] : day[1] + 1] == ["of"])
    numbered = ordinal(words, end + 1) if words[end : end + 1] == ["the"] and end > day[1] else None
    if numbered is not None and numbered[0] <= 12:
        return _with_year(words, numbered[1], numbered[0], day[0], today)
    if end < len(words) and words[end] in MONTHS:
        return _with_year(words, end + 1, MONTHS[words[end]], day[0], today)
    return _of_next_month(words, day[0], end, today)


def _month_then_day(words: list[str], at: int, today: date) -> Found | None:
    """ "next month on the fifth"."""
    start = at + 2 + (words[at + 2 : at + 3] == ["on"])
    day = ordinal(words, start + (words[start : start + 1] == ["the"]))
    if day is None:
        return None
    first = months_on(today.replace(day=1), int(words[at] == "next"))
    return _date(first.year, first.month, day[0]), day[1]


def _of_next_month(words: list[str], day: int, end: int, today: date) -> Found | None:
    for lead, months in (("next", 1), ("this", 0), ("the", None)):
        linked = words[end - 1] == "of" or (lead != "the" and ordinal(words, end - 1) is not None)
        if words[end : end + 2] == [lead, "month"] and linked:
            if months is None:
                return next_day(day, today), end + 2
            first = months_on(today.replace(day=1), months)
            return _date(first.year, first.month, day), end + 2
    return None


def _day_number(words: list[str], at: int) -> tuple[int, int] | None:
    """A day of the month, as an ordinal or a plain number of at most 31."""
    found = ordinal(words, at)
    if found is not None:
        return found if found[0] <= 31 else None
    plain = small(words, at)
    if plain is None or plain.value != int(plain.value) or not 1 <= plain.value <= 31:
        return None
    return int(plain.value), plain.end


def _with_year(words: list[str], at: int, month: int, day: int, today: date) -> Found:
    year, end = _year(words, at)
    if year is not None:
        return _date(year, month, day), end
    this = _date(today.year, month, day)
    if this is None or this < today:
        return next((d for y in range(1, 5) if (d := _date(today.year + y, month, day))), None) if this or (
            month,
            day,
        ) == (2, 29) else None, at
    return this, at


def _year(words: list[str], at: int) -> tuple[int | None, int]:
    """ "2027", "twenty twenty seven", "nineteen oh five", "two thousand and five" after a month and a day."""
    at += words[at : at + 1] in (["in"], ["of"])
    found = number(words, at)
    if found is None:
        return None, at
    if found.written or found.scaled:
        whole = found.value == int(found.value) and 1900 <= found.value <= 2100
        return (int(found.value), found.end) if whole else (None, at)
    if found.value not in {19, 20} or found.end >= len(words):
        return None, at
    rest = small(words, found.end)
    if rest is not None and 10 <= rest.value < 100:
        return int(found.value * 100 + rest.value), rest.end
    if words[found.end] in ZEROS and found.end + 1 < len(words) and words[found.end + 1] in UNITS:
        return int(found.value) * 100 + UNITS[words[found.end + 1]], found.end + 2
    return None, at


def numeric(words: list[str], at: int, today: date, day_first: bool = False) -> Found | None:
    """ "3/15", "03/15/2026": in the country's order, unless that cannot be."""
    if (
        words[at + 1 : at + 2] != ["/"]
        or at + 2 >= len(words)
        or not (is_numeral(words[at]) and words[at + 2].isdecimal())
    ):
        return None
    first, second, end = words[at], words[at + 2], at + 3
    if not first.isdecimal():
        return None
    turned = int(first) > 12 or (day_first and int(second) <= 12)
    month, day = (int(second), int(first)) if turned else (int(first), int(second))
    if words[end : end + 1] != ["/"] or end + 1 >= len(words):
        return (_with_year([], 0, month, day, today)[0] if 1 <= month <= 12 else None), end
    year = words[end + 1]
    return _date(int(year) + (2000 if len(year) == 2 else 0), month, day) if year.isdecimal() else None, end + 2


def run_together(words: list[str]) -> date | None:
    """ "1604 2003", "16042003" where only one order of day and month makes a date."""
    joined = "".join(words)
    if len(words) > 2 or len(joined) != 8 or not joined.isdecimal() or len(words[0]) not in {4, 8}:
        return None
    first, second, year = int(joined[:2]), int(joined[2:4]), int(joined[4:])
    possible = {day for day in (_date(year, second, first), _date(year, first, second)) if day is not None}
    return possible.pop() if len(possible) == 1 and 1900 <= year <= 2100 else None


def months_on(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def next_day(day: int, today: date) -> date:
    months = (months_on(today.replace(day=1), count) for count in range(13))
    return next(d for first in months if (d := _date(first.year, first.month, day)) and d >= today)
