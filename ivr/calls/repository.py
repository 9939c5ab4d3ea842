"""A call's row, found or made, and the hand-off that belongs to it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ivr.handoff.addresses import conference_name
from ivr.handoff.state import State
from ivr.payments.history import payments_of
from ivr.store.models import Call, Handoff

LONGEST_ADDRESS = 64  # signs of a caller's address, as the column has them


def find_or_add(tx: Session, sid: str, caller: str, called: str, now: datetime, notice: str) -> Call:
    """The call, locked; a row that was not there yet starts now, also where two requests of it come at once."""
    call = tx.get(Call, sid, with_for_update=True)
    if call is None:
        try:
            with tx.begin_nested():
                call = _new(sid, caller, called, now, notice)
                tx.add(call)
        except IntegrityError:
            call = tx.get_one(Call, sid, with_for_update=True)
    return call


def _new(sid: str, caller: str, called: str, now: datetime, notice: str) -> Call:
    return Call(
        sid=sid,
        caller=kept_address(caller),
        called=kept_address(called),
        started_at=now,
        stage="dialogue",
        notice=notice,
        streams=0,
        problems=[],
    )


def kept_address(address: str) -> str:
    """Whatever the carrier calls a caller, as much of it as is kept: a SIP address may be long and hold anything."""
    return "".join(sign for sign in address if sign.isprintable())[:LONGEST_ADDRESS]


def handoff_of(tx: Session, sid: str) -> Handoff | None:
    """The call's latest hand-off; the tries of a call-back are calls of their own."""
    of_it = select(Handoff).where(Handoff.call_sid == sid, Handoff.kind == "call")
    return tx.scalar(of_it.order_by(Handoff.id.desc()).limit(1))


def update_handoffs(tx: Session, call: Call, news: dict[str, str]) -> None:
    """What has become known since stands in what the call's agents read."""
    payments = payments_of(tx, call)
    for row in tx.scalars(select(Handoff).where(Handoff.call_sid == call.sid)):
        row.known = {**row.known, **news}
        if row.brief is not None:
            row.brief = {**row.brief, "known": {**row.brief.get("known", {}), **news}, "payments": payments}


def conference(handoff: Handoff) -> str:
    """The name of the caller's present conference."""
    return conference_name(handoff, State.from_json(handoff.machine).round)
