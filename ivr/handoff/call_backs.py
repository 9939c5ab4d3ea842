"""Promised call-backs: booked with the caller's place in the queue, tried at agreed times, each with its outcome."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.desk.opening_hours import OpeningHours
from ivr.handoff.state import State
from ivr.store import outbox
from ivr.store.models import Call, CallBack, Handoff
from ivr.store.states import CALLBACK_OPEN, HANDOFF_ENDS
from ivr.store.topics import CALLBACK_TRY

FIRST_TRY_AFTER = timedelta(seconds=10)  # the caller is still hearing our goodbye
LONGEST_CALL = timedelta(hours=4)  # no carrier lets one last longer: its end was told to nobody
RETRY_AFTER = (timedelta(minutes=15), timedelta(hours=2))  # after the first and the second try that missed the caller


class UnknownCallBackError(LookupError):
    """There is no call-back of that id."""


def book(
    tx: Session, row: Handoff, number: str, now: datetime, by: str, hours: OpeningHours, at: datetime | None = None
) -> tuple[CallBack, bool]:
    """Promise to call `number` about hand-off `row`, at once or at `at`.

    The promise, and whether it is a fresh one: one that stands is returned as it is."""
    standing = tx.get(CallBack, row.callback_id) if row.callback_id is not None else None
    if standing is not None and standing.state in CALLBACK_OPEN:
        return standing, False
    call_back = CallBack(
        call_sid=row.call_sid,
        number=number,
        place_at=min(row.place_at, now),
        state="booked",
        tries=0,
        attempts=[],
        booked_at=now,
        booked_by=by,
    )
    tx.add(call_back)
    tx.flush()
    row.callback_id = call_back.id
    _promise(tx, call_back, max(at or now, now + FIRST_TRY_AFTER), hours)
    return call_back, True


def start_try(tx: Session, callback_id: int, number: int, now: datetime, hours: OpeningHours) -> Handoff | None:
    """The hand-off of try `number`, in the place that the caller kept; None when it was made or cancelled.

    When the desk is closed, or the caller is on the line, it is promised for later.
    """
    call_back = find(tx, callback_id)
    if call_back.state != "booked" or call_back.tries != number - 1:
        return None
    if call_back.next_at is not None and now < call_back.next_at:
        return None  # it was moved, and the later time has a promise of its own
    asked = select(Handoff).where(Handoff.call_sid == call_back.call_sid, Handoff.kind == "call")
    first = tx.scalars(asked.order_by(Handoff.id.desc()).limit(1)).one()
    if not hours.is_open(now) or _on_the_line(tx, first, now) or _calls_again(tx, call_back.number, now):
        _promise(tx, call_back, now + FIRST_TRY_AFTER, hours)
        return None
    if not _change(tx, call_back, state="trying", tries=number, next_at=None):
        return None
    row = Handoff(
        call_sid=first.call_sid,
        kind="callback",
        callback_id=call_back.id,
        state="requested",
        reason="callback",
        intent=first.intent,
        summary=first.summary,
        known=dict(first.known),
        mood=first.mood,
        machine=State(away=True, caller="away").to_json(),
        version=0,
        requested_at=now,
        place_at=call_back.place_at,
        times={"requested": now.isoformat()},
    )
    tx.add(row)
    tx.flush()
    return row


def note_end(tx: Session, row: Handoff, state: State, now: datetime, hours: OpeningHours) -> None:
    """A try is over: served, or missed and tried again at the next agreed time, or given up."""
    if row.callback_id is None or row.kind != "callback":
        return
    call_back = find(tx, row.callback_id)
    outcome = "served" if state.end == "served" else state.missed or "failed"
    call_back.attempts = [*call_back.attempts, {"at": now.isoformat(), "outcome": outcome, "handoff": row.id}]
    call_back.outcome = outcome
    if call_back.state != "trying":
        return
    if outcome == "served":
        call_back.state = "served"
    elif call_back.tries > len(RETRY_AFTER):
        call_back.state = "given-up"
    else:
        call_back.state = "booked"
        _promise(tx, call_back, now + RETRY_AFTER[call_back.tries - 1], hours)


def answer(tx: Session, row: Handoff, now: datetime) -> None:
    """The caller of hand-off `row`, who had settled for a call-back, talks with an agent after all: none is owed."""
    call_back = tx.get(CallBack, row.callback_id) if row.callback_id is not None else None
    if call_back is not None and call_back.state in CALLBACK_OPEN:
        call_back.attempts = [*call_back.attempts, {"at": now.isoformat(), "outcome": "served", "handoff": row.id}]
        call_back.state, call_back.outcome, call_back.next_at = "served", "served", None


def cancel(tx: Session, callback_id: int) -> CallBack:
    """No further try; one that is under way goes on."""
    call_back = find(tx, callback_id)
    if call_back.state in CALLBACK_OPEN:
        call_back.state, call_back.next_at = "cancelled", None
    return call_back


def move(tx: Session, callback_id: int, at: datetime, hours: OpeningHours) -> CallBack | None:
    """Call at `at` instead, or when we open after it; None when it is not waiting for its time."""
    call_back = find(tx, callback_id)
    if call_back.state != "booked" or not _change(tx, call_back, next_at=at):
        return None
    _promise(tx, call_back, at, hours)
    return call_back


def find(tx: Session, callback_id: int) -> CallBack:
    call_back = tx.get(CallBack, callback_id)
    if call_back is None:
        raise UnknownCallBackError(f"there is no call-back {callback_id}")
    return call_back


def open_call_backs(tx: Session) -> list[CallBack]:
    """Those still owed, the oldest promise first."""
    return list(tx.scalars(select(CallBack).where(CallBack.state.in_(CALLBACK_OPEN)).order_by(CallBack.id)))


def _on_the_line(tx: Session, first: Handoff, now: datetime) -> bool:
    call = tx.get_one(Call, first.call_sid)
    return now - call.started_at < LONGEST_CALL and (call.ended_at is None or first.state not in HANDOFF_ENDS)


def _calls_again(tx: Session, number: str, now: datetime) -> bool:
    """Whether somebody is on the line in another call from the number that is to be called."""
    live = select(Call.sid).where(Call.caller == number, Call.ended_at.is_(None))
    return tx.scalar(live.where(Call.started_at > now - LONGEST_CALL).limit(1)) is not None


def _change(tx: Session, call_back: CallBack, **values: Any) -> bool:
    """Compare and set: False if another process has changed it since it was read."""
    as_read = update(CallBack).where(CallBack.id == call_back.id, CallBack.state == call_back.state)
    changed: Any = tx.execute(as_read.where(CallBack.tries == call_back.tries).values(**values))
    tx.refresh(call_back)
    return bool(changed.rowcount == 1)


def _promise(tx: Session, call_back: CallBack, at: datetime, hours: OpeningHours) -> None:
    call_back.next_at = hours.next_opening(at) or at
    outbox.put(tx, CALLBACK_TRY, {"callback": call_back.id, "number": call_back.tries + 1}, call_back.next_at)
