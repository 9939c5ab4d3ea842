"""What may have been paid already: an agent reads it before they take a card for the same account."""

from datetime import timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from ivr.dialogue import verbalize
from ivr.payments import bot_cards
from ivr.payments.card_entry import unbooked
from ivr.store.models import Call, CardPayment, PaymentOrder

A_DAY = timedelta(days=1)
UNSETTLED = ("doubtful", "left")
UNKNOWN = ("asked", *UNSETTLED)


def in_doubt(tx: Session) -> int:
    """How many payments may have been made or not."""
    return tx.scalar(select(func.count()).select_from(PaymentOrder).where(PaymentOrder.state.in_(UNSETTLED))) or 0


def doubt(tx: Session, sid: str, account: str | None) -> str | None:
    """A sentence for the agent's screen, or None: about this call, and about `account` in any other."""
    order = tx.scalars(
        select(PaymentOrder)
        .where(or_(PaymentOrder.call_sid == sid, PaymentOrder.account == account), PaymentOrder.state.in_(UNKNOWN))
        .order_by(PaymentOrder.asked_at.desc())
    ).first()
    if order is not None:
        what = f"{verbalize.written_money(order.amount, order.currency)} from {order.source}"
        how = "look in the ledger" if order.state == "left" else "we are asking the ledger"
        return f"A payment of {what} may have been made already; {how}."
    of_it = or_(CardPayment.call_sid == sid, CardPayment.account == account)
    elsewhere = and_(CardPayment.state == "charging", CardPayment.call_sid != sid)
    card = tx.scalars(select(CardPayment).where(of_it, or_(CardPayment.state == "doubtful", elsewhere))).first()
    if card is not None:
        return f"A card may have been charged {verbalize.written_money(card.amount, card.currency)} already."
    if (own := _without_result(tx, sid, account)) is not None:
        amount = verbalize.written_money(own.amount, own.currency)
        return f"The caller's card may have been charged {amount} already."
    if account is not None and unbooked(tx, account):
        return "A card was charged for this account, and that does not stand in the ledger yet."
    return None


def _without_result(tx: Session, sid: str, account: str | None) -> bot_cards.BotEntry | None:
    """The bot's card entry whose result never came, in this call or in one of the last day about `account`."""
    call = tx.get(Call, sid)
    earlier = bot_cards.calls_since(tx, account, call.started_at - A_DAY) if call and account else []
    entries = (bot_cards.entry_of(other) for other in (call, *earlier) if other is not None)
    return next((entry for entry in entries if entry is not None and entry.result is None), None)
