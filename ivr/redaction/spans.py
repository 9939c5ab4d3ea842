"""Kinds of secrets, and what stands in their place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

SecretKind = Literal["card", "cvv", "expiry", "pin", "code", "id", "password", "birth", "name", "address"]

MARKERS: dict[SecretKind, str] = {
    "card": "(card number)",
    "cvv": "(security code)",
    "expiry": "(expiry date)",
    "pin": "(PIN)",
    "code": "(code)",
    "id": "(id number)",
    "password": "(password)",
    "birth": "(date of birth)",
    "name": "(name)",
    "address": "(address)",
}
PERSONAL: tuple[SecretKind, ...] = ("name", "address")  # taken out where the operator wants it, and no secrets
KEYED_CARD = "(card)"  # keyed or said while the carrier is about to take a card

MARKER = re.compile("|".join(re.escape(marker) for marker in (*MARKERS.values(), KEYED_CARD)))


@dataclass(frozen=True, slots=True)
class Span:
    """A secret at text[start:end]; `digits` as far as it is made of them."""

    start: int
    end: int
    kind: SecretKind
    digits: str = ""


def overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def holds_marker(text: str) -> bool:
    """Whether something was taken out of this text."""
    return bool(MARKER.search(text))


def holds_secret(text: str) -> bool:
    """Whether something was taken out of this text that is more than personal."""
    return any(kind_of(marker) not in PERSONAL for marker in MARKER.findall(text))


def kind_of(text: str) -> SecretKind | None:
    """The kind of the last secret that was taken out of this text."""
    markers = MARKER.findall(text)
    return next((kind for kind, marker in MARKERS.items() if marker == markers[-1]), "card") if markers else None


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same places in order, those that overlap as one, which is of the first one's kind."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if found and overlap(found[-1], span):
            found[-1] = replace(found[-1], end=max(found[-1].end, span.end))
        else:
            found.append(span)
    return found
