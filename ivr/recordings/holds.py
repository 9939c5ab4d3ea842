"""Calls that are kept for a court or an authority: while one is held, nothing of it is forgotten."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from ivr.store.models import Audit, Call, Hold


class NoSuchCallError(LookupError):
    """There is no call with this sid."""


def is_held() -> ColumnElement[bool]:
    """Of a statement that reads `Call`: a hold stands on it."""
    return exists().where(Hold.call_sid == Call.sid, Hold.lifted_at.is_(None))


def standing(tx: Session) -> Sequence[Hold]:
    return tx.scalars(select(Hold).where(Hold.lifted_at.is_(None)).order_by(Hold.call_sid, Hold.id)).all()


def hold(tx: Session, call_sid: str, reason: str, by: str, now: datetime) -> Hold:
    """Keep the call, whatever rule would forget it. Raises NoSuchCallError."""
    if tx.get(Call, call_sid) is None:
        raise NoSuchCallError(f"there is no call {call_sid}")
    row = Hold(call_sid=call_sid, reason=reason[:255], by=by, at=now)
    tx.add(row)
    tx.add(Audit(at=now, actor=by, action="hold", subject=f"call:{call_sid}", detail={"reason": reason}))
    return row


def lift(tx: Session, call_sid: str, by: str, now: datetime) -> int:
    """End every hold on the call; how many there were."""
    rows = tx.scalars(select(Hold).where(Hold.call_sid == call_sid, Hold.lifted_at.is_(None))).all()
    for row in rows:
        row.lifted_at, row.lifted_by = now, by
        tx.add(Audit(at=now, actor=by, action="hold-lifted", subject=f"call:{call_sid}", detail={"reason": row.reason}))
    return len(rows)
