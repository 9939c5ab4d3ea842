"""Dates as people say them ("next Friday"), reckoned from today; one that does not exist is refused."""

import calendar
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from ivr.nlu.months import Found, month_and_day, month_edge, months_on, named_month, next_day, numeric, run_together
from ivr.nlu.numbers import number, ordinal, tokens
from ivr.number_words import words_of

DAYS = {name.lower(): index for index, name in enumerate(calendar.day_name)} | {
    "mon": 0, "tue": 1, "tues": 1, "thurs": 3, "fri": 4,
}  # fmt: skip
_NOW = (["today"], ["tonight"], ["right", "now"], ["now"], ["immediately"], ["right", "away"], ["straight", "away"])
_WEEKS = {"week": 1, "fortnight": 2}
_CUES = words_of("on by until till before for")
_THINGS = words_of("one option account card transaction payment half time thing choice")


def dates(text: str, today: date, *, asked: bool = False, day_first: bool = False) -> tuple[date, ...]:
    """Every day named in `text`, in the order said, but for those turned down ("not today").

    `asked`: the caller was asked for a date, so bare forms count. `day_first`: 5/4 is the fifth of April.
    """
    words = tokens(text)
    found = [day for day in _scan(words, today, asked, day_first) if day is not None]
    return tuple(dict.fromkeys(found))


def _scan(words: list[str], today: date, asked: bool, day_first: bool) -> Iterator[date | None]:
    at = 0
    if asked and (written := run_together(words)) is not None:
        yield written
        return
    while at < len(words):
        match = numeric(words, at, today, day_first)
        match = match or next((m for rule in _RULES if (m := rule(words, at, today)) is not None), None)
        if match is None:
            match = _day_of_month(words, at, today, asked)
        if match is not None and not _turned_down(words, at):
            yield match[0]
        at = match[1] if match is not None else at + 1


def _turned_down(words: list[str], at: int) -> bool:
    """ "not today", "not on Friday", but "why not Friday"; nor "every Friday", which is no single day."""
    at -= words[max(0, at - 1) : at] == ["on"]
    if words[max(0, at - 1) : at] in (["every"], ["each"]):
        return True
    return words[max(0, at - 1) : at] == ["not"] and words[max(0, at - 2) : at - 1] != ["why"]


def _relative(words: list[str], at: int, today: date) -> Found | None:
    """today, tomorrow, the day after tomorrow, yesterday, right now; "tomorrow week"."""
    for phrase in _NOW:
        if words[at : at + len(phrase)] == phrase:
            return _weeks_later(words, at + len(phrase), today)
    for days, phrase in (
        (2, ["day", "after", "tomorrow"]),
        (-2, ["day", "before", "yesterday"]),
        (1, ["tomorrow"]),
        (-1, ["yesterday"]),
    ):
        if words[at : at + len(phrase)] == phrase:
            return _weeks_later(words, at + len(phrase), today + timedelta(days=days))
    return None


def _weeks_later(words: list[str], at: int, day: date) -> Found:
    """The British way: "Friday week" is a week after Friday, "Friday fortnight" two."""
    weeks = _WEEKS.get(words[at], 0) if at < len(words) else 0
    return day + timedelta(weeks=weeks), at + bool(weeks)


def _ahead(words: list[str], at: int, today: date) -> Found | None:
    """ "in three days", "two weeks from now", "a week from friday", "a week tomorrow", "in a week's time"."""
    start = at + 1 if words[at] == "in" else at
    if words[start : start + 2] == ["a", "fortnight"]:
        count, unit, end = 14, "day", start + 2
    elif words[start : start + 1] == ["week"] and words[start + 1 : start + 2] in (["on"], ["from"]) and start == at:
        count, unit, end = (0 if words[max(0, at - 1) : at] == ["this"] else 1), "week", start + 1
    else:
        amount = (1, start + 1) if words[start : start + 1] in (["a"], ["one"]) else _count(words, start)
        if amount is None or amount[1] >= len(words):
            return None
        count, end = amount
        unit, end = words[end].removesuffix("'s").rstrip("s"), end + 1
    if unit not in {"day", "week", "month"}:
        return None
    if words[end : end + 1] == ["or"] and number(words, end + 1) is not None:
        return None, end + 2  # "a week or two"
    past, time = words[end : end + 1] == ["ago"], words[end : end + 1] == ["time"]
    base, end = (today, end + 1) if past or time else _from(words, end, today, needed=start == at, unit=unit)
    if base is None:
        return None
    count = -count if past else count
    return (
        months_on(base, count) if unit == "month" else base + timedelta(days=count * (7 if unit == "week" else 1))
    ), end


