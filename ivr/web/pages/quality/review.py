"""One call with its sound and the words beside it."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from ivr.web.pages.context import PageContext
from ivr.web.pages.quality.original_sound import hears_originals, listen_to_original
from ivr.web.pages.quality.review_screen import read_review
from ivr.web.pages.recording_audio import Recordings, listen
from ivr.web.pages.signed_in import me


def add_review(blueprint: Blueprint, context: PageContext, recordings: Recordings) -> None:
    """`/quality/calls/<sid>` and the recordings' sound."""

    @blueprint.get("/calls/<sid>")
    def call(sid: str) -> str:
        with context.sessions() as tx:
            review = read_review(tx, sid, request.args.get("recording", 0, type=int))
        return render_template(
            "quality/call.html", review=review or abort(404), originals=hears_originals(context, me())
        )

    @blueprint.post("/recordings/<int:recording_id>/original")
    def original(recording_id: int) -> ResponseReturnValue:
        return listen_to_original(context, recordings, me(), recording_id, request.form.get("reason", ""))

    @blueprint.get("/recordings/<int:recording_id>/audio")
    def audio(recording_id: int) -> ResponseReturnValue:
        return listen(context, recordings, me(), recording_id, kind="call")
