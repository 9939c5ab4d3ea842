"""The payments of a call, whoever keeps the ledger and whoever took the card, as an agent reads them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.payments import bot_cards, orders
from ivr.store.models import Call, CardPayment

# what an agent reads of a card entry; any other state moved no money
_PAID = {"success": "made", "charging": "doubtful", "doubtful": "doubtful"}


def payments_of(tx: Session, call: Call) -> list[dict[str, Any]]:
    """{amount in minor units, currency, source, on, state, confirmation}, the bot's before the agents'."""
    asked = [
        {
            "amount": order.amount,
            "currency": order.currency,
            "source": order.source,
            "on": order.on.isoformat(),
            "state": order.state,
            "confirmation": order.confirmation,
        }
        for order in orders.of_call(tx, call.sid)
    ]
    charged = select(CardPayment).where(
        CardPayment.call_sid == call.sid, CardPayment.state.in_(("success", "doubtful"))
    )
    by_agents = [
        {
            "amount": card.amount,
            "currency": card.currency,
            "source": "card",
            "on": card.on.isoformat(),
            "state": _PAID.get(card.state, "not-made"),
            "confirmation": card.confirmation,
        }
        for card in tx.scalars(charged.order_by(CardPayment.id))
    ]
    return [*asked, *(_of_bot(call)), *by_agents]


def _of_bot(call: Call) -> list[dict[str, Any]]:
    """The bot's own card entry, once the carrier has begun it."""
    state, entry = bot_cards.state_of(call), bot_cards.entry_of(call)
    if state is None or entry is None:
        return []
    told = {"amount": entry.amount, "currency": entry.currency, "on": entry.on, "confirmation": entry.confirmation}
    return [{**told, "source": "card", "state": _PAID.get(state, "not-made")}]
