"""Asks the carrier now and then how the legs of live hand-offs are, since callbacks get lost."""

import logging

from sqlalchemy import select

from ivr.carrier.port import CALL_OVER, Carrier, CarrierError
from ivr.desk import agents
from ivr.handoff import events as ev
from ivr.handoff.service import HandoffService
from ivr.logs import while_about
from ivr.store.models import Handoff
from ivr.store.states import HANDOFF_LIVE

log = logging.getLogger(__name__)


def reconcile(handoffs: HandoffService, carrier: Carrier) -> None:
    """Apply what `carrier` says of each live hand-off's legs, and end every wrap-up whose time is over."""
    with handoffs.sessions() as tx:
        rows = list(tx.scalars(select(Handoff).where(Handoff.state.in_(HANDOFF_LIVE))))
        overdue = agents.overdue(tx, handoffs.now())
    for agent_id in overdue:
        handoffs.wrap_up_over(agent_id)
    for row in rows:
        with while_about(row.call_sid):
            try:
                _compare(handoffs, carrier, row)
            except CarrierError as error:
                log.warning("hand-off not reconciled: %s", error, extra={"handoff": row.id})
            except Exception:  # whatever is wrong with one, the others are looked after
                log.exception("hand-off not reconciled", extra={"handoff": row.id})


def _compare(handoffs: HandoffService, carrier: Carrier, row: Handoff) -> None:
    state = handoffs.state(row)
    caller = state.dialled if state.away else row.call_sid
    if caller is not None and carrier.status(caller) in (None, *CALL_OVER):
        handoffs.apply(row.id, ev.CallerGone())
        return
    for attempt_number in filter(None, (state.second_number, state.current_number)):
        sid = state.attempts[attempt_number - 1].sid
        status = carrier.status(sid) if sid is not None else ""
        if status in (None, *CALL_OVER):
            handoffs.apply(row.id, ev.LegEnded(attempt_number, "failed" if status == "failed" else "no-answer"))
    if state.away and state.seeking:
        handoffs.ask_again(row.id)  # nobody fetches a document for a caller who is not on the line
