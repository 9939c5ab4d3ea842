"""Phrases that say what the digits beside them are: a card, a PIN, an id, or something that may be kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ivr.redaction.spans import MARKER, SecretKind

Named = SecretKind | Literal["a card", "kept", "maybe kept"]
"""Besides the kinds: "a card" is spoken of, but not its number; digits "kept" have a name of their own (an account
number, an amount); "maybe kept" are words such as "pay", which lose against any secret."""

_CODES_KEPT = (
    r"(?:zip|postal|post|area|sort|promo|promotion|discount|reference|confirmation|country|error|product|dress|branch"
    r"|swift|bar|voucher|coupon|routing|merchant|category|store|dial|dialling|dialing|source|booking|order|tracking)"
)
_CARD = (
    r"(?:credit|debit|bank|visa|master ?card|amex|american express|discover|payment)?\s*cards?(?:'s)?"
    r"\s+(?:numbers?|no\b|details|digits)"
    r"|(?:long|big) (?:card )?number(?! on (?:your|my|the) (?:statement|bill|letter))"
    r"|number (?:\w+ ){0,4}(?:on|of) (?:\w+ ){0,5}cards?"
    r"|(?:16|sixteen)[ -]digits?(?: number)?"
    r"|\bpan number"
)
_BACK = r"(?:back|reverse|front|signature)(?: (?:of|side)(?: \w+){0,2})?"
_CVV = (
    r"\b(?:cvv2?|cvc2?|cv2|csc|c\.?v\.?v\.?|card verification(?: \w+)?)\b|security (?:code|number|digits)"
    rf"|\b(?:three|four|3|4)[ -](?:digits?|numbers?)(?: \w+){{0,3}} {_BACK}"
    rf"|\b(?:digits?|numbers?|code)(?: \w+){{0,2}} (?:on|at|from) the {_BACK}"
    rf"|\bon (?:the|its) {_BACK}\b|signature strip|\b(?:back|reverse) of (?:the |my |your |it)?(?:card)?"
    r"|\b(?:the|your|my|other|last) (?:three|3)(?:[ -]digits?| numbers?)\b(?! of (?:your|my|the) (?:account|phone|zip))"
)
_PIN = (
    r"\bpins?\b(?:[ -]?(?:number|code))?(?:'s)?|\bp\.\s?i\.\s?n\b\.?|\bp i n\b|\bpincode\b"
    r"|\bsecret (?:number|code)\b|\bpersonal identification(?: number)?\b|\b(?:four|4)[ -]digit pin(?: number)?"
    r"|\b(?:my|your|digit) (?:pen|pain|pan|bin|pim|ping|tin|pinned|penn)\b"  # as it is misheard
    r"|\b(?:pass ?code|telephone password number|phone ?code)\b|\bclave\b"
)
_ID = (
    r"\bsocial(?:s\b| security(?: number)?| insurance(?: number)?|'s)?\b(?! media| worker)|\bssn\b"
    r"|\bsin\b(?= (?:number|no|is)\b)|\bs\.s\.n\b"
    r"|\bnational insurance(?: number)?|\b(?:ni|n\.i\.) number|\bnino\b|\bpassport(?: number)?"
    r"|\bdriv(?:er'?s?|ing) licen[cs]e(?: number)?|\btax(?:payer)?(?: \w+)? (?:id|number|identification)\b(?: number)?"
    r"|\bitin\b|\bnational id\w*(?: number)?|\bidentity(?: card)? number|\bnational identity(?: number)?"
    r"|\b(?:my|your|his|her|the) id(?:entification)?(?: number)?(?= is| are|'s|:|,|\?)|\baadhaar\b|\b(?:dni|curp)\b"
)
_BIRTH = r"\b(?:date of birth|birth ?dates?|birthdays?|d\.? ?o\.? ?b\b\.?|born(?: on| in)?|year of birth)"
_PATTERNS: tuple[tuple[Named, str], ...] = (
    ("kept", rf"\b{_CODES_KEPT}[ -]?codes?\b"),
    (
        "password",
        r"\bpa(?:ss|st|th|s)[ -]?(?:wor(?:d|ld|t|k)s?|phrases?|we're|were|where|ward)\b(?:'s)?"
        r"|\b(?:security|memorable|secret|magic) (?:word|answer|phrase)",
    ),
    ("birth", _BIRTH),
    ("id", _ID),
    ("cvv", _CVV),
    ("pin", _PIN),
    ("expiry", r"\bexpir\w*(?: date)?|\bexp\b(?:\.| date)?|\b(?:valid|good) (?:thru|through|until|till)\b"),
    (
        "kept",
        r"\bending(?: in| with)?\b|\bends (?:in|with)\b|\blast (?:four|4)(?:[ -]digits?| numbers?)?\b",
    ),
    ("card", _CARD),
    (
        "code",
        r"\b(?:one[ -]time|verification|access|sms|text(?:ed)?|login|log[ -]in|authori[sz]ation|authentication|auth)"
        r" (?:pass)?codes?\b|\botp\b|\b(?:text|sms) (?:says|reads)\b|\bcodes?\b(?!s? of)",
    ),
    (
        "kept",
        r"\b(?:account|acct|acc?|a/c|customer|member(?:ship)?|client|policy|routing|reference|confirmation|order"
        r"|tracking|case|ticket|claim|invoice|loan|transaction|cheque|check|phone|telephone|mobile|cell|cellphone"
        r"|contact|call[ -]?back|house|flight|model|serial|bill)(?:'s)? (?:number|no\b|#|id)s?"
        r"|\b(?:sort code|iban|zip|extension|ext)\b|\b(?:account|acct)(?=\W+(?:(?:is|was|it's) )?\d)"
        r"|\bnumber (?:to|for|that|where|we|i)(?: \w+){0,2}? (?:call|reach|contact|ring|phone)\w*"
        r"|\bcall(?:ing)? (?:you|me|him|her|us) back\b"
        r"|\b(?:call|reach|ring|phone|dial|text|contact)(?: \w+){0,2}(?: back)? (?:at|on)\b|\bphone is\b",
    ),
    ("a card", r"\b(?:credit |debit |bank )?cards?\b(?!s? (?:holder|member))|\b(?:visa|master ?card|amex)\b"),
    (
        "maybe kept",
        r"\b(?:account|accounts|phone|telephone|mobile|cell|amount|balance|owe|owed|pay|paying|payment|payments|paid"
        r"|charge|charged|spend|spent|transaction|transactions|total|sum|how much|address|street|year|since|date"
        r"|day)\b",
    ),
)
_ANY = [(named, re.compile(pattern, re.I)) for named, pattern in _PATTERNS]


@dataclass(frozen=True, slots=True)
class Phrase:
    """`named` at text[start:end]."""

    named: Named
    start: int
    end: int


LOOSE = ("maybe kept", "a card")


def telling(named: Sequence[Named]) -> Named | None:
    """The last name of several; one that says little only where there is no other."""
    return next((name for name in reversed(named) if name not in LOOSE), named[-1] if named else None)


def phrases_in(text: str) -> list[Phrase]:
    """What is named in `text`, in order; of what overlaps, the more telling. Markers of what was taken out are none."""
    bare = MARKER.sub(lambda match: " " * len(match[0]), text).replace("’", "'")
    found: list[Phrase] = []
    for named, pattern in _ANY:
        for match in pattern.finditer(bare):
            if not any(match.start() < phrase.end and phrase.start < match.end() for phrase in found):
                found.append(Phrase(named, match.start(), match.end()))
    return sorted(found, key=lambda phrase: phrase.start)
