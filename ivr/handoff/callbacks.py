"""Promised call-backs: booked with the caller's place in the queue, tried at agreed times, each with its outcome."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.handoff.hours import OpeningHours
from ivr.handoff.state import State
from ivr.store import outbox
from ivr.store.desk_tables import CallBack
from ivr.store.models import Handoff

TRY = "callback.try"
FIRST = timedelta(seconds=10)  # he is still hearing our goodbye
AGAIN = (timedelta(minutes=15), timedelta(hours=2))  # after the first and the second try that missed him
OPEN = ("booked", "trying")


class UnknownCallBack(LookupError):
    """There is no call-back of that id."""


def book(
    tx: Session, row: Handoff, number: str, now: datetime, by: str, hours: OpeningHours, at: datetime | None = None
) -> tuple[CallBack, bool]:
    """Promise to call `number` about hand-off `row`, at once or at `at`.

    The promise, and whether it is a fresh one: one that stands is returned as it is."""
    standing = tx.get(CallBack, row.callback_id) if row.callback_id is not None else None
    if standing is not None and standing.state in OPEN:
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
    _promise(tx, call_back, max(at or now, now + FIRST), hours)
    return call_back, True


def start_try(tx: Session, callback_id: int, number: int, now: datetime, hours: OpeningHours) -> Handoff | None:
    """The hand-off of try `number`, in the place he kept; None when it was made, cancelled, or we are closed."""
    call_back = find(tx, callback_id)
    if call_back.state != "booked" or call_back.tries != number - 1:
        return None
    if call_back.next_at is not None and now < call_back.next_at:
        return None  # it was moved, and the later time has a promise of its own
    if not hours.is_open(now):
        _promise(tx, call_back, now, hours)
        return None
    call_back.state, call_back.tries, call_back.next_at = "trying", number, None
    asked = select(Handoff).where(Handoff.call_sid == call_back.call_sid, Handoff.kind == "call")
    first = tx.scalars(asked.order_by(Handoff.id.desc()).limit(1)).one()
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
    elif call_back.tries > len(AGAIN):
        call_back.state = "given-up"
    else:
        call_back.state = "booked"
        _promise(tx, call_back, now + AGAIN[call_back.tries - 1], hours)


def cancel(tx: Session, callback_id: int) -> CallBack:
    """No further try; one that is under way goes on."""
    call_back = find(tx, callback_id)
    if call_back.state in OPEN:
        call_back.state, call_back.next_at = "cancelled", None
    return call_back


def move(tx: Session, callback_id: int, at: datetime, hours: OpeningHours) -> CallBack | None:
    """Call at `at` instead, or when we open after it; None when it is not waiting for its time."""
    call_back = find(tx, callback_id)
    if call_back.state != "booked":
        return None
    _promise(tx, call_back, at, hours)
    return call_back


def find(tx: Session, callback_id: int) -> CallBack:
    call_back = tx.get(CallBack, callback_id)
    if call_back is None:
        raise UnknownCallBack(f"there is no call-back {callback_id}")
    return call_back


def open_call_backs(tx: Session) -> list[CallBack]:
    """Those still owed, the oldest promise first."""
    return list(tx.scalars(select(CallBack).where(CallBack.state.in_(OPEN)).order_by(CallBack.id)))


def _promise(tx: Session, call_back: CallBack, at: datetime, hours: OpeningHours) -> None:
    call_back.next_at = hours.next_opening(at) or at
    outbox.put(tx, TRY, {"callback": call_back.id, "number": call_back.tries + 1}, call_back.next_at)
