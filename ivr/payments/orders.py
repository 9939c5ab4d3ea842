"""Payments asked of the ledger: each is written down before it is asked for, and none stays in doubt.

Who is told nothing is told so: an answer that was lost leaves the order doubtful, and a job asks again under the same
key, which moves money once, until the ledger has answered.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.dialogue.actions import Pay
from ivr.dialogue.events import Event, Failed, Paid, Refused
from ivr.dialogue.payment_rules import currency, paying
from ivr.dialogue.state import State
from ivr.payments import bot_cards
from ivr.payments.card_entry import MAY_HAVE_CHARGED
from ivr.store import outbox
from ivr.store.models import Call, CardPayment, PaymentOrder
from ivr.store.topics import PAYMENT_SETTLE

OPEN_ORDERS = ("asked", "doubtful")
MOVED = ("made", "scheduled")
NOT_MOVED = ("not-made", "refused")
ANSWER_DUE = timedelta(seconds=20)  # by then the dialogue has had its answer, or has none


def place_order(tx: Session, call: Call, state: State, pay: Pay, now: datetime) -> None:
    """The ledger is about to be asked for `pay`. Asked again, an answer was lost: it is in doubt.

    One that was known not to be made is as open as at first: its answer came too late for the dialogue."""
    key = f"{call.sid}:{pay.turn}"
    standing = tx.get(PaymentOrder, key, with_for_update=True)
    if standing is not None:
        if standing.state == "asked":
            standing.state = "doubtful"
        elif standing.state in NOT_MOVED:
            standing.state, standing.settled_at = "asked", None
            outbox.put(tx, PAYMENT_SETTLE, {"key": key}, now + ANSWER_DUE)
        return
    tx.add(
        PaymentOrder(
            key=key, call_sid=call.sid, account=pay.account, amount=pay.amount, source=pay.source,
            currency=currency(state), on=pay.on, agreed_on=state.today, state="asked", confirmation="", asked_at=now,
        )
    )  # fmt: skip
    outbox.put(tx, PAYMENT_SETTLE, {"key": key}, now + ANSWER_DUE)


def record_ledger_reply(tx: Session, sid: str, event: Event, now: datetime, state: State) -> Event:
    """Keep what the ledger's answer says of the order that stands open in the call, if one does; the answer, as sure
    as it may be believed in `state`."""
    if not isinstance(event, Paid | Refused | Failed):
        return event
    order = standing(tx, sid)
    if order is None:
        return _as_known(tx, sid, event, state)
    match event:
        case Paid():
            _settle(order, "scheduled" if order.on > order.agreed_on else "made", now)
            order.confirmation, order.on = event.confirmation, event.on
        case Refused():
            _settle(order, "refused", now)
            order.why = event.why[:16]
        case Failed(sure=True) if order.state == "asked":
            _settle(order, "not-made", now)
        case Failed():
            order.state = "doubtful"
            return Failed()
    return event


def _as_known(tx: Session, sid: str, event: Event, state: State) -> Event:
    """A ledger that fails when it is asked once more takes nothing back: a payment that was made stands."""
    if not isinstance(event, Failed) or not paying(state):
        return event
    order = tx.get(PaymentOrder, f"{sid}:{state.task.slots['key']}")
    return Paid(order.confirmation, order.amount, order.on) if order is not None and order.state in MOVED else event


def standing(tx: Session, sid: str) -> PaymentOrder | None:
    """The order of this call that has no answer yet."""
    found = select(PaymentOrder).where(PaymentOrder.call_sid == sid, PaymentOrder.state.in_(OPEN_ORDERS))
    return tx.scalars(found.order_by(PaymentOrder.asked_at.desc()).limit(1).with_for_update()).first()


def of_call(tx: Session, sid: str) -> list[PaymentOrder]:
    """Every payment asked for in this call, oldest first."""
    found = select(PaymentOrder).where(PaymentOrder.call_sid == sid)
    return list(tx.scalars(found.order_by(PaymentOrder.asked_at)))


def to_ask(tx: Session, key: str, now: datetime) -> PaymentOrder | None:
    """The order, if the ledger is still to be asked for it.

    Where the account was paid into since, or may have been, asking again could pay it twice: it is left to a person."""
    order = tx.get(PaymentOrder, key, with_for_update=True)
    if order is None or order.state not in OPEN_ORDERS:
        return None
    if _paid_since(tx, order):
        _settle(order, "left", now)
        return None
    return order


def _paid_since(tx: Session, order: PaymentOrder) -> bool:
    by_agent = select(CardPayment.id).where(
        CardPayment.account == order.account,
        CardPayment.begun_at >= order.asked_at,
        CardPayment.state.in_(MAY_HAVE_CHARGED),
    )
    later = select(PaymentOrder.key).where(
        PaymentOrder.account == order.account, PaymentOrder.key != order.key, PaymentOrder.asked_at >= order.asked_at,
        PaymentOrder.state.in_((*OPEN_ORDERS, *MOVED)),
    )  # fmt: skip
    if any(tx.scalar(found.limit(1)) is not None for found in (by_agent, later)):
        return True
    return any(bot_cards.may_have_charged(call) for call in bot_cards.calls_since(tx, order.account, order.asked_at))


def _settle(order: PaymentOrder, state: str, now: datetime) -> None:
    order.state, order.settled_at = state, now
