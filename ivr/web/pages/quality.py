"""QA's pages: the calls, and one call with its sound and the words beside it."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from ivr.web.pages.context import PageContext
from ivr.web.pages.formats import OUTCOMES
from ivr.web.pages.quality_screen import read_calls, read_review
from ivr.web.pages.recording_audio import Recordings, listen
from ivr.web.pages.signed_in import me, only


def make_quality_blueprint(context: PageContext, recordings: Recordings) -> Blueprint:
    """`/quality/`, `/quality/calls/<sid>` and the recordings' sound, for reviewers and supervisors."""
    blueprint = Blueprint("quality", __name__, url_prefix="/quality")
    blueprint.before_request(only("reviewer", "supervisor"))

    @blueprint.get("/")
    def calls() -> str:
        outcome = request.args.get("outcome", "")
        if outcome not in ("", "open", *filter(None, OUTCOMES)):
            abort(404)
        with context.sessions() as tx:
            found = read_calls(tx, outcome, max(1, request.args.get("page", 1, type=int)))
        return render_template("quality/calls.html", found=found, outcome=outcome)

    @blueprint.get("/calls/<sid>")
    def call(sid: str) -> str:
        with context.sessions() as tx:
            review = read_review(tx, sid, request.args.get("recording", 0, type=int))
        return render_template("quality/call.html", review=review or abort(404))

    @blueprint.get("/recordings/<int:recording_id>/audio")
    def audio(recording_id: int) -> ResponseReturnValue:
        return listen(context, recordings, me(), recording_id, kind="call")

    return blueprint
