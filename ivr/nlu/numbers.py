"""Numbers as people say them and as a recogniser writes them: a text to tokens, tokens to numbers."""

import re
from dataclasses import dataclass
from decimal import Decimal

from ivr.number_words import TEENS, TENS, UNITS

_FIRSTS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_TEENTHS = "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"

SCALES = {"thousand": 1000, "grand": 1000, "k": 1000, "million": 1_000_000}
ORDINALS = {word: value for value, word in enumerate(f"{_FIRSTS} {_TEENTHS}".split(), start=1)} | {"thirtieth": 30}

_TOKEN = re.compile(
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+(?!\.?\d)|\.\d+|\d+)(?P<ordinal>st|nd|rd|th)?(?![a-z]*\d)"
    r"|(?P<word>[a-zñáéíóúü]+(?:'[a-z]+)?)|(?P<digit>\d)|(?P<sign>[$£€%/#])"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number that stands at tokens[start:end]. `value` in units; `written` when it came as numerals."""

    value: Decimal
    start: int
    end: int
    written: str = ""
    scaled: bool = False


def tokens(text: str) -> list[str]:
    """Words, numerals without thousands separators ("2450.17", "15th") and the signs $ £ € % / #, in order."""
    lower = text.lower().replace("’", "'").replace("-", " ")
    found = []
    for match in _TOKEN.finditer(lower):
        number = match["number"]
        found.append(number.replace(",", "") + (match["ordinal"] or "") if number else match[0])
    return found


def is_numeral(token: str) -> bool:
    return token[:1].isdecimal() or (token[:1] == "." and token[1:].isdecimal())


def small(words: list[str], at: int) -> Number | None:
    """A number below a hundred in words ("twenty five"), or any numeral, at `at`."""
    if at >= len(words):
        return None
    word = words[at]
    if is_numeral(word) and not word.endswith(("st", "nd", "rd", "th")):
        return Number(Decimal(word), at, at + 1, written=word)
    if word in TENS:
        unit = UNITS.get(words[at + 1], 0) if at + 1 < len(words) else 0
        return Number(Decimal(TENS[word] + unit), at, at + (2 if unit else 1))
    value = UNITS.get(word, TEENS.get(word))
    return None if value is None else Number(Decimal(value), at, at + 1)


def number(words: list[str], at: int) -> Number | None:
    """The longest well-formed number at `at`: "two thousand four hundred and fifty", "a hundred", "3.5 thousand"."""
    total, end, limit, written = Decimal(0), at, Decimal(10) ** 9, ""
    while (part := _hundreds(words, end + (total > 0 and words[end : end + 1] == ["and"]))) is not None:
        if part.value >= limit:
            break
        after = part.end + (3 if _half(words, part.end) else 0)
        scale = SCALES.get(words[after]) if after < len(words) else None
        if scale is None:
            total, end, written = total + part.value, part.end, "" if total or part.scaled else part.written
            break
        value = part.value + (Decimal("0.5") if after > part.end else 0)
        total, end, limit = total + value * scale, after + 1, Decimal(scale)
    return Number(total, at, end, written, scaled=end > at and not written and total >= 100) if end > at else None


def _half(words: list[str], at: int) -> bool:
    """ "and a half" before a scale word."""
    return words[at : at + 3] == ["and", "a", "half"] and at + 3 < len(words) and words[at + 3] in SCALES


def _hundreds(words: list[str], at: int) -> Number | None:
    """A number that may hold "hundred": "two hundred and five", "twelve hundred", "a hundred"."""
    base = small(words, at)
    if words[at : at + 1] == ["hundred"]:
        base = Number(Decimal(1), at, at)
    elif words[at : at + 1] == ["a"] and words[at + 1 : at + 2] and words[at + 1] in {"hundred", *SCALES}:
        base = Number(Decimal(1), at, at + 1)
    if base is None:
        return None
    value, end = base.value, base.end
    if words[end : end + 3] == ["and", "a", "half"] and words[end + 3 : end + 4] == ["hundred"]:
        value, end = value + Decimal("0.5"), end + 3
    if words[end : end + 1] != ["hundred"]:
        return base
    value, end = value * 100, end + 1
    rest = small(words, end + 1) if words[end : end + 1] == ["and"] else small(words, end)
    if rest is not None and rest.value < 100 and not rest.written:
        return Number(value + rest.value, at, rest.end, scaled=True)
    return Number(value, at, end, scaled=True)


def ordinal(words: list[str], at: int) -> tuple[int, int] | None:
    """(value, end) of "third", "twenty first", "15th" at `at`."""
    if at >= len(words):
        return None
    word = words[at]
    if is_numeral(word) and word.endswith(("st", "nd", "rd", "th")):
        return int(word[:-2]), at + 1
    if word in TENS and at + 1 < len(words) and ORDINALS.get(words[at + 1], 99) < 10:
        return TENS[word] + ORDINALS[words[at + 1]], at + 2
    return (ORDINALS[word], at + 1) if word in ORDINALS else None
