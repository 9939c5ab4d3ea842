"""The payments of a call, whoever keeps the ledger and whoever took the card, as an agent reads them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.payments import orders
from ivr.store.models import Call, CardPayment


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
            "state": "made" if card.state == "success" else card.state,
            "confirmation": card.confirmation,
        }
        for card in tx.scalars(charged.order_by(CardPayment.id))
    ]
    return [*asked, *([_card(call.card)] if call.card and call.card.get("watch") is not None else []), *by_agents]


def _card(card: dict[str, Any]) -> dict[str, Any]:
    """The bot's own card entry."""
    result = card["result"]
    state = "doubtful" if result is None else "made" if result == "success" else "not-made"
    return {
        **{name: card[name] for name in ("amount", "currency", "on", "confirmation")},
        "source": "card",
        "state": state,
    }
