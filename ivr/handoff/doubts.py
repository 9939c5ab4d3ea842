"""What may have been paid already: an agent reads it before he takes a card for the same account."""

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from ivr.dialogue import say
from ivr.store.card_tables import CardPayment
from ivr.store.models import Call
from ivr.store.payment_tables import PaymentOrder

UNKNOWN = ("asked", "doubtful", "left")


def doubt(tx: Session, sid: str, account: str | None) -> str | None:
    """A sentence for the agent's screen, or None: about this call, and about `account` in any other."""
    order = tx.scalars(
        select(PaymentOrder)
        .where(or_(PaymentOrder.call_sid == sid, PaymentOrder.account == account), PaymentOrder.state.in_(UNKNOWN))
        .order_by(PaymentOrder.asked_at.desc())
    ).first()
    if order is not None:
        what = f"{say.written_money(order.amount, order.currency)} from {order.source}"
        how = "look in the ledger" if order.state == "left" else "we are asking the ledger"
        return f"A payment of {what} may have been made already; {how}."
    of_it = or_(CardPayment.call_sid == sid, CardPayment.account == account)
    card = tx.scalars(select(CardPayment).where(and_(of_it, CardPayment.state == "doubtful"))).first()
    if card is not None:
        return f"A card may have been charged {say.written_money(card.amount, card.currency)} already."
    call = tx.get(Call, sid)
    own = call.card if call else None
    if own and own.get("watch") is not None and own.get("result") is None:
        return f"The caller's card may have been charged {say.written_money(own['amount'], own['currency'])} already."
    return None
