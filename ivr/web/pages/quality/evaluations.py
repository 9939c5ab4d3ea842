"""Judgements: kept and published from the form beside a call, listed, read, and decided where they are disputed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.quality.scorecards import calibrations, evaluations
from ivr.quality.scorecards.automatic import agreement_with_people
from ivr.quality.scorecards.definition import Definition
from ivr.quality.scorecards.evaluations import EvaluationRefusedError
from ivr.quality.scorecards.rules import RULES
from ivr.store.models import Evaluation
from ivr.web.pages.context import PageContext
from ivr.web.pages.formats import length, sentence
from ivr.web.pages.quality.card_form import judged
from ivr.web.pages.signed_in import SignedInPerson, me

STATES = {
    "draft": "Draft",
    "published": "Published",
    "acknowledged": "Read by the agent",
    "disputed": "Disputed",
    "upheld": "Disputed, and stands",
    "overturned": "Disputed, and judged anew",
}
PAGE = 25
LATELY = timedelta(days=90)  # judgements over which agreement with the facts is counted


def add_evaluations(blueprint: Blueprint, context: PageContext) -> None:
    """`/quality/evaluations/`, and where the form beside a call is sent to."""
    sessions, clock = context.sessions, context.clock

    @blueprint.app_template_filter("written")
    def written(spans: Sequence[Sequence[float]]) -> str:
        return ", ".join(length(start) if end - start < 1 else f"{length(start)}-{length(end)}" for start, end in spans)

    blueprint.app_context_processor(lambda: {"STATES_OF_REVIEW": STATES, "RULES": RULES})

    @blueprint.post("/calls/<sid>/judge")
    def judge(sid: str) -> ResponseReturnValue:
        names = ("judge", "card", "replaces")
        wanted: dict[str, Any] = {name: request.form[name] for name in names if request.form.get(name)}
        try:
            with sessions.begin() as tx:
                kept = judged(tx, sid, me(), request.form)
                if kept.calibration is not None:
                    evaluation = calibrations.hand_in(tx, kept, me().email, clock.now())
                    return redirect(url_for("quality.calibration", calibration_id=kept.calibration), 303)
                evaluation = evaluations.save(tx, kept, clock.now())
            if request.form.get("do") != "publish":
                return redirect(url_for("quality.call", sid=sid, **wanted, _anchor="judge"), 303)
        except EvaluationRefusedError as refused:
            return render_template("quality/refused.html", sid=sid, error=sentence(refused), wanted=wanted), 400
        try:
            with sessions.begin() as tx:
                row = tx.get_one(Evaluation, evaluation.id, with_for_update=True)
                evaluations.publish(tx, row, me().email, clock.now())
        except EvaluationRefusedError:
            return redirect(url_for("quality.call", sid=sid, **wanted, check=1, _anchor="judge"), 303)
        return redirect(url_for("quality.evaluation", evaluation_id=evaluation.id), 303)

    @blueprint.get("/evaluations/", endpoint="evaluations")
    def list_() -> str:
        state, page = request.args.get("state", ""), max(1, request.args.get("page", 1, type=int))
        if state not in ("", *STATES):
            abort(404)
        with sessions() as tx:
            rows = read_page(tx, me(), state, page)
            facts = agreement_with_people(tx, clock.now() - LATELY)
            return render_template(
                "quality/evaluations.html", rows=rows[:PAGE], more=len(rows) > PAGE, page=page, state=state, facts=facts
            )

    def shown(evaluation_id: int, error: str | None = None) -> str:
        with sessions() as tx:
            row = tx.get(Evaluation, evaluation_id) or abort(404)
            if not may_read(row, me()):
                abort(404)
            definition = Definition.from_json(row.version.definition)
            return render_template("quality/evaluation.html", one=row, definition=definition, error=error)

    @blueprint.get("/evaluations/<int:evaluation_id>")
    def evaluation(evaluation_id: int) -> str:
        return shown(evaluation_id)

    @blueprint.post("/evaluations/<int:evaluation_id>/uphold")
    def uphold(evaluation_id: int) -> ResponseReturnValue:
        try:
            with sessions.begin() as tx:
                evaluations.uphold(tx, evaluation_id, me().id, request.form.get("words", ""), me().email, clock.now())
        except EvaluationRefusedError as refused:
            return shown(evaluation_id, sentence(refused)), 400
        return redirect(url_for("quality.evaluation", evaluation_id=evaluation_id), 303)


def may_read(row: Evaluation, person: SignedInPerson) -> bool:
    """A draft is its writer's own; what is part of a calibration is read there."""
    return row.calibration_id is None and (row.state != "draft" or row.reviewer_id == person.id)


def read_page(tx: Session, person: SignedInPerson, state: str, page: int) -> Sequence[Evaluation]:
    """One more than fits on a page, the newest first. Drafts are one's own; without a state, all but drafts."""
    query = select(Evaluation).where(Evaluation.calibration_id.is_(None))
    if state == "draft":
        query = query.where(Evaluation.reviewer_id == person.id, Evaluation.state == "draft")
    elif state:
        query = query.where(Evaluation.state == state)
    else:
        query = query.where(Evaluation.state != "draft")
    people = (joinedload(Evaluation.agent), joinedload(Evaluation.reviewer), joinedload(Evaluation.call))
    newest = query.options(*people).order_by(Evaluation.id.desc()).offset((page - 1) * PAGE).limit(PAGE + 1)
    return tx.scalars(newest).all()
