"""Calls about the same: who calls again within seven days was not helped the first time."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ivr.dialling.phone_numbers import withheld
from ivr.quality.flags import Flag
from ivr.store.models import Call, CallFacts, CallFlag

WITHIN = timedelta(days=7)
LOOKED_AT = 10  # of a caller's calls on either side: who calls more often is a test


def relate(tx: Session, call: Call, row: CallFacts) -> None:
    """Brings up to date what `call` and those around it by the same caller are to each other."""
    row.traceable = row.intent is not None and _known(call.caller)
    around = _around(tx, call.caller, row)
    _judge(tx, row, around)
    for one in around:
        _judge(tx, one, _around(tx, call.caller, one))
    tx.flush()


def _around(tx: Session, caller: str, row: CallFacts) -> Sequence[CallFacts]:
    """The caller's calls within seven days; of those who hide who they are, none."""
    if not _known(caller):
        return ()
    theirs = (
        select(CallFacts)
        .join(Call, Call.sid == CallFacts.call_sid)
        .where(Call.caller == caller, Call.sid != row.call_sid)
        .where(Call.started_at >= row.started_at - WITHIN, Call.started_at <= row.started_at + WITHIN)
    )
    earlier = theirs.where(CallFacts.place < row.place).order_by(Call.started_at.desc()).limit(LOOKED_AT)
    later = theirs.where(CallFacts.place > row.place).order_by(Call.started_at).limit(LOOKED_AT)
    return [*tx.scalars(earlier), *tx.scalars(later)]


def _known(caller: str) -> bool:
    return bool(caller) and not withheld(caller)


def _judge(tx: Session, row: CallFacts, around: Sequence[CallFacts]) -> None:
    same = [other.place for other in around if row.intent is not None and other.intent == row.intent]
    row.repeat_within_7d = any(place > row.place for place in same)
    _flag(tx, row, "called-again", row.repeat_within_7d)
    _flag(tx, row, "repeat", any(place < row.place for place in same))


def _flag(tx: Session, row: CallFacts, flag: Flag, is_so: bool) -> None:
    there = tx.get(CallFlag, (row.call_sid, flag))
    if is_so and there is None:
        tx.add(CallFlag(call_sid=row.call_sid, flag=flag, place=row.place))
    elif not is_so and there is not None:
        tx.execute(delete(CallFlag).where(CallFlag.call_sid == row.call_sid, CallFlag.flag == flag))
