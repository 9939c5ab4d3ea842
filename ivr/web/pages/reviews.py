"""An agent's own reviews: read, heard, acknowledged, or disputed in words."""

from collections.abc import Callable

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.quality.scorecards import evaluations
from ivr.quality.scorecards.definition import Definition
from ivr.quality.scorecards.evaluations import STANDING, EvaluationRefusedError
from ivr.recordings.copies import may_be_heard
from ivr.store.models import Evaluation, Recording
from ivr.web.pages.context import PageContext
from ivr.web.pages.formats import sentence
from ivr.web.pages.recording_audio import Recordings, listen
from ivr.web.pages.signed_in import me, only

SEEN = (*STANDING, "overturned")
MOST = 100


def make_reviews_blueprint(context: PageContext, recordings: Recordings) -> Blueprint:
    """`/my-reviews/`, for agents; each sees their own."""
    blueprint = Blueprint("reviews", __name__, url_prefix="/my-reviews")
    blueprint.before_request(only("agent"))
    sessions, clock = context.sessions, context.clock

    @blueprint.get("/")
    def page() -> str:
        mine = select(Evaluation).where(
            Evaluation.agent_id == me().id, Evaluation.state.in_(SEEN), Evaluation.calibration_id.is_(None)
        )
        with sessions() as tx:
            rows = tx.scalars(mine.order_by(Evaluation.id.desc()).limit(MOST)).all()
            return render_template("reviews/page.html", rows=rows)

    def shown(evaluation_id: int, error: str | None = None) -> str:
        with sessions() as tx:
            row = _mine(tx, evaluation_id)
            definition = Definition.from_json(row.version.definition)
            sounds = [one for one in row.call.recordings if _to_be_heard(one)]
            return render_template("reviews/review.html", one=row, definition=definition, sounds=sounds, error=error)

    @blueprint.get("/<int:evaluation_id>")
    def review(evaluation_id: int) -> str:
        return shown(evaluation_id)

    @blueprint.get("/<int:evaluation_id>/audio/<int:recording_id>")
    def audio(evaluation_id: int, recording_id: int) -> ResponseReturnValue:
        """The call that is judged, without its secrets; each listen is in the audit."""
        with sessions() as tx:
            theirs = [one.id for one in _mine(tx, evaluation_id).call.recordings]
        if recording_id not in theirs:
            abort(404)
        return listen(context, recordings, me(), recording_id, kind="call")

    def answered(evaluation_id: int, answer: Callable[[], object]) -> ResponseReturnValue:
        try:
            answer()
        except EvaluationRefusedError as refused:
            return shown(evaluation_id, sentence(refused)), 400
        return redirect(url_for("reviews.review", evaluation_id=evaluation_id), 303)

    @blueprint.post("/<int:evaluation_id>/acknowledge")
    def acknowledge(evaluation_id: int) -> ResponseReturnValue:
        def answer() -> None:
            with sessions.begin() as tx:
                evaluations.acknowledge(tx, evaluation_id, me().id, me().email, clock.now())

        return answered(evaluation_id, answer)

    @blueprint.post("/<int:evaluation_id>/dispute")
    def dispute(evaluation_id: int) -> ResponseReturnValue:
        def answer() -> None:
            with sessions.begin() as tx:
                words = request.form.get("words", "")
                evaluations.dispute(tx, evaluation_id, me().id, words, me().email, clock.now())

        return answered(evaluation_id, answer)

    return blueprint


def _mine(tx: Session, evaluation_id: int) -> Evaluation:
    row = tx.get(Evaluation, evaluation_id)
    if row is None or row.agent_id != me().id or row.state not in SEEN or row.calibration_id is not None:
        abort(404)
    return row


def _to_be_heard(recording: Recording) -> bool:
    return recording.kind == "call" and may_be_heard(recording)
