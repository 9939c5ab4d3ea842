"""The supervisor's board: the queue, the people, the live calls, and what a supervisor may do about them."""

from typing import Any, Literal, Protocol

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.desk.workload import day_rows, write_csv
from ivr.dialogue.flows.registry import SELF_SERVICE
from ivr.handoff.supervision import SupervisionRefusedError
from ivr.web.pages.context import PageContext
from ivr.web.pages.formats import as_csv, midnight, sentence
from ivr.web.pages.latency_histogram import read_latency
from ivr.web.pages.reading_audit import opened
from ivr.web.pages.signed_in import me, only
from ivr.web.pages.wallboard_screen import read_live, read_live_of_call, read_rules, read_view

Mode = Literal["listen", "coach", "barge"]
MODES: dict[str, Mode] = {"listen": "listen", "coach": "coach", "barge": "barge"}
LONGEST_ANNOUNCEMENT = 300
LONGEST_WHY = 200


class Supervises(Protocol):
    """What the board asks of supervision. SupervisionRefusedError carries a sentence for the screen."""

    def move_up(self, handoff_id: int, by: int) -> None: ...
    def announce(self, text: str, by: int) -> None: ...
    def join(self, handoff_id: int, by: int, mode: Mode) -> None: ...
    def take_over(self, handoff_id: int, by: int) -> None: ...
    def leave(self, handoff_id: int, by: int) -> None: ...


class BotCalls(Protocol):
    """Callers who are with the bot. SupervisionRefusedError carries a sentence for the screen."""

    def take_over(self, sid: str, by: int) -> None: ...
    def listen(self, sid: str, by: int) -> None: ...
    def has(self, sid: str) -> bool: ...


class Brakes(Protocol):
    """Sends callers with an intent straight to people."""

    def put_on(self, intent: str, by: str, why: str) -> None: ...
    def clear(self, intent: str, by: str) -> bool: ...


