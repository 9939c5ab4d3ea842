"""Forgetting: recordings and words of calls past their time."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from ivr.clock import Clock
from ivr.store import Sessions
from ivr.store.models import Audit, Call, Handoff, Recording
from ivr.store.notes import Note


def purge_older(sessions: Sessions, before: datetime, clock: Clock) -> dict[str, int]:
    """Deletes recordings and words of ended calls that began before `before`; figures and outcomes stay."""
    files: list[Path] = []
    with sessions.begin() as tx:
        old = tx.scalars(select(Call).where(Call.started_at < before, Call.ended_at.is_not(None))).all()
        for call in old:
            files += [path for recording in call.recordings if (path := _forget_recording(recording))]
            for turn in call.turns:
                turn.text, turn.words = "", []
            call.dialogue = None
            for handoff in call.handoffs:
                _forget_handoff(handoff)
            for note in tx.scalars(select(Note).where(Note.call_sid == call.sid, Note.kind != "outcome")):
                note.text = ""
        tx.add(
            Audit(
                at=clock.now(), actor="system", action="purge", subject=before.isoformat(), detail={"calls": len(old)}
            )
        )
    for file in files:
        file.unlink(missing_ok=True)
    return {"calls": len(old), "recordings": len(files)}


def _forget_recording(recording: Recording) -> Path | None:
    path, recording.path = recording.path, None
    recording.state, recording.transcript = "deleted", []
    return Path(path) if path else None


def _forget_handoff(handoff: Handoff) -> None:
    handoff.summary, handoff.known, handoff.brief = "", {}, None
