"""One call with its sound and the words beside it."""

from urllib.parse import parse_qsl

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.redaction import mask_text
from ivr.store.models import Audit, Call, Comment
from ivr.web.pages.context import PageContext
from ivr.web.pages.quality.card_form import read_card_form
from ivr.web.pages.quality.lists import beside, query_of
from ivr.web.pages.quality.original_sound import hears_originals, listen_to_original
from ivr.web.pages.quality.review_screen import read_review
from ivr.web.pages.recording_audio import Recordings, listen
from ivr.web.pages.signed_in import me

LONGEST_COMMENT = 2000  # characters


def add_review(blueprint: Blueprint, context: PageContext, recordings: Recordings) -> None:
    """`/quality/calls/<sid>` and the recordings' sound."""

    @blueprint.get("/calls/<sid>")
    def call(sid: str) -> str:
        with context.sessions() as tx:
            review = read_review(tx, sid, request.args.get("recording", 0, type=int))
            mine = query_of(parse_qsl(request.args.get("list", "")))
            return render_template(
                "quality/call.html",
                review=review or abort(404),
                originals=hears_originals(context, me()),
                card_form=read_card_form(tx, sid, me()),
                mine=mine,
                others=beside(tx, context, mine, sid) if "list" in request.args else None,
            )

    @blueprint.post("/recordings/<int:recording_id>/original")
    def original(recording_id: int) -> ResponseReturnValue:
        return listen_to_original(context, recordings, me(), recording_id, request.form.get("reason", ""))

    @blueprint.post("/calls/<sid>/comments")
    def comment(sid: str) -> ResponseReturnValue:
        """A remark on the call, or on the moment `start` of it; secrets in it are taken out."""
        text, start = request.form.get("text", "").strip(), request.form.get("start", type=float)
        if not text or len(text) > LONGEST_COMMENT:
            abort(400, f"A comment has 1 to {LONGEST_COMMENT} characters.")
        with context.sessions.begin() as tx:
            if tx.get(Call, sid) is None:
                abort(404)
            now = context.clock.now()
            row = Comment(call_sid=sid, agent_id=me().id, at=now, start=start, text=mask_text(text))
            tx.add(row)
            tx.flush()
            tx.add(Audit(at=now, actor=me().email, action="comment", subject=f"call:{sid}", detail={"id": row.id}))
        return redirect(url_for("quality.call", sid=sid, t=start, _anchor="comments"))

    @blueprint.post("/comments/<int:comment_id>/remove")
    def remove_comment(comment_id: int) -> ResponseReturnValue:
        """Take back a comment of one's own."""
        with context.sessions.begin() as tx:
            row = tx.get(Comment, comment_id)
            if row is None or row.agent_id != me().id:
                abort(404)
            sid = row.call_sid
            detail = {"id": comment_id}
            tx.add(
                Audit(
                    at=context.clock.now(), actor=me().email, action="uncomment", subject=f"call:{sid}", detail=detail
                )
            )
            tx.delete(row)
        return redirect(url_for("quality.call", sid=sid, _anchor="comments"))

    @blueprint.get("/recordings/<int:recording_id>/audio")
    def audio(recording_id: int) -> ResponseReturnValue:
        return listen(context, recordings, me(), recording_id, kind="call")
