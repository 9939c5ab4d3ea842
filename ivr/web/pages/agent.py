"""The agent's page: presence, the incoming brief, accept, decline, the live transcript, end, messages."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ivr.desk.agents import PresenceRefusedError
from ivr.desk.workload import Load, day_rows, read_load, write_csv
from ivr.ledger.port import Ledger
from ivr.store.models import Audit, Call, Recording
from ivr.web.pages.agent_call import Pins
from ivr.web.pages.agent_messages import MESSAGE_DONE, Message, message_parts, read_messages
from ivr.web.pages.agent_panel import panel_response
from ivr.web.pages.agent_screen import (
    InLine,
    Screen,
    Talk,
    read_account,
    read_day,
    read_line,
    read_screen,
)
from ivr.web.pages.context import PageContext
from ivr.web.pages.formats import as_csv, midnight, sentence
from ivr.web.pages.reading_audit import opened
from ivr.web.pages.recording_audio import Recordings, listen
from ivr.web.pages.signed_in import me, only
from ivr.web.pages.stream_rights import may_follow

KEPT = timedelta(days=30)  # of the agent's own days, as a file
REFUSED = {
    "taken": "A colleague took this call a moment before you.",
    "too-late": "The ringing had ended. The call goes to someone else.",
    "caller-left": "The caller has hung up.",
    "not-offered": "This call is not offered to you any more.",
    "ended": "This call has already ended.",
}


class OfferResult(Protocol):
    """What became of a click: `why` is won, taken, too-late, caller-left, not-offered or ended."""

    @property
    def ok(self) -> bool: ...
    @property
    def why(self) -> str: ...


class Handoffs(Protocol):
    """What the page asks of the hand-off service. `presence` raises PresenceRefusedError where the state forbids it."""

    def accept(self, handoff_id: int, agent_id: int) -> OfferResult: ...
    def decline(self, handoff_id: int, agent_id: int) -> OfferResult: ...
    def end(self, handoff_id: int, agent_id: int) -> OfferResult: ...
    def presence(self, agent_id: int, presence: str) -> object: ...
    def finish_wrap_up(self, agent_id: int) -> object: ...


def make_agent_blueprint(
    context: PageContext, handoffs: Handoffs, recordings: Recordings, ledger: Ledger, pins: Pins
) -> Blueprint:
    """`/agent/`: the agent's own page."""
    blueprint = Blueprint("agent", __name__, url_prefix="/agent")
    blueprint.before_request(only("agent", "supervisor"))
    sessions, clock, zone = context.sessions, context.clock, context.zone
    answers = {"accept": handoffs.accept, "decline": handoffs.decline, "end": handoffs.end}

    def screen() -> Screen:
        with sessions() as tx:
            now = read_screen(tx, me().id, clock.now())
        if now.handoff is not None:
            opened("read-brief", f"handoff:{now.handoff.id}")
        return now

    def day() -> list[Talk]:
        with sessions() as tx:
            return read_day(tx, me().id, clock.now(), zone)

    def load() -> Load:
        now = clock.now()
        with sessions() as tx:
            return read_load(tx, me().id, midnight(now, zone), now)

    def line() -> list[InLine]:
        with sessions() as tx:
            return read_line(tx, me().id, clock.now())

    def tasks() -> list[Message]:
        with sessions() as tx:
            left = read_messages(tx)
        if left:
            opened("read-messages", "messages")
        return left

    def pin_locked(now: Screen) -> bool:
        call = now.handoff.call if now.handoff else None
        return call is not None and call.account_id is not None and pins.locked(call.account_id, call.caller)

    def answered(notice: str | None = None) -> ResponseReturnValue:
        return panel_response(context, notice)

    @blueprint.get("/")
    def page() -> str:
        phone, now = context.phones.show(me()), screen()
        return render_template(
            "agent/page.html", phone=phone, screen=now, queue=line(), day=day(), load=load(), messages=tasks(),
            zone=context.time_zone, account=read_account(ledger, now), pin_locked=pin_locked(now),
        )  # fmt: skip

    @blueprint.get("/own")
    def own() -> str:
        return render_template("agent/own.html", screen=screen(), queue=line(), day=day(), load=load())

    @blueprint.get("/panel")
    def panel() -> str:
        return render_template("agent/panel.html", screen=screen())

    @blueprint.get("/days.csv")
    def days() -> ResponseReturnValue:
        now = clock.now()
        with sessions() as tx:
            rows = day_rows(tx, midnight(now - KEPT, zone), now, zone, me().id)
        return as_csv(write_csv(rows), "my-days.csv")

    @blueprint.get("/work")
    def work() -> str:
        now = screen()
        return render_template(
            "agent/work.html",
            screen=now,
            zone=context.time_zone,
            account=read_account(ledger, now),
            pin_locked=pin_locked(now),
        )

    @blueprint.get("/messages")
    def messages() -> str:
        return render_template("agent/messages.html", messages=tasks())

    @blueprint.get("/calls/<sid>/transcript")
    def transcript(sid: str) -> str:
        if not may_follow(sessions, me(), sid):
            abort(404)
        with sessions() as tx:
            call = tx.get(Call, sid) or abort(404)
            return render_template("agent/said.html", turns=list(call.turns))

    @blueprint.post("/presence")
    def set_presence() -> ResponseReturnValue:
        presence = request.form.get("presence", "")
        if presence not in ("available", "break", "away"):
            abort(400, f"presence {presence!r} is not one of available, break, away")
        try:
            handoffs.presence(me().id, presence)
        except PresenceRefusedError as refused:
            return answered(sentence(refused))
        return answered()

    @blueprint.post("/handoffs/<int:handoff_id>/<any(accept, decline, end):action>")
    def act(handoff_id: int, action: str) -> ResponseReturnValue:
        answer = answers[action](handoff_id, me().id)
        return answered(None if answer.ok else REFUSED.get(answer.why, "That did not work. Try again."))

    @blueprint.get("/messages/<int:recording_id>/audio")
    def message_audio(recording_id: int) -> ResponseReturnValue:
        return listen(context, recordings, me(), recording_id, kind="message")

    @blueprint.post("/messages/<int:recording_id>/done")
    def message_done(recording_id: int) -> ResponseReturnValue:
        with sessions.begin() as tx:
            close(tx, message_parts(tx, recording_id) or abort(404))
        return answered()

    @blueprint.post("/messages/empty/done")
    def empty_messages_done() -> ResponseReturnValue:
        with sessions.begin() as tx:
            for message in read_messages(tx):
                if message.empty:
                    close(tx, message.parts)
        return answered()

    def close(tx: Session, parts: Sequence[Recording]) -> None:
        now = clock.now()
        for part in [part for part in parts if part.done_at is None]:
            part.done_at = now
            tx.add(Audit(at=now, actor=me().email, action=MESSAGE_DONE, subject=f"recording:{part.id}"))

    return blueprint
