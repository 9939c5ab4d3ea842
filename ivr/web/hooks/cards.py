"""The carrier's news of a card that an agent takes: how far the caller is with their keys."""

from typing import Protocol

from flask import Blueprint
from flask.typing import ResponseReturnValue

from ivr.carrier.callbacks import CardUpdate
from ivr.carrier.dialect import Dialect
from ivr.web.hooks.carrier_requests import read, require_signature


class CardEntries(Protocol):
    """Hears the carrier's news of an entry."""

    def update(self, payment_id: int, update: CardUpdate) -> None: ...


def make_card_hooks(cards: CardEntries, dialect: Dialect) -> Blueprint:
    """`/card/<id>`, for the carrier alone; the masked digits that it sends along are not read."""
    blueprint = Blueprint("card", __name__, url_prefix="/card")
    require_signature(blueprint, dialect)

    @blueprint.post("/<int:payment_id>")
    def update(payment_id: int) -> ResponseReturnValue:
        cards.update(payment_id, read(dialect.callbacks.card_update))
        return "", 204

    return blueprint
