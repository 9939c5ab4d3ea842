"""A caller who will not be recorded is not: at once, for the rest of the call, and whoever they talk with."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.calls import repository
from ivr.dialogue.machine import UNRECORDED
from ivr.handoff.warm_transfer import caller_leg
from ivr.store import outbox
from ivr.store.models import Call, Handoff
from ivr.store.topics import RECORDING_STOP


def stop_recording(tx: Session, call: Call, now: datetime) -> None:
    """Promise that the carrier ends the call's recording, and note why; asked again, it is ended again."""
    call.unrecorded_at = call.unrecorded_at or now
    handoffs = tx.scalars(select(Handoff).where(Handoff.call_sid == call.sid))
    for leg in {call.sid, *filter(None, map(caller_leg, handoffs))}:
        outbox.put(tx, RECORDING_STOP, {"call": leg}, now)
    repository.update_handoffs(tx, call, dict([UNRECORDED]))
