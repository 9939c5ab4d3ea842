"""Finds dates of birth: dates that are said of somebody's birth. All other dates are left as they are."""

import re
from collections.abc import Callable, Iterator, Sequence

from ivr.number_words import words_of
from ivr.redaction.digit_runs import Token, runs, tokens
from ivr.redaction.phrases import Named, Phrase
from ivr.redaction.spans import Span

NEAR = 5  # words between "born" and the date
BESIDE = 4  # words beside a date that is an answer, or its echo
_LAST_CENTURY = re.compile(r"(?<=\d)19\d\d$")  # nobody pays, and nothing is due, on a whole date in it
_MONTHS = words_of(
    """january february march april may june july august september october november december jan feb mar apr jun jul
    aug sep sept oct nov dec"""
)
_ORDINALS = words_of(
    """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
    sixteenth seventeenth eighteenth nineteenth twentieth thirtieth"""
)
_SUFFIXES = words_of("st nd rd th")
_ASIDE = words_of("the of in and um uh er on day month year")
_BEHIND = re.compile(r"\s*,?\s*(?:is|was|that's|'s|as|for)?\s*(?:my|his|her|the|your|their)?\s*$", re.I)


def births(text: str, named: Sequence[Phrase], asked: Callable[[], Named | None]) -> Iterator[Span]:
    """Each date of birth in `text`: after its name, before it, or all of an answer to who asked for one."""
    words = tokens(text)
    priced = [run for run in runs(words) if run.priced]
    dates = [
        date for date in dates_in(words) if not any(run.start < date.end and date.start < run.end for run in priced)
    ]
    if not dates:
        return
    mentioned = [phrase for phrase in named if phrase.named == "birth"]
    taken = {at for at, date in enumerate(dates) if date.digits and _LAST_CENTURY.search(date.digits)}
    for phrase in mentioned:
        after = next((at for at, date in enumerate(dates) if date.start >= phrase.end), None)
        before = next((at for at, date in reversed([*enumerate(dates)]) if date.end <= phrase.start), None)
        if after is not None and _goes_with(words, phrase, dates[after], named):
            taken.add(after)
        elif before is not None and _BEHIND.fullmatch(text[dates[before].end : phrase.start]):
            taken.add(before)
    if not mentioned and not named and asked() == "birth":
        taken |= {at for at, date in enumerate(dates) if _words_beside(words, date) <= BESIDE}
    yield from (dates[at] for at in sorted(taken))


def _goes_with(words: Sequence[Token], phrase: Phrase, date: Span, named: Sequence[Phrase]) -> bool:
    """Few words, and nothing else that has dates, stand between the name and the date."""
    other = any(phrase.end <= one.start and one.end <= date.start for one in named)
    return not other and _between(words, phrase.end, date.start) <= NEAR


def _words_beside(words: Sequence[Token], date: Span) -> int:
    return sum(1 for token in words if token.is_word and not date.start <= token.start < date.end)


def _between(words: Sequence[Token], start: int, end: int) -> int:
    return sum(1 for token in words if start <= token.start < end and token.is_word)


def dates_in(words: Sequence[Token]) -> Iterator[Span]:
    """Stretches of the words and numerals of which dates are made, with a month or with as many digits as a date."""
    numbers = {at for run in runs(words) for at in range(run.first, run.last + 1)}
    at = 0
    while at < len(words):
        if not _of_date(words, at, numbers):
            at += 1
            continue
        end = last = at
        while end < len(words) and (_of_date(words, end, numbers) or _aside(words[end])):
            last = end if _of_date(words, end, numbers) else last
            end += 1
        if _is_date(words[at : last + 1]):
            digits = "".join(run.digits for run in runs(words[at : last + 1]))
            yield Span(words[at].start, words[last].end, "birth", _with_day(words[at : last + 1], digits))
        at = end


def _with_day(words: Sequence[Token], digits: str) -> str:
    """The digits of what is surely a date; an ordinal in words stands for one, as a year alone is no whole date."""
    if not any(token.text in _MONTHS or token.text == "/" for token in words):
        return ""  # such as a part of a card's number
    return f"0{digits}" if any(token.text in _ORDINALS for token in words) else digits


def _of_date(words: Sequence[Token], at: int, numbers: set[int]) -> bool:
    text = words[at].text
    numeral = text[0].isdecimal() or (at in numbers and words[at].is_word and text not in _ASIDE)
    return numeral or text in _MONTHS or text in _ORDINALS or (text in _SUFFIXES and at > 0)


def _aside(token: Token) -> bool:
    return token.text in _ASIDE or token.text in "-/.,"


def _is_date(words: Sequence[Token]) -> bool:
    """A month with a number, or three numbers ("4, 3, 85"), or digits enough."""
    numbers = [token for token in words if token.text not in _MONTHS and not _aside(token)]
    if any(token.text in _MONTHS for token in words):
        return bool(numbers)
    return len(numbers) >= 3 or sum(len(run.digits) for run in runs(words)) >= 4
