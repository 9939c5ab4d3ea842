"""Secrets said aloud: out of a recording's transcript as they are out of the turns."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.redaction import (
    KEYED_CARD,
    MARKERS,
    Line,
    Span,
    holds_marker,
    kind_of,
    mask,
    mask_digits,
    mask_words,
    overlap,
    redact,
)
from ivr.store.models import Recording, Turn

SLACK = 1.0  # seconds: what the two recognisers differ by in where words begin and end
CALLER, OTHERS = 1, 2

Segment = dict[str, Any]


def mask_secrets(tx: Session, recording: Recording, transcript: list[Segment]) -> list[Segment]:
    """The transcript without its own secrets, and without what was taken out of the turns said at the same time."""
    own = mask([Line(str(segment["channel"]), segment["text"]) for segment in transcript]).lines
    secrets = _secret_turns(tx, recording)
    return [
        _masked(segment, list(masked.spans), [turn for turn in secrets if _meets(segment, turn, recording.offset)])
        for segment, masked in zip(transcript, own, strict=True)
    ]


def _secret_turns(tx: Session, recording: Recording) -> list[Turn]:
    if recording.kind != "call":
        return []
    spoken = select(Turn).where(Turn.call_sid == recording.call_sid, Turn.via == "voice")
    return [turn for turn in tx.scalars(spoken) if holds_marker(turn.text)]


def _meets(segment: Segment, turn: Turn, offset: float) -> bool:
    channel = CALLER if turn.speaker == "caller" else OTHERS
    start, end = turn.start - offset, (turn.end or turn.start) - offset
    return bool(segment["channel"] == channel and segment["start"] < end + SLACK and segment["end"] > start - SLACK)


def _masked(segment: Segment, spans: list[Span], turns: list[Turn]) -> Segment:
    text = segment["text"]
    for turn in turns:
        kind = kind_of(turn.text)
        if kind is None:
            continue
        if turn.text in (*MARKERS.values(), KEYED_CARD):
            return {**segment, "text": turn.text, "words": []}
        spans += [span for span in mask_digits(text, kind) if not any(overlap(span, other) for other in spans)]
    return {**segment, "text": redact(text, spans), "words": mask_words(text, segment["words"], spans)}
