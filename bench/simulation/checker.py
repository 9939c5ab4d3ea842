"""What must hold once a simulated world has gone quiet: nothing lost, nothing twice, nobody left on the telephone."""

from collections import Counter, defaultdict
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.simulation.callers import Caller
from bench.simulation.world import World
from ivr.desk import agents
from ivr.dialogue import machine
from ivr.store.engine import make_sessions
from ivr.store.models import Agent, Call, CallBack, Entry, Handoff, Offer, Outbox, Payment, PaymentOrder
from ivr.store.states import HANDOFF_ENDS
from ivr.store.topics import HEAVY, about

SERVED_ENDS = ("resolved", "handed-off", "message", "callback")  # of a call whose caller did not hang up
OVERDUE = timedelta(minutes=3)


def check(world: World) -> None:
    """Writes down what is wrong; what was heard and said was checked while it was."""
    with make_sessions(world.engine)() as tx:
        for caller in world.callers.values():
            _call(world, tx, caller)
        _legs(world)
        _handoffs(world, tx)
        _rings(world)
        _payments(world, tx)
        _promises(world, tx)
        _desk(world, tx)


def _call(world: World, tx: Session, caller: Caller) -> None:
    """Every call ends, and in a way in which calls may end."""
    leg = next((leg for leg in world.exchange.legs.values() if leg.call == caller.call), None)
    row = tx.get(Call, leg.sid) if leg is not None else None
    if leg is None or row is None or row.ended_at is None or row.outcome is None:
        _wrong(world, "lost", caller.call, f"{'no row' if row is None else 'no end'} of a call that is over")
        return
    said_goodbye = caller.left_none or (not row.handoffs and machine.restore(row.dialogue).phase == "ended")
    if not leg.hung_up and row.outcome not in SERVED_ENDS and not said_goodbye:
        _wrong(world, "lost", caller.call, f"the line ended a call as {row.outcome}: {leg.why_over}")


def _legs(world: World) -> None:
    for leg in world.exchange.legs.values():
        if not leg.over:
            _wrong(world, "leg left", leg.call, f"{leg.person.name} is on the telephone still ({leg.sid[-6:]})")


def _handoffs(world: World, tx: Session) -> None:
    calls = defaultdict(list)
    for row in tx.scalars(select(Handoff).order_by(Handoff.id)):
        number = _number(world, row.call_sid)
        if row.state not in HANDOFF_ENDS:
            _wrong(world, "lost", number, f"hand-off {row.id} is {row.state} still")
        if row.kind == "call":
            calls[row.call_sid].append(row.id)
    for sid, ids in calls.items():
        if len(ids) > 1:
            _wrong(world, "twice", _number(world, sid), f"hand-offs {ids} of one call")
    for offer in tx.scalars(select(Offer).where(Offer.ended_at.is_(None))):
        _wrong(world, "lost", 0, f"offer {offer.number} of hand-off {offer.handoff_id} stands still")
    for promise in tx.scalars(select(CallBack).where(CallBack.state == "trying")):
        _wrong(world, "lost", _number(world, promise.call_sid), "a call-back is being tried for ever")


def _rings(world: World) -> None:
    """For one offer one phone rings, once."""
    rung = Counter(leg.url for leg in world.exchange.legs.values() if not leg.url.endswith("/voice/incoming"))
    for url, times in rung.items():
        if times > 1:
            _wrong(world, "twice", 0, f"{url} was rung {times} times")


def _payments(world: World, tx: Session) -> None:
    """What the ledger has moved was agreed, once; each order knows what came of it, and each text is sent once."""
    moved = Counter(tx.scalars(select(Entry.account_id)))
    made = Counter(tx.scalars(select(Payment.account_id).where(Payment.state == "made")))
    for account, times in moved.items():
        if times != made[account]:
            _wrong(world, "twice", int(account[4:]), f"{made[account]} payments moved money {times} times")
    keys = {payment.key: payment for payment in tx.scalars(select(Payment))}
    for order in tx.scalars(select(PaymentOrder)):
        number = _number(world, order.call_sid)
        known = order.state in ("made", "scheduled")
        if order.state in ("asked", "doubtful"):
            _wrong(world, "lost", number, f"payment {order.key[-2:]} is {order.state} still")
        elif known != (order.key in keys) and order.state != "left":
            _wrong(world, "lost", number, f"payment {order.key[-2:]} is {order.state}, and the ledger says otherwise")
    agreed = {order.key for order in tx.scalars(select(PaymentOrder))}
    for key in keys.keys() - agreed:
        _wrong(world, "twice", 0, f"the ledger was paid {key}, which nobody agreed to")
    for (to, _), times in Counter(world.exchange.texts).items():
        if times > 1:
            _wrong(world, "twice", int(to[-4:]), f"one text was sent {times} times")


def _promises(world: World, tx: Session) -> None:
    late = world.clock.now() - OVERDUE
    for row in tx.scalars(select(Outbox).where(Outbox.done_at.is_(None))):
        if about(row.topic).plan is HEAVY:
            continue  # recordings: there is no sound here
        if row.given_up_at is not None or row.due_at < late or row.tries > 20:
            _wrong(world, "lost", 0, f"{row.topic} {row.payload} was not done: {row.error}")


def _desk(world: World, tx: Session) -> None:
    for agent in tx.scalars(select(Agent)):
        if agent.presence in agents.BUSY:
            _wrong(world, "lost", 0, f"{agent.name} is {agent.presence} with nobody")


def _number(world: World, sid: str) -> int:
    leg = world.exchange.legs.get(sid)
    return leg.call if leg else 0


def _wrong(world: World, kind: str, call: int, words: str) -> None:
    world.history.wrong(kind, call, words)
