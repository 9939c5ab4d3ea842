"""PINs, codes and cards said aloud: out of a recording's transcript as they are out of the turns."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.calls.turns import CARD, CODE, SECRET
from ivr.store.models import Recording, Turn

SLACK = 1.0  # seconds: what the two recognisers differ by in where words begin and end
CALLER = 1


def mask_secrets(tx: Session, recording: Recording, transcript: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The transcript with each caller's segment that overlaps a secret turn replaced, words included."""
    if recording.kind != "call":
        return transcript
    hidden = (SECRET, CODE, CARD)
    spoken = select(Turn).where(Turn.call_sid == recording.call_sid, Turn.text.in_(hidden), Turn.via == "voice")
    secrets = [(turn, turn.start - recording.offset) for turn in tx.scalars(spoken)]
    return [_masked(segment, secrets) for segment in transcript]


def _masked(segment: dict[str, Any], secrets: list[tuple[Turn, float]]) -> dict[str, Any]:
    if segment["channel"] != CALLER:
        return segment
    for turn, start in secrets:
        end = start + ((turn.end or turn.start) - turn.start)
        if segment["start"] < end + SLACK and segment["end"] > start - SLACK:
            return {**segment, "text": turn.text, "words": []}
    return segment
