"""When secrets are said in a recording: spells of its sound, and the words that were written down of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from ivr.redaction import MARKER, SecretKind, Span, holds_marker, kind_of, places
from ivr.store.models import Turn

CALLER, OTHERS = 1, 2
Words = Sequence[Mapping[str, Any]]
Segment = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Spell:
    """A secret on `channel` (1 = caller), from `start` to `end` in seconds from the recording's start."""

    channel: int
    start: float
    end: float
    kind: SecretKind

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "start": round(self.start, 3), "end": round(self.end, 3)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(**value)

    def meets(self, channel: int, start: float, end: float) -> bool:
        return self.channel == channel and self.start < end and start < self.end

    def holds(self, channel: int, start: float, end: float) -> bool:
        """Whether most of that time is in it: two recognisers do not agree to the tenth of a second."""
        shared = min(self.end, end) - max(self.start, start)
        return self.channel == channel and shared > 0 and shared >= 0.5 * min(end - start, self.end - self.start)


def in_segment(segment: Segment) -> list[Spell]:
    """The secrets that were taken out of a stretch of a transcript: to the word, or the stretch where none is timed."""
    channel, text, words = segment["channel"], segment["text"], segment["words"]
    timed = _to_the_end(_in_words(channel, text, words, 0.0), words, segment["end"])
    return timed or _whole(channel, text, segment["start"], segment["end"])


def timed_in_turn(turn: Turn, offset: float) -> list[Spell]:
    """The secrets in the words of a turn, if each of them is timed; `offset`: the recording's start in the call."""
    timed = _in_words(channel_of(turn), turn.text, turn.words, offset)
    return _to_the_end(timed, turn.words, (turn.end or turn.start) - offset)


def whole_turn(turn: Turn, offset: float) -> list[Spell]:
    """All of a turn from which something was taken out."""
    return _whole(channel_of(turn), turn.text, turn.start - offset, (turn.end or turn.start) - offset)


def channel_of(turn: Turn) -> int:
    return CALLER if turn.speaker == "caller" else OTHERS


def said_during(spells: Iterable[Spell], channel: int, text: str, words: Words, offset: float = 0.0) -> list[Span]:
    """Where in `text` its timed words fall into one of the spells."""
    spans: list[Span] = []
    for word, (start, end) in zip(words, places(text, words), strict=False):
        if _timed(word) and not holds_marker(word["word"]):
            inside = (s for s in spells if s.holds(channel, word["start"] - offset, word["end"] - offset))
            spans += [Span(start, end, spell.kind) for spell in [*inside][:1]]
    return _joined(text, spans)


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """Words that follow one another within one secret are one span."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].kind == span.kind and not text[found[-1].end : span.start].strip():
            found[-1] = Span(found[-1].start, span.end, span.kind)
        else:
            found.append(span)
    return found


def _in_words(channel: int, text: str, words: Words, offset: float) -> list[Spell]:
    marked = [word for word in words or () if holds_marker(word["word"]) and _timed(word)]
    if sum(len(MARKER.findall(word["word"])) for word in marked) < len(MARKER.findall(text)):
        return []
    return [
        Spell(channel, word["start"] - offset, word["end"] - offset, kind_of(word["word"]) or "card") for word in marked
    ]


def _to_the_end(timed: list[Spell], words: Words, end: float) -> list[Spell]:
    """A secret that nothing follows lasts to the end of what was said: recognisers end the last word too soon."""
    if timed and holds_marker(words[-1]["word"]):
        timed[-1] = replace(timed[-1], end=max(timed[-1].end, end))
    return timed


def _whole(channel: int, text: str, start: float, end: float) -> list[Spell]:
    kind = kind_of(text)
    return [] if kind is None else [Spell(channel, start, end, kind)]


def _timed(word: Mapping[str, Any]) -> bool:
    return word.get("start") is not None and word.get("end") is not None
