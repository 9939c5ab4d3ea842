"""Days as people say them, seen from today; a day that does not exist or is only hinted at is refused."""

import calendar
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from ivr.meaning.numbers import UNITS, ZEROS, is_numeral, number, ordinal, small, tokens
from ivr.meaning.patterns import words_of

MONTHS = (
    {name.lower(): index for index, name in enumerate(calendar.month_name) if name}
    | {name.lower(): index for index, name in enumerate(calendar.month_abbr) if name}
    | {"sept": 9}
)
DAYS = {name.lower(): index for index, name in enumerate(calendar.day_name)} | {
    "mon": 0, "tue": 1, "tues": 1, "thurs": 3, "fri": 4,
}  # fmt: skip
_NOW = (["today"], ["tonight"], ["right", "now"], ["now"], ["immediately"], ["right", "away"], ["straight", "away"])
_CUES = words_of("on by until till before for")
_THINGS = words_of("one option account card transaction payment half time thing choice")

Found = tuple[date | None, int]
"""A date, or None where words were understood but name no single day, and the token after it."""


def dates(text: str, today: date, *, asked: bool = False) -> tuple[date, ...]:
    """Every day named in `text`, in the order said. `asked`: the caller was asked for a date, so bare forms count."""
    words = tokens(text)
    found = [day for day in _scan(words, today, asked) if day is not None]
    return tuple(dict.fromkeys(found))


def _scan(words: list[str], today: date, asked: bool) -> Iterator[date | None]:
    at = 0
    while at < len(words):
        match = next((m for rule in _RULES if (m := rule(words, at, today)) is not None), None)
        if match is None:
            match = _day_of_month(words, at, today, asked)
        if match is not None:
            yield match[0]
        at = match[1] if match is not None else at + 1


def _relative(words: list[str], at: int, today: date) -> Found | None:
    """today, tomorrow, the day after tomorrow, yesterday, right now."""
    for phrase in _NOW:
        if words[at : at + len(phrase)] == phrase:
            return today, at + len(phrase)
    for days, phrase in (
        (2, ["day", "after", "tomorrow"]),
        (-2, ["day", "before", "yesterday"]),
        (1, ["tomorrow"]),
        (-1, ["yesterday"]),
    ):
        if words[at : at + len(phrase)] == phrase:
            return today + timedelta(days=days), at + len(phrase)
    return None


def _ahead(words: list[str], at: int, today: date) -> Found | None:
    """ "in three days", "two weeks from now", "a week from friday", "a week today"."""
    start = at + 1 if words[at] == "in" else at
    if words[start : start + 2] == ["a", "fortnight"]:
        count, unit, end = 14, "day", start + 2
    else:
        amount = (1, start + 1) if words[start : start + 1] in (["a"], ["one"]) else _count(words, start)
        if amount is None or amount[1] >= len(words):
            return None
        count, end = amount
        unit, end = words[end].rstrip("s"), end + 1
    if unit not in {"day", "week", "month"}:
        return None
    base, end = _from(words, end, today, needed=start == at)
    if base is None:
        return None
    return (
        _months_on(base, count) if unit == "month" else base + timedelta(days=count * (7 if unit == "week" else 1))
    ), end


def _count(words: list[str], at: int) -> tuple[int, int] | None:
    found = number(words, at)
    if found is None or found.value != int(found.value) or not 0 < found.value <= 366:
        return None
    return int(found.value), found.end


def _from(words: list[str], at: int, today: date, *, needed: bool) -> tuple[date | None, int]:
    """The day that "from now", "from friday", "from today" counts from."""
    after = at + 1 if words[at : at + 1] in (["from"], ["on"]) else at
    if after < len(words):
        if words[after] in {"now", "today"}:
            return today, after + 1
        if words[after] == "tomorrow" and after > at:
            return today + timedelta(days=1), after + 1
        if words[after] in DAYS and after > at:
            return _next_weekday(today, DAYS[words[after]]), after + 1
    return (None if needed else today), at


