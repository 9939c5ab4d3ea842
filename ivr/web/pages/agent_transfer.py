"""What an agent does to hand their call to a colleague or a number: ask, back, together, leave."""

from collections.abc import Callable
from typing import Protocol

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from ivr.desk import drafts
from ivr.dialling.phone_numbers import as_dialled
from ivr.handoff.warm_transfer import TransferRefusedError
from ivr.store.models import Handoff
from ivr.web.pages.agent_panel import panel_response
from ivr.web.pages.context import PageContext
from ivr.web.pages.draft_forms import drafted, seen
from ivr.web.pages.formats import sentence
from ivr.web.pages.signed_in import me, only


class Transfers(Protocol):
    """What the page asks of the warm transfer. TransferRefusedError carries a sentence for the screen."""

    def ask(self, handoff_id: int, by: int, to: int = 0, phone: str = "", note: str = "") -> None: ...
    def alone(self, handoff_id: int, by: int) -> None: ...
    def together(self, handoff_id: int, by: int) -> None: ...
    def leave(self, handoff_id: int, by: int) -> None: ...


def make_agent_transfer_blueprint(context: PageContext, transfers: Transfers) -> Blueprint:
    """`/agent/handoffs/<id>/transfer` asks a second in; below it `/alone`, `/together`, `/leave`."""
    blueprint = Blueprint("agent_transfer", __name__, url_prefix="/agent/handoffs/<int:handoff_id>/transfer")
    blueprint.before_request(only("agent", "supervisor"))
    steps = {"alone": transfers.alone, "together": transfers.together, "leave": transfers.leave}

    @blueprint.post("")
    def ask(handoff_id: int) -> ResponseReturnValue:
        number, note = as_dialled(request.form.get("number", "")), request.form.get("text", "").strip()
        to = 0 if number else _colleague()

        def work() -> None:
            transfers.ask(handoff_id, me().id, to, number, note)
            with context.sessions.begin() as tx:
                call = tx.get_one(Handoff, handoff_id).call_sid
                drafts.sent(tx, me().id, call, "transfer", drafted(), context.clock.now(), seen())

        return tried(work)

    @blueprint.post("/<any(alone, together, leave):action>")
    def go_on(handoff_id: int, action: str) -> ResponseReturnValue:
        return tried(lambda: steps[action](handoff_id, me().id))

    def tried(work: Callable[[], None]) -> ResponseReturnValue:
        try:
            work()
        except TransferRefusedError as refused:
            return panel_response(context, sentence(refused))
        return panel_response(context)

    return blueprint


def _colleague() -> int:
    chosen = request.form.get("to", "")
    if chosen and not chosen.isdecimal():
        abort(400, f"to {chosen!r} is not the number of a colleague")
    return int(chosen or 0)
