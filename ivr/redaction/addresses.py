"""Finds where people live: streets with a number, postcodes, and what is told of an address or asked for as one."""

import re
from collections.abc import Iterator

from ivr.number_words import NATO
from ivr.redaction.digit_runs import runs, tokens
from ivr.redaction.spans import MARKER, Span

LONGEST_ANSWER = 16  # words
_WAYS = (
    "street|road|avenue|lane|drive|court|close|way|place|square|terrace|crescent|boulevard|gardens?|grove|parkway|highway"
    "|mews|row|circle|hill|walk|quay|wharf|rise|view|green|st|rd|ave|ln|dr|ct|pl|blvd"
)
_WORD = (
    r"(?!(?:the|a|an|of|on|in|at|to|and|my|your|for|by|dollars?|pounds?|euros?|cents?|percent|days?|months?)\b)"
    r"[^\W\d_][\w'’.-]*"
)
_STREET = re.compile(rf"(?:{_WORD}\s+){{1,4}}(?:{_WAYS})\b(?:\.(?=,))?", re.I)
_MORE = re.compile(
    r"(?:,?\s+(?i:apartment|apt|flat|unit|suite|floor|house|number)\.?\s+\w+)?"
    r"(?:,?\s+(?:in\s+)?[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+){0,3}){0,3}(?:,?\s+\d{5}(?:-\d{4})?\b)?"
)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?-?\d[ABD-HJLNP-UW-Z]{2}\b", re.I)
_BOX = re.compile(r"\bp\.?\s?o\.? box \d+\b", re.I)
_CODE = re.compile(r"\b(?:post ?code|postal code|zip(?: code)?)\b(?:'s| is| was|:)?,?\s*", re.I)
_TOLD = re.compile(
    r"\b(?:(?:my|our|his|her|the|new|old|home|billing|mailing|postal|current|previous) address(?:'s| is| was|:)"
    r"|(?:i|we|he|she|they)(?:'m|'ve| am| have| just| now)* (?:lives?|living|moved|reside) (?:at|in|on|to)"
    r"|(?:send|post|mail)(?:ed|ing)? (?:it|them|that|this|(?:the|my|a) (?:\w+ )?(?:card|letter|statement|bill|form)s?)"
    r" to)\s+",
    re.I,
)
_REST = re.compile(
    r"(?:(?![.?!](?:\s|$)|,? (?:and|but|so|because|since|can|could|please|if|when|last"
    r"|next|this|by|until|about|yesterday|today|tomorrow|now|for|where"
    r"|on (?:the|(?:mon|tues|wednes|thurs|fri|satur|sun)day))\b).)+",
    re.S | re.I,
)
_ASKS = re.compile(
    r"\baddress\b(?! (?:that|this|the) (?:issue|problem))|\b(?:post ?code|postal code|zip(?: code)?)\b"
    r"|\bwhere (?:do|are|did) you (?:live|living|move)\b|\b(?:street|house number|town|city) (?:do|are|is)\b",
    re.I,
)
_EMAIL = re.compile(r"\be-?mail\b|\bweb\b", re.I)
_LEAD = re.compile(r"\W*(?:(?:sure|yes|yeah|ok|okay|so|well|um|uh|it's|it is|that's|i live (?:at|in|on))\b\W*)*", re.I)
_NO_ANSWER = re.compile(
    r"\b(?:don't|do not|no|not|sorry|wait|moment|what|why|which|can't|cannot|agent|person|pardon|same|yes|already|you"
    r"|need|want|pay|payment|balance|account|how|when|dollars?|pounds?|thanks?)\b",
    re.I,
)


def addresses_in(text: str, asked: bool) -> Iterator[Span]:
    """Each address in `text`; `asked`: somebody has just asked for one."""
    bare = MARKER.sub(lambda match: " " * len(match[0]), text).replace("’", "'")
    yield from _streets(bare)
    for pattern in (_POSTCODE, _BOX):
        yield from (Span(match.start(), match.end(), "address") for match in pattern.finditer(bare))
    digits = [(run.start, run.end) for run in runs(tokens(bare))]
    for match in _CODE.finditer(bare):
        yield from (Span(start, end, "address") for start, end in digits if 0 <= start - match.end() <= 1)
    for match in _TOLD.finditer(bare):
        rest = _REST.match(bare, match.end())
        if rest and (
            any(map(str.isupper, rest[0])) or any(start < rest.end() and match.end() <= start for start, _ in digits)
        ):
            yield Span(match.end(), match.end() + len(rest[0].rstrip(" ,")), "address")
    if asked:
        yield from _answer(bare)


def asks_for_address(text: str) -> bool:
    return bool(_ASKS.search(text)) and not _EMAIL.search(text)


def _streets(text: str) -> Iterator[Span]:
    """A number, a few words and a kind of street, with the flat and the town behind it."""
    for run in runs(tokens(text)):
        street = None if run.priced else _STREET.match(text, re.compile(r"\s*,?\s*").match(text, run.end).end())  # type: ignore[union-attr]
        if street and len(run.digits) <= 5:
            more = _MORE.match(text, street.end())
            yield Span(run.start, more.end() if more else street.end(), "address")


def _answer(text: str) -> Iterator[Span]:
    lead = _LEAD.match(text)
    start, end = lead.end() if lead else 0, len(text.rstrip(" .,!?"))
    said = text[start:end]
    words = re.findall(r"\w+", said.lower())
    letters = sum(len(word) == 1 or word in NATO or any(map(str.isdecimal, word)) for word in words)
    spelled = 2 * letters >= len(words) > 1 and not any(run.priced for run in runs(tokens(said)))
    if spelled or (said and len(words) <= LONGEST_ANSWER and not _NO_ANSWER.search(said)):
        yield Span(start, end, "address")