def make_board_blueprint(
    context: PageContext, supervision: Supervises, brakes: Brakes, bot_calls: BotCalls, service_seconds: float = 20.0
) -> Blueprint:
    """`/board/`, for supervisors. `service_seconds`: a call taken within it counts for the service level."""
    blueprint = Blueprint("board", __name__, url_prefix="/board")
    blueprint.before_request(only("supervisor"))
    sessions, clock, zone = context.sessions, context.clock, context.zone

    def panel(notice: str | None = None, done: str | None = None) -> str:
        now = clock.now()
        with sessions() as tx:
            view = read_view(tx, now, midnight(now, zone), service_seconds)
            return render_template("board/panel.html", view=view, notice=notice, done=done)

    def answered(notice: str | None = None, done: str | None = None, **open_call: Any) -> ResponseReturnValue:
        """`open_call`: which call stays open in a browser that sent the form by itself."""
        if request.headers.get("X-Fragment"):
            return panel(notice, done)
        return redirect(url_for("board.page", **open_call), 303)

    @blueprint.errorhandler(LookupError)
    def unknown(error: LookupError) -> ResponseReturnValue:
        return answered("That call is over.")

    @blueprint.get("/")
    def page() -> str:
        now, chosen, sid = clock.now(), request.args.get("call", 0, type=int), request.args.get("sid", "")
        with sessions() as tx:
            live = read_live_of_call(tx, sid, me().id, now) if sid else read_live(tx, chosen, me().id)
            if sid and live is not None:
                opened("read-call", f"call:{sid}")
            return render_template(
                "board/page.html",
                view=read_view(tx, now, midnight(now, zone), service_seconds),
                live=live,
                latency=read_latency(tx, now),
                intents=SELF_SERVICE,
                phone=context.phones.show(me()),
            )

    @blueprint.get("/panel")
    def fragment() -> str:
        return panel()

    @blueprint.get("/rules")
    def rules() -> str:
        with sessions() as tx:
            said, standing = read_rules(tx)
            return render_template("board/rules.html", announcement=said, brakes=standing, intents=SELF_SERVICE)

    @blueprint.get("/answers")
    def latency() -> str:
        with sessions() as tx:
            return render_template("board/latency.html", latency=read_latency(tx, clock.now()))

    @blueprint.get("/calls/<int:handoff_id>")
    def call(handoff_id: int) -> str:
        with sessions() as tx:
            return render_template("board/call.html", live=read_live(tx, handoff_id, me().id))

    @blueprint.get("/bot-calls/<sid>")
    def bot_call(sid: str) -> str:
        with sessions() as tx:
            return render_template("board/call.html", live=read_live_of_call(tx, sid, me().id, clock.now()))

    @blueprint.post("/bot-calls/<sid>/take-over")
    def take_from_bot(sid: str) -> ResponseReturnValue:
        try:
            bot_calls.take_over(sid, me().id)
        except SupervisionRefusedError as refused:
            return answered(sentence(refused), sid=sid)
        return answered(done="The bot says so to the caller. Your phone rings: answer it.", sid=sid)

    @blueprint.post("/bot-calls/<sid>/listen")
    def listen_in(sid: str) -> ResponseReturnValue:
        """The right to the sound, which `ivr.web.bot_sound` answers with."""
        try:
            bot_calls.listen(sid, me().id)
        except SupervisionRefusedError as refused:
            return sentence(refused), 409
        return ""

    @blueprint.get("/bot-calls/<sid>/listen")
    def listens(sid: str) -> ResponseReturnValue:
        """Whether who listens may go on."""
        return "", 200 if bot_calls.has(sid) else 409

    @blueprint.post("/calls/<int:handoff_id>/<any(listen, coach, barge, leave, 'take-over'):action>")
    def act(handoff_id: int, action: str) -> ResponseReturnValue:
        try:
            if action == "leave":
                supervision.leave(handoff_id, me().id)
            elif action == "take-over":
                supervision.take_over(handoff_id, me().id)
            else:
                supervision.join(handoff_id, me().id, MODES[action])
        except SupervisionRefusedError as refused:
            return answered(sentence(refused), call=handoff_id)
        return answered(call=handoff_id)

    @blueprint.post("/queue/<int:handoff_id>/up")
    def up(handoff_id: int) -> ResponseReturnValue:
        try:
            supervision.move_up(handoff_id, me().id)
        except SupervisionRefusedError as refused:
            return answered(sentence(refused))
        return answered(done="The caller is next now.")

    @blueprint.post("/announcement")
    def announcement() -> ResponseReturnValue:
        text = request.form.get("text", "").strip()
        if len(text) > LONGEST_ANNOUNCEMENT:
            abort(400, f"the announcement has {len(text)} characters; it may have {LONGEST_ANNOUNCEMENT}")
        try:
            supervision.announce("" if request.form.get("clear") else text, me().id)
        except SupervisionRefusedError as refused:
            return answered(sentence(refused))
        return answered(done="All who wait hear it from now on." if text else "Nothing is announced any more.")

    @blueprint.post("/brakes")
    def brake() -> ResponseReturnValue:
        intent, why = request.form.get("intent", ""), request.form.get("why", "").strip()[:LONGEST_WHY]
        if intent not in SELF_SERVICE:
            abort(400, f"intent {intent!r} is none of {', '.join(SELF_SERVICE)}")
        brakes.put_on(intent, me().email, why or "by hand")
        return answered(done="Callers with this wish go straight to people.")

    @blueprint.post("/brakes/<intent>/clear")
    def clear(intent: str) -> ResponseReturnValue:
        cleared = brakes.clear(intent, me().email)
        return answered(None if cleared else "This brake was taken off already.")

    @blueprint.get("/load.csv")
    def load() -> Response:
        now = clock.now()
        with sessions() as tx:
            rows = day_rows(tx, midnight(now, zone), now, zone)
        return as_csv(write_csv(rows), "load.csv")

    return blueprint
