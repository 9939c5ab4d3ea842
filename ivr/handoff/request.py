"""Asking for a person: the hand-off, its brief and its deadline, promised in the transaction of whoever asks."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.desk.queue import place_in_queue
from ivr.dialogue.actions import HandOff
from ivr.handoff.state import State
from ivr.store import outbox
from ivr.store.models import Call, Handoff
from ivr.store.states import HANDOFF_ENDS
from ivr.store.topics import HANDOFF_DEADLINE, HANDOFF_REQUESTED


def request_handoff(tx: Session, call: Call, action: HandOff, now: datetime, handoff_seconds: int = 60) -> Handoff:
    """The call's live hand-off: the one there is, or a new one.

    `handoff_seconds`: how long the caller hears music before they are told their place in the queue.
    """
    standing = live_handoff(tx, call.sid)
    if standing is not None:
        return standing
    handoff = Handoff(
        call_sid=call.sid,
        state="requested",
        reason=action.reason,
        intent=action.intent,
        summary=action.summary,
        known=dict(action.known),
        mood=action.mood,
        machine=State(wanted=action.wanted).to_json(),
        version=0,
        requested_at=now,
        place_at=place_in_queue(tx, call, action.mood, now),
        times={"requested": now.isoformat()},
    )
    tx.add(handoff)
    tx.flush()
    call.stage = "parked"
    call.language = action.language or call.language
    outbox.put(tx, HANDOFF_REQUESTED, {"handoff": handoff.id}, now)
    outbox.put(tx, HANDOFF_DEADLINE, {"handoff": handoff.id}, now + timedelta(seconds=handoff_seconds))
    return handoff


def live_handoff(tx: Session, call_sid: str) -> Handoff | None:
    """The hand-off of a call that has not ended; the tries of a call-back are calls of their own."""
    live = select(Handoff).where(
        Handoff.call_sid == call_sid, Handoff.kind == "call", Handoff.state.not_in(HANDOFF_ENDS)
    )
    return tx.scalars(live.order_by(Handoff.id.desc()).limit(1)).first()
