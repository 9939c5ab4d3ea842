"""The page of promised call-backs: whom we owe one, when, and what an agent or supervisor may do about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.handoff.call_back_desk import CallBackRefusedError
from ivr.handoff.call_backs import UnknownCallBackError, open_call_backs
from ivr.store.models import Call, CallBack, Handoff
from ivr.web.pages.agent_screen import who
from ivr.web.pages.context import PageContext
from ivr.web.pages.formats import masked, moment, plain, sentence
from ivr.web.pages.signed_in import me, only

LONGEST_WHY = 200


class CallBacks(Protocol):
    """What the page asks. CallBackRefusedError carries a sentence for the screen."""

    def cancel(self, callback_id: int, by: str, why: str) -> object: ...
    def move(self, callback_id: int, by: str, at: datetime | None = None) -> object: ...


@dataclass(frozen=True)
class Owed:
    """One promise on the page; `at` in the line's zone, None while it is being kept."""

    row: CallBack
    who: str
    number: str
    at: datetime | None
    late: bool
    skill: str
    language: str
    last: str


def read_owed(tx: Session, now: datetime, zone: ZoneInfo, *, masks: bool) -> list[Owed]:
    """Promises still open, the next one first; with `masks` only the last digits of a number are shown."""
    rows = sorted(open_call_backs(tx), key=lambda row: (row.next_at is not None, row.next_at or row.booked_at))
    return [_owed(tx, row, now, zone, masks) for row in rows]


def make_call_backs_blueprint(context: PageContext, call_backs: CallBacks) -> Blueprint:
    """`/call-backs/`, for agents and supervisors. Who is no agent sees masked numbers."""
    blueprint = Blueprint("call_backs", __name__, url_prefix="/call-backs")
    blueprint.before_request(only("agent", "supervisor"))
    sessions, clock, zone = context.sessions, context.clock, context.zone

    def shown(template: str, notice: str | None = None, done: str | None = None) -> str:
        with sessions() as tx:
            owed = read_owed(tx, clock.now(), zone, masks=not me().may("agent"))
            return render_template(template, owed=owed, zone=context.time_zone, notice=notice, done=done)

    def answered(notice: str | None = None, done: str | None = None) -> ResponseReturnValue:
        if request.headers.get("X-Fragment"):
            return shown("call_backs/panel.html", notice, done)
        return redirect(url_for("call_backs.page"), 303)

    @blueprint.errorhandler(CallBackRefusedError)
    def refused(error: CallBackRefusedError) -> ResponseReturnValue:
        return answered(sentence(error))

    @blueprint.errorhandler(UnknownCallBackError)
    def unknown(_error: UnknownCallBackError) -> ResponseReturnValue:
        return "There is no such call-back.", 404

    @blueprint.get("/")
    def page() -> str:
        return shown("call_backs/page.html")

    @blueprint.get("/panel")
    def panel() -> str:
        return shown("call_backs/panel.html")

    @blueprint.post("/<int:callback_id>/cancel")
    def cancel(callback_id: int) -> ResponseReturnValue:
        why = request.form.get("why", "").strip()
        if not why or len(why) > LONGEST_WHY:
            abort(400, f"the reason has {len(why)} characters; it needs 1 to {LONGEST_WHY}")
        call_backs.cancel(callback_id, me().email, why)
        return answered(done="The call-back is cancelled.")

    @blueprint.post("/<int:callback_id>/now")
    def now(callback_id: int) -> ResponseReturnValue:
        call_backs.move(callback_id, me().email)
        return answered(done="It is next in line now: whoever is free is rung first, then the caller.")

    @blueprint.post("/<int:callback_id>/move")
    def move(callback_id: int) -> ResponseReturnValue:
        at = moment(request.form.get("at", ""), zone)
        if at is None:
            abort(400, "at is missing: a time like 2026-03-02T14:30")
        call_backs.move(callback_id, me().email, at)
        return answered(done="The call-back has its new time.")

    return blueprint


def _owed(tx: Session, row: CallBack, now: datetime, zone: ZoneInfo, masks: bool) -> Owed:
    call = tx.get_one(Call, row.call_sid)
    first = select(Handoff).where(Handoff.call_sid == row.call_sid, Handoff.kind == "call").order_by(Handoff.id.desc())
    handoff = tx.scalars(first.limit(1)).first()
    return Owed(
        row=row,
        who=who(tx, call),
        number=masked(row.number) if masks else row.number,
        at=row.next_at.astimezone(zone) if row.next_at else None,
        late=row.next_at is not None and row.next_at < now,
        skill=(plain(handoff.intent) if handoff else "") or "Asks for a person",
        language=call.language,
        last=plain(row.outcome) if row.tries and row.outcome else "",
    )
