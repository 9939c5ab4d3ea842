"""Finds runs of digits in a text, however they are said or written, and where each stands."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ivr.number_words import HEARD_AS, REPEATS, SPANISH_UNITS, TEENS, TENS, UNITS, ZEROS, words_of

LONGEST_TELEPHONE = 15  # digits with the country's code
_TOKEN = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)?|[^\s]")
_BELOW_TEN = UNITS | SPANISH_UNITS
_SCALES = {"hundred": 100, "thousand": 1000}
_JOINERS = words_of(
    """and then um uh uhm er erm ah hm hmm mm dash hyphen space dot point slash stroke comma period next y luego guion
    espacio"""
)
_NO_JOINERS = frozenset("$£€¥%#@+=&<>")
_CURRENCY = frozenset("$£€¥")
_UNITS_AFTER = words_of(
    """dollar dollars buck bucks pound pounds quid euro euros usd cent cents penny pennies pence percent % grand k
    o'clock am pm"""
)


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        return self.text[0].isalpha()


@dataclass(frozen=True, slots=True)
class Run:
    """Digits with nothing but joiners between them. `pieces` are (start, end, digits); `first` and `last` are tokens.

    `priced`: a currency or a unit stands beside it. `dated`: parts are divided by slashes. `dialled`: after a plus, and
    no longer than a telephone number.
    """

    pieces: tuple[tuple[int, int, str], ...]
    first: int
    last: int
    priced: bool = False
    dated: bool = False
    dialled: bool = False

    @property
    def digits(self) -> str:
        return "".join(digits for _, _, digits in self.pieces)

    @property
    def start(self) -> int:
        return self.pieces[0][0]

    @property
    def end(self) -> int:
        return self.pieces[-1][1]


def tokens(text: str) -> list[Token]:
    """Numerals, words and signs, in order; lower case."""
    return [Token(match[0].lower().replace("’", "'"), match.start(), match.end()) for match in _TOKEN.finditer(text)]


def runs(words: Sequence[Token], skip: Sequence[tuple[int, int]] = ()) -> list[Run]:
    """Each run of digits; what lies within a `skip` (start, end) of the text, such as "the three digits", is none."""
    found: list[list[tuple[int, int, str, int, int]]] = []
    open_run = False
    at = 0
    while at < len(words):
        digits, end = ("", at + 1) if _within(words[at], skip) else _piece(words, at)
        if digits:
            piece = (words[at].start, words[end - 1].end, digits, at, end - 1)
            if open_run:
                found[-1].append(piece)
            else:
                found.append([piece])
            open_run, at = True, end
            continue
        open_run = open_run and _joins(words[at])
        at += 1
    return [_run(words, pieces) for pieces in found]


def digits_in(text: str) -> str:
    """The first unbroken digits of a text; "" when there are none."""
    return next((run.digits for run in runs(tokens(text))), "")


def _run(words: Sequence[Token], pieces: list[tuple[int, int, str, int, int]]) -> Run:
    first, last = pieces[0][3], pieces[-1][4]
    before = words[first - 1].text if first else ""
    inside = {token.text for token in words[first:last]}
    return Run(
        tuple(piece[:3] for piece in pieces),
        first,
        last,
        priced=before in _CURRENCY or _has_unit(words, last),
        dated="/" in inside,
        dialled=before in {"+", "plus"} and sum(len(piece[2]) for piece in pieces) <= LONGEST_TELEPHONE,
    )


def _has_unit(words: Sequence[Token], last: int) -> bool:
    """Whether a unit follows; a sign of money only where it hangs on this number ("52$"), not on the next ("$50")."""
    after, beyond = [*words[last + 1 : last + 3], None, None][:2]
    if after is None or after.text not in _CURRENCY:
        return after is not None and after.text in _UNITS_AFTER
    of_next = beyond is not None and beyond.start == after.end and beyond.text[0].isdecimal()
    return words[last].end == after.start and not of_next