def _count(words: list[str], at: int) -> tuple[int, int] | None:
    found = number(words, at)
    if found is None or found.value != int(found.value) or not 0 < found.value <= 366:
        return None
    return int(found.value), found.end


def _from(words: list[str], at: int, today: date, *, needed: bool, unit: str) -> tuple[date | None, int]:
    """The day that "from now", "from friday", "from today" counts from; a week needs no "from" ("a week tomorrow")."""
    after = at + 1 if words[at : at + 1] in (["from"], ["on"]) else at
    linked = after > at or (needed and unit in {"week", "day"})
    if after < len(words):
        if words[after] in {"now", "today"}:
            return today, after + 1
        if words[after] == "tomorrow" and linked:
            return today + timedelta(days=1), after + 1
        lead = words[after] if words[after] in {"this", "next", "coming"} else ""
        name = after + bool(lead)
        if name < len(words) and words[name] in DAYS and linked:
            return _weekday_of(lead, DAYS[words[name]], today), name + 1
    return (None if needed else today), at


def _weekday(words: list[str], at: int, today: date) -> Found | None:
    """ "friday", "this friday", "next friday" (of next week), "friday week", "friday the thirteenth" by its day."""
    lead = words[at] if words[at] in {"next", "this", "coming", "last", "following"} else ""
    if lead and words[at + 1 : at + 2] == ["week"] and lead in {"next", "this"}:
        return _in_that_week(words, at, today)
    start = at + bool(lead)
    if start >= len(words):
        return None
    name = words[start].removesuffix("'s")
    name = name if name in DAYS else name.removesuffix("s") if not lead else name
    if name not in DAYS:
        return None
    end = start + 1
    after = words[end : end + 2]
    if after[:1] in (["last"], ["gone"]):
        return _weekday_of("last", DAYS[name], today), end + 1
    if after[:1] == ["after"] and after[1:] != ["tomorrow"]:
        return None, end + len(after)  # "the Friday after next"
    if after[:1] == ["of"] and words[end + 1 : end + 3] in (["next", "week"], ["this", "week"]):
        end += 1
    if words[end : end + 2] in (["next", "week"], ["this", "week"]):
        return _weekday_of(words[end], DAYS[name], today), end + 2
    if end < len(words) and (named := _named(words, end, today)) is not None:
        return named
    if end < len(words) and (counted := _ahead(words, end, today)) is not None:
        return None, counted[1]  # "Friday in two weeks"
    return _weeks_later(words, end, _weekday_of(lead, DAYS[name], today))


def _in_that_week(words: list[str], at: int, today: date) -> Found | None:
    """ "next week on Friday"."""
    name = at + 2 + (words[at + 2 : at + 3] == ["on"])
    if name < len(words) and words[name] in DAYS:
        return _weekday_of(words[at], DAYS[words[name]], today), name + 1
    return None


def _numbered_weekday(words: list[str], at: int, today: date) -> Found | None:
    """ "the first Monday in April", "the last Friday of the month"."""
    at += words[at : at + 2] != ["the"] and words[at] == "the"
    last = words[at : at + 1] == ["last"]
    count = (0, at + 1) if last else ordinal(words, at)
    if count is None or count[0] > 5 or words[count[1] : count[1] + 1] == [] or words[count[1]] not in DAYS:
        return None
    name, end = words[count[1]], count[1] + 1
    if words[end : end + 1] not in (["in"], ["of"]):
        return None
    lead = words[end + 1] if words[end + 1 : end + 2] and words[end + 1] in {"the", "this", "next"} else ""
    month = named_month(words, end + 1 + bool(lead), lead, today)
    if month is None:
        return None
    days = [date(month.year, month.month, n) for n in range(1, calendar.monthrange(month.year, month.month)[1] + 1)]
    fitting = [day for day in days if day.weekday() == DAYS[name]]
    place = -1 if last else count[0] - 1
    return (fitting[place] if place < len(fitting) else None), end + 2 + bool(lead)


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
    month_edge, _numbered_weekday, _relative, _ahead, month_and_day, _weekday,
)  # fmt: skip
