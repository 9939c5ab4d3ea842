"""Whether a recording came whole: its length beside the carrier's own figure."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.store.models import Recording

ROUNDED = 2.0  # seconds: what the carrier's own figure may be off by


class ShortRecordingError(ValueError):
    """Less sound came than the carrier has."""


def compare_length(told: float | None, seconds: float) -> str:
    """verified; longer; or untold, where the carrier gave no length. Raises ShortRecordingError."""
    if told is None:
        return "untold"
    if seconds < told - ROUNDED:
        raise ShortRecordingError(f"{seconds:.1f} s came of a recording of {told:.0f} s")
    return "longer" if seconds > told + ROUNDED else "verified"


def unverified(tx: Session) -> int:
    """How many kept recordings were never found to be as long as the carrier says."""
    kept = select(func.count()).select_from(Recording).where(Recording.path.is_not(None))
    return sum(tx.scalar(kept.where(Recording.length_check == check)) or 0 for check in (None, "untold", "longer"))
