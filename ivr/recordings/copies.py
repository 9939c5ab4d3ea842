"""The copy of a recording without its secrets: how it is kept beside the original, and who hears which."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.store.models import Recording

MADE, LEAKED, PROVED, WITHHELD = "made", "leaked", "proved", "withheld"
SUFFIX = "redacted"


@dataclass(frozen=True, slots=True)
class RedactedCopy:
    """Names the copy to the store, as a Recording names its original."""

    sid: str
    path: str | None


def redacted_copy(recording: Recording) -> RedactedCopy:
    return RedactedCopy(both(recording.sid)[1], recording.redacted_path)


def heard_by_people(recording: Recording) -> RedactedCopy | Recording | None:
    """What pages play. An agent hears the message that was left for them as it is until there is a copy."""
    if recording.kind != "call":
        return redacted_copy(recording) if recording.redacted_path else recording
    return redacted_copy(recording) if may_be_heard(recording) else None


def original_sid(name: str) -> str:
    """The sid of the recording that a file's name belongs to, original or copy."""
    return name.partition(".")[0].removesuffix(SUFFIX)


def both(sid: str) -> tuple[str, str]:
    """What the original and the copy are kept as."""
    return sid, f"{sid}{SUFFIX}"


def may_be_heard(recording: Recording) -> bool:
    """Whether reviewers may hear it: nothing secret was found when the copy was heard again."""
    return recording.state == "transcribed" and recording.redaction == PROVED


def withheld(tx: Session) -> int:
    """How many recordings nobody may hear, since a secret was still heard in their copies."""
    return tx.scalar(select(func.count()).select_from(Recording).where(Recording.redaction == WITHHELD)) or 0
