"""Days as people say them, seen from today; a day that does not exist or is only hinted at is refused."""

import calendar
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from ivr.meaning.months import Found, month_and_day, month_edge, months_on, next_day, numeric, run_together
from ivr.meaning.numbers import number, ordinal, tokens
from ivr.numerals import words_of

DAYS = {name.lower(): index for index, name in enumerate(calendar.day_name)} | {
    "mon": 0, "tue": 1, "tues": 1, "thurs": 3, "fri": 4,
}  # fmt: skip
_NOW = (["today"], ["tonight"], ["right", "now"], ["now"], ["immediately"], ["right", "away"], ["straight", "away"])
_CUES = words_of("on by until till before for")
_THINGS = words_of("one option account card transaction payment half time thing choice")


def dates(text: str, today: date, *, asked: bool = False) -> tuple[date, ...]:
    """Every day named in `text`, in the order said. `asked`: the caller was asked for a date, so bare forms count."""
    words = tokens(text)
    found = [day for day in _scan(words, today, asked) if day is not None]
    return tuple(dict.fromkeys(found))


def _scan(words: list[str], today: date, asked: bool) -> Iterator[date | None]:
    at = 0
    if asked and (written := run_together(words)) is not None:
        yield written
        return
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
        months_on(base, count) if unit == "month" else base + timedelta(days=count * (7 if unit == "week" else 1))
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
    return month_and_day(words, at, today) or _day_of_month(words, at, today, asked=True)


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
    return next_day(day, today), end


_RULES: tuple[Callable[[list[str], int, date], Found | None], ...] = (
    numeric, month_edge, _relative, _ahead, month_and_day, _weekday,
)  # fmt: skip
