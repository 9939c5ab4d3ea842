"""One call as a document for scripts: what was said, the hand-off, the recording, the money, the problems."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.calls.stats import call_figures
from ivr.recordings.storage import RecordingFiles
from ivr.store.engine import Sessions
from ivr.store.models import Call, Handoff, Payment, Recording, Turn


def call_report(sessions: Sessions, sid: str, files: RecordingFiles) -> dict[str, Any]:
    """The call's document; times in seconds from its start. Raises LookupError for an unknown sid.

    The recording's `file` is where it lies now."""
    with sessions() as tx:
        call = tx.get(Call, sid)
        if call is None:
            raise LookupError(f"No call {sid} in the database.")
        recording = next((r for r in call.recordings if r.kind == "call"), None)
        handoffs = [h for h in call.handoffs if h.kind == "call"]  # a call-back is a later call's
        return {
            "call": call.sid,
            "outcome": call.outcome or "in progress",
            "turns": [_turn(turn) for turn in call.turns],
            "handoff": _handoff(call, handoffs[-1]) if handoffs else None,
            "recording": _recording(recording, files) if recording else None,
            "payments": _payments(tx, call),
            "figures": call.figures or call_figures(call.turns).to_json(),
            "problems": list(call.problems),
        }


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "speaker": turn.speaker,
        "via": turn.via,
        "text": turn.text,
        "start": _rounded(turn.start),
        "end": _rounded(turn.end),
        "confidence": _rounded(turn.confidence),
        "heard": _rounded(turn.played),
        "latency": turn.latency,
    }


def _handoff(call: Call, handoff: Handoff) -> dict[str, Any]:
    return {
        "state": handoff.state,
        "reason": handoff.reason,
        "attempts": [
            {"number": o.number, "agent": o.agent.name, "outcome": o.outcome, "offered": _since(call, o.offered_at)}
            for o in handoff.offers
        ],
        "times": {name: _since(call, datetime.fromisoformat(at)) for name, at in handoff.times.items()},
        "brief": handoff.brief or {},
    }


def _recording(recording: Recording, files: RecordingFiles) -> dict[str, Any]:
    return {
        "file": files.locate(recording.path) if recording.path else None,
        "state": recording.state,
        "channels": recording.channels,
        "seconds": _rounded(recording.seconds),
        "transcript": recording.transcript,
    }


def _payments(tx: Session, call: Call) -> list[dict[str, Any]]:
    made = tx.scalars(select(Payment).where(Payment.call_sid == call.sid).order_by(Payment.id))
    return [
        {"amount": p.amount, "on": p.on.isoformat(), "state": p.state, "confirmation": p.confirmation} for p in made
    ]


def _since(call: Call, at: datetime) -> float:
    return round((at - call.started_at).total_seconds(), 3)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