def _within(token: Token, skip: Sequence[tuple[int, int]]) -> bool:
    return any(start <= token.start < end for start, end in skip)


def _joins(token: Token) -> bool:
    return token.text in _JOINERS if token.is_word else token.text not in _NO_JOINERS


def _piece(words: Sequence[Token], at: int) -> tuple[str, int]:
    """The digits of the number at `at` and the token after it; "" where there is none."""
    word = words[at].text
    if word[0].isdecimal():
        return "".join(str(int(sign)) for sign in word), at + 1
    if word in REPEATS and at + 1 < len(words):
        repeated, end = _piece(words, at + 1)
        return (repeated * REPEATS[word], end) if len(repeated) == 1 else ("", at + 1)
    if word in ZEROS:
        return ("0", at + 1) if word not in {"oh", "o"} or _beside_digits(words, at) else ("", at + 1)
    if word in HEARD_AS and word not in UNITS:
        return (HEARD_AS[word], at + 1) if _between_digits(words, at) else ("", at + 1)
    return _spoken(words, at)


def _spoken(words: Sequence[Token], at: int) -> tuple[str, int]:
    """ "forty-one" is 41, "forty one hundred" 4100, "four thousand one hundred and eleven" 4111."""
    small = _small(words, at)
    if small is None:
        return "", at + 1
    value, end = small
    scaled = False
    while end < len(words) and (scale := _SCALES.get(words[end].text)) is not None:
        value, end, scaled = value * scale, end + 1, True
        after = end + (words[end : end + 1] != [] and words[end].text == "and")
        rest = _small(words, after) if after < len(words) else None
        if rest is None or not 0 < rest[0] < scale:
            continue
        if words[rest[1] : rest[1] + 1] and (inner := _SCALES.get(words[rest[1]].text, scale)) < scale:
            more = _small(words, rest[1] + 1 + _is_and(words, rest[1] + 1))
            value += rest[0] * inner + (more[0] if more else 0)
            end = more[1] if more else rest[1] + 1
            break
        value, end = value + rest[0], rest[1]
    return (str(value) if scaled or value >= 10 else str(small[0])), end


def _is_and(words: Sequence[Token], at: int) -> bool:
    return at < len(words) and words[at].text == "and"


def _small(words: Sequence[Token], at: int) -> tuple[int, int] | None:
    """A number below a hundred in words, and the token after it."""
    if at >= len(words):
        return None
    word = words[at].text
    if word in TENS:
        after = at + 1 + (words[at + 1 : at + 2] != [] and words[at + 1].text == "-")
        unit = UNITS.get(words[after].text, 0) if after < len(words) else 0
        return (TENS[word] + unit, after + 1) if unit else (TENS[word], at + 1)
    value = _BELOW_TEN.get(word, TEENS.get(word))
    return None if value is None else (value, at + 1)


def _single(word: str) -> bool:
    return (len(word) == 1 and word.isdecimal()) or word in _BELOW_TEN or word in ZEROS or word in REPEATS


def _any_digit(word: str) -> bool:
    return word[0].isdecimal() or _single(word) or word in TEENS or word in TENS


def _neighbours(words: Sequence[Token], at: int) -> Iterator[str]:
    """The words before and after the token; signs between them count for nothing."""
    for step in (-1, 1):
        near = at + step
        while 0 <= near < len(words) and not words[near].is_word and not words[near].text[0].isdecimal():
            near += step
        yield words[near].text if 0 <= near < len(words) else " "


def _beside_digits(words: Sequence[Token], at: int) -> bool:
    return any(map(_any_digit, _neighbours(words, at)))


def _between_digits(words: Sequence[Token], at: int) -> bool:
    """ "nine for seven", but not "4000 to 12"."""
    return all(map(_single, _neighbours(words, at)))


def luhn(digits: str) -> bool:
    """Whether the check digit is right, as it is on every payment card."""
    doubled = (int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0
