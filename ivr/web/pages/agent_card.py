"""An agent takes a card from the page, of the caller they talk with."""

from decimal import Decimal, InvalidOperation
from typing import Protocol

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from ivr.dialogue import currencies
from ivr.ledger.port import Ledger, LedgerError
from ivr.payments.agent_cards import CardRefusedError
from ivr.store.models import Call, Handoff
from ivr.web.pages.agent_panel import panel_response
from ivr.web.pages.agent_screen import own_handoff
from ivr.web.pages.context import PageContext
from ivr.web.pages.formats import sentence
from ivr.web.pages.signed_in import me, only

TOO_LATE = "The card is being charged already, or the entry is over."
NO_ANSWER = "The ledger does not answer; try again in a moment."


class Cards(Protocol):
    """What the page asks of the card service. `take` raises CardRefusedError with a sentence for the screen."""

    def take(self, handoff_id: int, agent_id: int, account: str, amount: int, *, sure: bool = False) -> object: ...
    def cancel(self, handoff_id: int, agent_id: int) -> bool: ...


def make_agent_card_blueprint(context: PageContext, cards: Cards, ledger: Ledger) -> Blueprint:
    """`/agent/handoffs/<id>/card` and `/card/cancel`: in the agent's own call alone."""
    blueprint = Blueprint("agent_card", __name__, url_prefix="/agent/handoffs/<int:handoff_id>/card")
    blueprint.before_request(only("agent", "supervisor"))

    def mine(handoff_id: int) -> Handoff:
        with context.sessions() as tx:
            return own_handoff(tx, handoff_id, me().id) or abort(404)

    def account_of(call: Call) -> str:
        """The account that the agent wrote down, else the caller's. Raises CardRefusedError, LedgerError."""
        written = "".join(request.form.get("account", "").split())
        account = ledger.find_by_number(written) if written else call.account_id
        if account is None:
            raise CardRefusedError(f"there is no account {written}" if written else "write the number of the account")
        return account

    @blueprint.post("")
    def take(handoff_id: int) -> ResponseReturnValue:
        handoff = mine(handoff_id)
        try:
            account = account_of(handoff.call)
            cards.take(handoff_id, me().id, account, _amount(ledger, account), sure="sure" in request.form)
        except CardRefusedError as refused:
            return panel_response(context, sentence(refused))
        except LedgerError:
            return panel_response(context, NO_ANSWER)
        return panel_response(context)

    @blueprint.post("/cancel")
    def cancel(handoff_id: int) -> ResponseReturnValue:
        mine(handoff_id)
        done = cards.cancel(handoff_id, me().id)
        return panel_response(context, None if done else TOO_LATE)

    return blueprint


def _amount(ledger: Ledger, account: str) -> int:
    """The amount chosen or written, in minor units. Raises CardRefusedError, LedgerError."""
    share, written = request.form.get("share", "other"), request.form.get("amount", "")
    facts = ledger.facts(account)
    if facts is None:
        raise CardRefusedError("there is no such account")
    if share == "other":
        return _minor(written, facts.currency)
    if written.strip():
        raise CardRefusedError("you wrote an amount and chose another one; choose which")
    return facts.minimum if share == "minimum" else facts.balance if facts.owed else facts.due


def _minor(written: str, currency: str) -> int:
    try:
        amount = currencies.minor(Decimal(written.replace(",", "").replace("$", "").strip()), currency)
    except InvalidOperation:
        amount = None
    if amount is None:
        example = currencies.major(12500, currency)
        raise CardRefusedError(f"“{written}” is not an amount; write it like {example:f}")
    return amount
