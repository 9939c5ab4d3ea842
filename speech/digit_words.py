"""Digits as they come back from a recogniser: as numerals, as words, and sometimes repeated; never invented."""

import re

_UNITS = "zero one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_AROUND = "um uh er erm so ok okay yes yeah sure well it's its it is my the pin number code account and please"

UNITS = dict(zip(_UNITS.split(), "0123456789", strict=True))
UNITS |= {"oh": "0", "o": "0", "nought": "0", "naught": "0"}
TEENS = {word: str(10 + index) for index, word in enumerate(_TEENS.split())}
TENS = dict(zip(_TENS.split(), "23456789", strict=True)) | {"fourty": "4"}
TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
# What a recogniser writes for a digit; believed only where the count then comes out as it was asked for.
SOUNDS_LIKE = {
    "to": "2",
    "too": "2",
    "for": "4",
    "fore": "4",
    "or": "4",
    "won": "1",
    "ate": "8",
    "sex": "6",
    "tree": "3",
}
SOUNDS_LIKE |= {"free": "3", "sick": "6", "sigh": "5", "fife": "5", "niner": "9", "nein": "9", "hero": "0"}
AROUND = frozenset(f"{_AROUND} thank thanks you".split())
RUNAWAY = 6  # as many repeats of one digit past the end are a decoder that ran away, not a caller


def plain_words(text: str) -> list[str]:
    """The words and numbers of a text in lower case, without its punctuation."""
    return re.findall(r"[a-z']+|\d+", text.lower())


def spoken_digits(text: str, count: int | None = None) -> str | None:
    """The digits that `text` says, or None where it says something else as well.

    With `count` known, a string that stands there twice over is cut to one, and words that sound like digits count as
    such where the count is right only then. A wrong count comes back as it is.
    """
    words = plain_words(text)
    plain = _join(words, {})
    if count is None or (plain is not None and len(_once(plain, count)) == count):
        return plain if count is None or plain is None else _once(plain, count)
    guessed = _join(words, SOUNDS_LIKE)
    if guessed is not None and len(_once(guessed, count)) == count:
        return _once(guessed, count)
    return plain


def _join(words: list[str], more: dict[str, str]) -> str | None:
    units = UNITS | more
    digits, times = "", 1
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if word in TIMES:
            times = TIMES[word]
            continue
        if word in AROUND and times == 1:
            continue
        found = _digits_of(word, following, units)
        if found is None or (times > 1 and len(found) > 1 and not found.isdecimal()):
            return None
        digits += found[0] * times + found[1:] if times > 1 else found
        times = 1
    return digits or None


def _digits_of(word: str, following: str, units: dict[str, str]) -> str | None:
    if word.isdecimal():
        return word
    if word in TENS:
        return TENS[word] if UNITS.get(following, "0") != "0" else TENS[word] + "0"
    return TEENS.get(word) or units.get(word)


def _once(digits: str, count: int) -> str:
    """One period of a string of `count` digits that stands there over and over, else the string as it is."""
    if len(digits) <= count:
        return digits
    period = digits[:count]
    if len(digits) >= 2 * count - 1 and (period + period).startswith(digits[: 2 * count]):
        return period
    tail = digits[count:]
    return period if len(tail) >= RUNAWAY and set(tail) == {digits[count - 1]} else digits
