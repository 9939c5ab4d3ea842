"""Prepares a text for the grammar of amounts: ranges, lists and foreign ways to write figures are spelled out."""

import re

from ivr.nlu.numbers import tokens
from ivr.number_words import TEENS, TENS, UNITS

_NUMBER = rf"(?:[$£€]\s?)?(?:\d[\d.,]*\d|\d|\b(?:{'|'.join((*UNITS, *TEENS, *TENS))})\b)"
_TENS = rf"\b(?:{'|'.join(TENS)})\b"
_BIG = rf"(?:{_TENS}|\b(?:{'|'.join(TEENS)})\b|(?:[$£€]\s?)?\d[\d.,]*)"
_SCALED = re.compile(r"\b(hundred|thousand|million),\s", re.I)
_RULES = (
    (re.compile(r"(?<=\d)[\u00a0\u202f](?=\d{3}\b)"), ""),  # 1 500 with a space that does not break
    (re.compile(r"\b(\d{1,3}(?:\.\d{3})+),(\d{2})\b"), lambda m: f"{m[1].replace('.', '')}.{m[2]}"),  # 1.500,00
    (re.compile(r"(?<![\d.,])(\d+),(\d\d)(?![\d,.]\d|\d)"), r"\1.\2"),  # 12,50
    (re.compile(r"(?<![\d.,])(\d{1,3})[.](\d{3})(?![\d,.]\d|\d)"), r" "),  # 1.500: thousands or a slip, who knows
    (re.compile(r"(?:^|(?<=\s))-(?=[$£€]?\d)"), " minus "),
    (_SCALED, r"\1 "),
    (re.compile(rf"({_NUMBER})\s*[–—~]\s*(?={_NUMBER})", re.I), r"\1 to "),
    (re.compile(rf"({_BIG})\s*-\s*(?={_BIG})", re.I), r"\1 to "),
    (re.compile(r"([$£€]?\d[\d.,]*)\s*-\s*(?=[$£€]?\d)"), r"\1 to "),
    (re.compile(r",(?=\s|$)"), " comma "),
    (re.compile(r"\s&\s"), " and "),
)


def amount_tokens(text: str) -> list[str]:
    """As `numbers.tokens`, where a range is "to" and what stands in a list is divided by "comma"."""
    for pattern, spelled in _RULES:
        text = pattern.sub(spelled, text)
    return tokens(text)
