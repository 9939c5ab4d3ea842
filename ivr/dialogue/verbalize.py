"""Amounts, dates and digits in words, as a bank says them, and in writing for text messages."""

from datetime import date, timedelta
from itertools import pairwise

from babel.dates import format_date
from babel.numbers import format_currency
from num2words import num2words

from ivr.dialogue import currencies

_UNITS = {"USD": ("dollar", "cent"), "EUR": ("euro", "cent"), "GBP": ("pound", "penny"), "KWD": ("dinar", "fils")}


def number(value: int) -> str:
    """A whole number in words, American style: 245 -> "two hundred forty five"."""
    return str(num2words(value)).replace(" and ", " ").replace("-", " ").replace(",", "")


def money(amount: int, currency: str = "USD") -> str:
    """Minor units in words: 24517 -> "two hundred forty five dollars and seventeen cents"."""
    digits = currencies.decimals(currency)
    whole, part = divmod(abs(amount), 10**digits)
    major, minor = _UNITS.get(currency, (currency, "cent"))
    if part and digits != 2 and currency not in _UNITS:
        spelled = " ".join(number(int(figure)) for figure in f"{part:0{digits}}")
        return f"{'minus ' if amount < 0 else ''}{number(whole)} point {spelled} {major}"
    said = [f"{number(whole)} {_many(major, whole)}"] if whole or not part else []
    said += [f"{number(part)} {_many(minor, part)}"] if part else []
    return ("minus " if amount < 0 else "") + " and ".join(said)


def currency(code: str) -> str:
    """What its notes are called: "dollars"."""
    return _many(_UNITS.get(code, (code, ""))[0], 2)


def _many(unit: str, count: int) -> str:
    if count == 1 or unit.isupper() or unit == "fils":
        return unit
    return "pence" if unit == "penny" else f"{unit}s"


def day(on: date, today: date | None = None) -> str:
    """A date in words: "today", "tomorrow", "Monday, March ninth"; the year only when it is another one."""
    if today is not None and on in (today, today + timedelta(days=1)):
        return "today" if on == today else "tomorrow"
    words = f"{on:%A, %B} {num2words(on.day, to='ordinal')}".replace("-", " ")
    return (
        words
        if today is None or on.year == today.year
        else f"{words}, {num2words(on.year, to='year')}".replace("-", " ")
    )


def spell(text: str) -> str:
    """Letters and digits one by one: "W40" -> "W, four, zero"."""
    return ", ".join(number(int(c)) if c.isdecimal() else c.upper() for c in text if c.isalnum())


def in_groups(digits: str) -> str:
    """A long number by threes and fours, as people take it down: "27491" -> "two seven, four nine one"."""
    many = -(-len(digits) // 4)
    edges = [len(digits) * place // max(1, many) for place in range(many + 1)]
    groups = (digits[start:end] for start, end in pairwise(edges))
    return ", ".join(" ".join(number(int(digit)) for digit in group) for group in groups)


def written_money(amount: int, currency: str = "USD") -> str:
    """Minor units as written: 24517 -> "$245.17"."""
    return str(format_currency(currencies.major(amount, currency), currency, locale="en_US"))


def written_day(on: date) -> str:
    """A date as written: "March 9, 2026"."""
    return str(format_date(on, "long", locale="en_US"))


def short_day(on: date, today: date) -> str:
    """A date for an agent's screen: "9 Mar"; the year only when it is another one."""
    return f"{on.day} {on:%b}" if on.year == today.year else f"{on.day} {on:%b %Y}"


def listed(items: tuple[str, ...], joint: str = "and") -> str:
    """ "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {joint} {items[-1]}" if items else ""