def _months_on(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _weekday(words: list[str], at: int, today: date) -> Found | None:
    """ "friday", "this friday", "next friday" (of next week), "friday week", "friday the thirteenth" by its day."""
    lead = words[at] if words[at] in {"next", "this", "coming", "last", "following"} else ""
    start = at + bool(lead)
    if start >= len(words):
        return None
    name = words[start].removesuffix("'s")
    name = name if name in DAYS else name.removesuffix("s") if not lead else name
    if name not in DAYS:
        return None
    end = start + 1
    if end < len(words) and (named := _named(words, end, today)) is not None:
        return named
    return _weekday_of(lead, DAYS[name], today), end


def _named(words: list[str], at: int, today: date) -> Found | None:
    """The date after a weekday's name: "friday the thirteenth", "monday march second"."""
    return _month_and_day(words, at, today) or _day_of_month(words, at, today, asked=True)


def _weekday_of(lead: str, weekday: int, today: date) -> date:
    if lead == "last":
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    if lead == "next":
        return today + timedelta(days=7 - today.weekday() + weekday)
    if lead == "this":
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    return _next_weekday(today, weekday)


def _next_weekday(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _month_edge(words: list[str], at: int, today: date) -> Found | None:
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
    month = _named_month(words, end, lead, today)
    if month is None:
        return None
    last = edge[0] in {"end", "last"}
    if not last and month == today.replace(day=1) and lead != "this":
        month = _months_on(month, 1)
    return (month.replace(day=calendar.monthrange(month.year, month.month)[1]) if last else month), end + 1


def _named_month(words: list[str], at: int, lead: str, today: date) -> date | None:
    """The first day of "the month", "next month", "march"."""
    if words[at : at + 1] == ["month"]:
        return _months_on(today.replace(day=1), 1 if lead == "next" else 0)
    if at < len(words) and words[at] in MONTHS:
        month = MONTHS[words[at]]
        return date(today.year + (month < today.month), month, 1)
    return None


def _month_and_day(words: list[str], at: int, today: date) -> Found | None:
    """ "march third", "march the 3rd 2027", "third of march", "3 march", "the first of next month"."""
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
    if end < len(words) and words[end] in MONTHS:
        return _with_year(words, end + 1, MONTHS[words[end]], day[0], today)
    return _of_next_month(words, day[0], end, today)


def _of_next_month(words: list[str], day: int, end: int, today: date) -> Found | None:
    for lead, months in (("next", 1), ("this", 0), ("the", None)):
        if words[end : end + 2] == [lead, "month"] and words[end - 1] == "of":
            if months is None:
                return _next_day(day, today), end + 2
            first = _months_on(today.replace(day=1), months)
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


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _numeric(words: list[str], at: int, today: date) -> Found | None:
    """ "3/15", "03/15/2026" (month first, unless that cannot be)."""
    if (
        words[at + 1 : at + 2] != ["/"]
        or at + 2 >= len(words)
        or not (is_numeral(words[at]) and words[at + 2].isdigit())
    ):
        return None
    first, second, end = words[at], words[at + 2], at + 3
    if not first.isdigit():
        return None
    month, day = (int(first), int(second)) if int(first) <= 12 else (int(second), int(first))
    if words[end : end + 1] != ["/"] or end + 1 >= len(words):
        return (_with_year([], 0, month, day, today)[0] if 1 <= month <= 12 else None), end
    year = words[end + 1]
    return _date(int(year) + (2000 if len(year) == 2 else 0), month, day) if year.isdigit() else None, end + 2


def _day_of_month(words: list[str], at: int, today: date, asked: bool) -> Found | None:
    """ "the fifteenth": the next one; "the first" to "the fourth" only where a date is meant."""
    start = at + (words[at] == "the")
    found = ordinal(words, start)
    if found is None:
        return None
    day, end = found
    if not 1 <= day <= 31:
        return None, end
    cued = asked or (at > 0 and words[at - 1] in _CUES) or (day > 4 and start > at)
    if not cued or (end < len(words) and words[end] in _THINGS):
        return None
    return _next_day(day, today), end


def _next_day(day: int, today: date) -> date:
    months = (_months_on(today.replace(day=1), count) for count in range(13))
    return next(d for first in months if (d := _date(first.year, first.month, day)) and d >= today)


_RULES: tuple[Callable[[list[str], int, date], Found | None], ...] = (
    _numeric, _month_edge, _relative, _ahead, _month_and_day, _weekday,
)  # fmt: skip
