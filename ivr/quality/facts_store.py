"""Facts of finished calls, read from their rows and kept in `call_facts` and the lists beside it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from ivr.quality import repeats
from ivr.quality.costs import UNPRICED, Prices
from ivr.quality.facts import CallRows, Facts, columns, facts_of
from ivr.quality.places import EPOCH, place_of
from ivr.quality.search import index
from ivr.recordings.comparison_store import mishearing
from ivr.store.engine import Sessions
from ivr.store.models import (
    Call,
    CallAgent,
    CallBack,
    CallFacts,
    CallFlag,
    CallIntent,
    CardPayment,
    Handoff,
    Note,
    PaymentOrder,
)

BATCH = 50  # calls in one transaction


def keep(tx: Session, sid: str, prices: Prices = UNPRICED) -> bool:
    """Brings the facts of call `sid` up to date, and of the calls that it repeats, and its words for the search;
    False where it is not over.

    What was forgotten of a call is not known any more: its facts stay as they were before.
    """
    call = tx.get(Call, sid, with_for_update=True)
    row = tx.get(CallFacts, sid)
    if call is None or call.ended_at is None:
        return False
    if call.forgotten_at is not None and row is not None:
        return True
    facts = facts_of(read_rows(tx, call), prices)
    if row is None:
        row = CallFacts(call_sid=sid, place=_free_place(tx, call.started_at), started_at=call.started_at)
        tx.add(row)
    for name, value in columns(facts).items():
        setattr(row, name, value)
    tx.flush()
    _keep_lists(tx, row, facts)
    repeats.relate(tx, call, row)
    index.keep(tx, call, row.place)
    return True


def read_rows(tx: Session, call: Call) -> CallRows:
    """All that facts are read from."""
    handoffs = select(Handoff).where(Handoff.call_sid == call.sid).options(selectinload(Handoff.offers))
    return CallRows(
        call=call,
        turns=call.turns,
        handoffs=tx.scalars(handoffs.order_by(Handoff.id)).all(),
        recordings=call.recordings,
        orders=tx.scalars(select(PaymentOrder).where(PaymentOrder.call_sid == call.sid)).all(),
        cards=tx.scalars(select(CardPayment).where(CardPayment.call_sid == call.sid)).all(),
        call_backs=tx.scalars(select(CallBack).where(CallBack.call_sid == call.sid)).all(),
        notes=tx.scalars(select(Note).where(Note.call_sid == call.sid).order_by(Note.id)).all(),
        compared=mishearing(tx, call.sid),
    )


def set_scores(tx: Session, sid: str, *, bot: float | None, agent: float | None) -> None:
    """What the scorecards say of a call, in percent; None where nobody has judged. Raises LookupError."""
    row = tx.get(CallFacts, sid)
    if row is None:
        raise LookupError(f"the facts of call {sid} are not known yet")
    row.score_bot, row.score_agent = bot, agent


def keep_all(
    sessions: Sessions, prices: Prices = UNPRICED, *, anew: bool = False, tell: Callable[[int], None] = lambda _: None
) -> int:
    """Facts of all finished calls, oldest first, in short transactions; how many.

    What has facts is passed over unless `anew`: a run that was stopped goes on where it was. `tell` hears how many
    are done.
    """
    done, after = 0, ("", EPOCH)
    while True:
        with sessions() as tx:
            some = _lacking(tx, after, anew)
        if not some:
            return done
        with sessions.begin() as tx:
            for sid, _ in some:
                keep(tx, sid, prices)
        done, after = done + len(some), some[-1]
        tell(done)


def _lacking(tx: Session, after: tuple[str, datetime], anew: bool) -> Sequence[tuple[str, datetime]]:
    sid, moment = after
    over = select(Call.sid, Call.started_at).where(Call.started_at >= moment, Call.ended_at.is_not(None))
    later = over.where((Call.started_at > moment) | (Call.sid > sid))
    if not anew:
        later = later.where(~select(CallFacts.call_sid).where(CallFacts.call_sid == Call.sid).exists())
    return tx.execute(later.order_by(Call.started_at, Call.sid).limit(BATCH)).tuples().all()


def _free_place(tx: Session, moment: datetime) -> int:
    """Two that take the same place at once: one of them is tried again."""
    place = place_of(moment)
    while tx.scalar(select(CallFacts.call_sid).where(CallFacts.place == place)) is not None:
        place += 1
    return place


def _keep_lists(tx: Session, row: CallFacts, facts: Facts) -> None:
    sid, place = row.call_sid, row.place
    for table in (CallAgent, CallFlag, CallIntent):
        tx.execute(delete(table).where(table.call_sid == sid))
    tx.add_all(CallAgent(call_sid=sid, agent_id=agent, place=place) for agent in facts.agents)
    tx.add_all(CallFlag(call_sid=sid, flag=flag, place=place) for flag in sorted(facts.flags))
    tx.add_all(CallIntent(call_sid=sid, intent=intent, place=place) for intent in facts.intents)
    tx.flush()
