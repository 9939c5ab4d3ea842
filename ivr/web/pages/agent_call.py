"""What an agent does in a call and after it: hold, mute, note, text, call-back, outcome."""

from datetime import datetime, timedelta
from typing import Protocol

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from ivr.carrier.port import CarrierError
from ivr.desk import drafts
from ivr.desk.agents import PresenceRefusedError
from ivr.dialling.dials import DialRefusedError, Dials
from ivr.dialling.phone_numbers import as_dialled, mobile
from ivr.ledger.port import LedgerError
from ivr.redaction import mask_text
from ivr.store import outbox
from ivr.store.models import Audit, Call, Handoff, Note
from ivr.store.topics import CALL_FACTS
from ivr.web.pages.agent_panel import panel_response
from ivr.web.pages.agent_screen import offered_handoff, own_handoff
from ivr.web.pages.context import PageContext
from ivr.web.pages.draft_forms import drafted, seen
from ivr.web.pages.formats import HOW_IT_ENDED, moment, sentence
from ivr.web.pages.signed_in import me, only

LONGEST_NOTE, LONGEST_TEXT = 4000, 480  # characters; a text is at most three SMS
CALL_IS_OVER = "This call is over."
FOLLOW_UP = timedelta(hours=12)  # a shift: after it, a call of long ago is no way to a telephone
CALL_IS_LONG_OVER = "This call is long over: nobody is called or texted from it any more."


class CallActions(Protocol):
    """What the page asks of the hand-off service. PresenceRefusedError carries a sentence for the screen."""

    def hold(self, handoff_id: int, agent_id: int, on: bool) -> bool: ...
    def mute(self, handoff_id: int, agent_id: int, on: bool) -> bool: ...
    def extend_wrap_up(self, agent_id: int) -> object: ...
    def finish_wrap_up(self, agent_id: int) -> object: ...
    def writing(self, agent_id: int) -> object: ...
    def book_call_back(self, handoff_id: int, number: str, at: datetime | None, by: str) -> object: ...


class Pins(Protocol):
    """Wrong PINs as the pages see them. `lift` raises LedgerError where the ledger does not unlock from here."""

    def locked(self, account: str, caller: str) -> bool: ...
    def lift(self, account: str) -> None: ...


class Texts(Protocol):
    """Sends SMS. Raises CarrierError."""

    def send_text(self, to: str, body: str, dial: int | None = None) -> str: ...


