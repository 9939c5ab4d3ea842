"""Takes secrets out of what is written: the text, each word's entry, and whatever else holds the same digits."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ivr.redaction.digit_runs import runs, tokens
from ivr.redaction.spans import MARKERS, SecretKind, Span

SHORTEST = 4  # digits that give a secret away

Words = Sequence[Mapping[str, Any]]


def redact(text: str, spans: Sequence[Span]) -> str:
    """`text` with each span's marker in its place."""
    for span in sorted(spans, key=lambda span: span.start, reverse=True):
        text = text[: span.start] + MARKERS[span.kind] + text[span.end :]
    return text


def mask_words(text: str, words: Words, spans: Sequence[Span]) -> list[dict[str, Any]]:
    """The entries of `words` ({word, start, end, ...}) of `text`, a span's own as one.

    None where they do not add up to the text, whose spans then say nothing of them. The times of a masked entry are
    those of its first and last word, its confidence is the lowest.
    """
    kept: list[dict[str, Any]] = []
    open_span = None
    for word, (start, at) in zip(words, places(text, words), strict=False):
        span = next((span for span in spans if span.start < at and start < span.end), None)
        if span is None:
            kept.append(dict(word))
        elif span is open_span:
            kept[-1] |= {"end": word.get("end"), "confidence": _lower(kept[-1], word)}
        else:
            lead, rest = text[start : max(start, span.start)], text[min(at, span.end) : at]
            kept.append({**word, "word": f"{lead}{MARKERS[span.kind]}{rest}"})
        if span is not None and span is open_span and at > span.end:
            kept[-1]["word"] += text[span.end : at]
        open_span = span
    return kept


def places(text: str, words: Words) -> list[tuple[int, int]]:
    """Where in `text` each of `words` stands; none where they do not add up to it."""
    found: list[tuple[int, int]] = []
    at = 0
    for word in words:
        spaced = re.compile(r"\s*" + r"\s*".join(map(re.escape, "".join(word["word"].split()))))  # markers hold spaces
        match = spaced.match(text, at)
        if match is None:
            return []
        at = match.end()
        found.append((match.end() - len(match[0].lstrip()), at))
    return found


def _lower(one: Mapping[str, Any], other: Mapping[str, Any]) -> float | None:
    known = [c for c in (one.get("confidence"), other.get("confidence")) if c is not None]
    return min(known, default=None)


def mask_digits(text: str, kind: SecretKind, shortest: int = 3) -> list[Span]:
    """Every run of digits in a text that is known to hold such a secret, however it was heard."""
    return [
        Span(run.start, run.end, kind, run.digits)
        for run in runs(tokens(text))
        if len(run.digits) >= shortest and not run.priced
    ]


def forget(value: Any, cards: Sequence[str]) -> Any:
    """JSON with every string that holds four or more digits of one of the `cards`, said or written, masked."""
    if isinstance(value, str):
        return redact(value, same_digits(value, cards))
    if isinstance(value, dict):
        return {name: forget(inner, cards) for name, inner in value.items()}
    if isinstance(value, list):
        return [forget(inner, cards) for inner in value]
    return value


def same_digits(text: str, cards: Sequence[str]) -> list[Span]:
    """Where `text` holds digits of a card that came out later."""
    return [
        Span(run.start, run.end, "card", run.digits)
        for run in (runs(tokens(text)) if cards else ())
        if len(run.digits) >= SHORTEST
        and not run.priced
        and any(run.digits in card or card in run.digits for card in cards)
    ]