def make_agent_call_blueprint(
    context: PageContext, handoffs: CallActions, texts: Texts | None, dials: Dials, pins: Pins
) -> Blueprint:
    """`/agent/handoffs/<id>/hold`, `/mute`, `/note`, `/text`, `/call-back`, `/wrap-up`, `/drafts/<form>`.

    Each of the agent's own call alone.
    """
    blueprint = Blueprint("agent_call", __name__, url_prefix="/agent/handoffs/<int:handoff_id>")
    blueprint.before_request(only("agent", "supervisor"))
    sessions, clock = context.sessions, context.clock
    switches = {"hold": handoffs.hold, "mute": handoffs.mute}

    def mine(handoff_id: int) -> Handoff:
        with sessions() as tx:
            return own_handoff(tx, handoff_id, me().id) or abort(404)

    def offered(handoff_id: int) -> Handoff:
        with sessions() as tx:
            return offered_handoff(tx, handoff_id, me().id) or abort(404)

    def long_over(call: Call) -> bool:
        ended = call.ended_at
        return ended is not None and clock.now() - ended > FOLLOW_UP

    def write(handoff: Handoff, kind: str, text: str, form: str = "note") -> None:
        """Keep what was sent from `form`, where it is no draft any more."""
        with sessions.begin() as tx:
            drafts.sent(tx, me().id, handoff.call_sid, form, drafted(), clock.now(), seen())
            tx.add(Note(call_sid=handoff.call_sid, agent_id=me().id, at=clock.now(), kind=kind, text=mask_text(text)))
            if kind == "outcome":
                outbox.put(tx, CALL_FACTS, {"call": handoff.call_sid}, clock.now())

    def panel(notice: str | None = None, done: str | None = None) -> ResponseReturnValue:
        return panel_response(context, notice, done)

    @blueprint.post("/<any(hold, mute):action>")
    def switch(handoff_id: int, action: str) -> ResponseReturnValue:
        done = switches[action](handoff_id, me().id, request.form.get("on") == "1")
        return panel(None if done else CALL_IS_OVER)

    @blueprint.post("/pin-lock")
    def unlock(handoff_id: int) -> ResponseReturnValue:
        """The agent knows who is calling: PINs are taken again."""
        call = mine(handoff_id).call
        if call.account_id is None or long_over(call):
            return panel(CALL_IS_OVER)
        try:
            pins.lift(call.account_id)
        except LedgerError:
            return panel("The ledger did not unlock it. Ask those who keep the accounts.")
        with sessions.begin() as tx:
            tx.add(Audit(at=clock.now(), actor=me().email, action="pin-unlocked", subject=f"call:{call.sid}"))
        return panel(done="The PIN is taken again.")

    @blueprint.post("/drafts/<any(note, text, transfer, 'call-back'):form>")
    def draft(handoff_id: int, form: str) -> ResponseReturnValue:
        """What stands in a form while it is written; 204."""
        handoff = offered(handoff_id)
        fields = drafted()
        if fields.get("outcome") not in (None, "", *HOW_IT_ENDED):
            abort(400, f"outcome {fields['outcome']!r} is none of {', '.join(HOW_IT_ENDED)}")
        with sessions.begin() as tx:
            drafts.save(tx, me().id, handoff.call_sid, form, fields, clock.now(), seen())
        handoffs.writing(me().id)
        return "", 204

    @blueprint.post("/note")
    def note(handoff_id: int) -> ResponseReturnValue:
        handoff, text = offered(handoff_id), _written(LONGEST_NOTE)
        write(handoff, "note", text)
        return panel(done="The note is saved.")

    @blueprint.post("/text")
    def text(handoff_id: int) -> ResponseReturnValue:
        handoff, body = mine(handoff_id), _written(LONGEST_TEXT)
        number = mobile(handoff.call.caller)
        if texts is None or number is None:
            return panel("This caller's phone cannot be sent a text.")
        if long_over(handoff.call):
            return panel(CALL_IS_LONG_OVER)
        try:
            with sessions.begin() as tx:
                dial = dials.permit(tx, number, "text", f"agent:{me().email}", handoff.call_sid, clock.now()).id
            texts.send_text(number, body, dial)
        except DialRefusedError as refused:
            return panel(sentence(refused))
        except CarrierError as error:
            if error.doubtful:
                write(handoff, "text", body, "text")  # so that nobody sends it again without knowing
                return panel("The carrier did not answer. The text may have been sent: ask the caller.")
            return panel("The carrier did not take the text. Nothing was sent; try again.")
        write(handoff, "text", body, "text")
        return panel(done=f"The text was sent to {number}.")

    @blueprint.post("/call-back")
    def call_back(handoff_id: int) -> ResponseReturnValue:
        handoff = mine(handoff_id)
        if long_over(handoff.call):
            return panel(CALL_IS_LONG_OVER)
        number = as_dialled(request.form.get("number", ""))
        try:
            dials.check(number)
        except DialRefusedError as refused:
            return panel(sentence(refused))
        at = moment(request.form.get("at", ""), context.zone)
        if at is not None and at <= clock.now():
            return panel("That time is past. Choose a later one, or leave it empty to call as soon as possible.")
        try:
            handoffs.book_call_back(handoff_id, number, at, me().email)
        except ValueError as refused:
            return panel(sentence(refused))
        with sessions.begin() as tx:
            drafts.sent(tx, me().id, handoff.call_sid, "call-back", drafted(), clock.now(), seen())
        return panel(done=f"The call-back to {number} is booked.")

    @blueprint.post("/wrap-up")
    def wrap_up(handoff_id: int) -> ResponseReturnValue:
        handoff, outcome = mine(handoff_id), request.form.get("outcome", "")
        if outcome and outcome not in HOW_IT_ENDED:
            abort(400, f"outcome {outcome!r} is none of {', '.join(HOW_IT_ENDED)}")
        if outcome:
            write(handoff, "outcome", outcome)
        if note := request.form.get("text", "").strip()[:LONGEST_NOTE]:
            write(handoff, "note", note)
        return after(request.form.get("then", ""))

    def after(then: str) -> ResponseReturnValue:
        try:
            if then == "more":
                handoffs.extend_wrap_up(me().id)
            elif then == "ready":
                handoffs.finish_wrap_up(me().id)
        except PresenceRefusedError as refused:
            return panel(sentence(refused))
        return panel()

    return blueprint


def _written(longest: int) -> str:
    text = request.form.get("text", "").strip()
    if not text or len(text) > longest:
        abort(400, f"the text has {len(text)} characters; it needs 1 to {longest}")
    return text
