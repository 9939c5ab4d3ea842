"""Calibrations: begun here, judged beside the call, and read when all are in or a lead has closed them."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.quality.scorecards import calibrations, versions
from ivr.quality.scorecards.definition import Definition
from ivr.quality.scorecards.evaluations import EvaluationRefusedError
from ivr.quality.scorecards.subjects import Subject
from ivr.store.models import Calibration
from ivr.web.pages.context import PageContext
from ivr.web.pages.formats import sentence
from ivr.web.pages.quality.samples import people
from ivr.web.pages.signed_in import me


def add_calibrations(blueprint: Blueprint, context: PageContext) -> None:
    """`/quality/calibrations/`."""
    sessions, clock = context.sessions, context.clock

    def listed(error: str | None = None) -> str:
        with sessions() as tx:
            newest = tx.scalars(select(Calibration).order_by(Calibration.id.desc()).limit(50)).all()
            return render_template(
                "quality/calibrations.html", found=newest, error=error, in_use=versions.in_use(tx),
                reviewers=people(tx, "reviewer", "supervisor"), agents=people(tx, "agent"),
                agreement=[(one, _by_question(tx, one.id)) for one in versions.all_scorecards(tx)],
                call=request.values.get("call", ""),
            )  # fmt: skip

    @blueprint.get("/calibrations/", endpoint="calibrations")
    def list_() -> str:
        return listed()

    @blueprint.post("/calibrations/")
    def begin_calibration() -> ResponseReturnValue:
        form = request.form
        try:
            with sessions.begin() as tx:
                able = {person.id for person in people(tx, "reviewer", "supervisor")}
                chosen = [int(one) for one in form.getlist("reviewer") if one.isdecimal() and int(one) in able]
                version = form.get("card", 0, type=int)
                if version not in {one.id for one in versions.in_use(tx)}:
                    raise EvaluationRefusedError("there is no such scorecard in use")
                subject = Subject(form.get("call", "").strip(), form.get("judge", 0, type=int) or None)
                row = calibrations.begin(tx, subject, version, chosen, me().email, clock.now())
        except EvaluationRefusedError as refused:
            return listed(sentence(refused)), 400
        return redirect(url_for("quality.calibration", calibration_id=row.id), 303)

    @blueprint.get("/calibrations/<int:calibration_id>")
    def calibration(calibration_id: int) -> str:
        with sessions() as tx:
            row = tx.get(Calibration, calibration_id) or abort(404)
            found = calibrations.results(row) if row.closed_at else []
            return render_template(
                "quality/calibration.html", one=row, found=found, whole=calibrations.agreement_in(found),
                definition=Definition.from_json(row.version.definition),
                mine=any(seat.reviewer_id == me().id and not seat.in_at for seat in row.seats),
            )  # fmt: skip

    @blueprint.post("/calibrations/<int:calibration_id>/close")
    def close_calibration(calibration_id: int) -> ResponseReturnValue:
        with sessions.begin() as tx:
            row = tx.get(Calibration, calibration_id) or abort(404)
            if not (me().may("supervisor") or row.by == me().email):
                abort(403)
            calibrations.close(tx, calibration_id, me().email, clock.now())
        return redirect(url_for("quality.calibration", calibration_id=calibration_id), 303)


def _by_question(tx: Session, scorecard_id: int) -> list[tuple[str, object]]:
    """Each question's text and agreement over the closed calibrations of a scorecard; nothing where there are none."""
    closed = calibrations.closed_of(tx, scorecard_id)
    if not closed:
        return []
    definition = Definition.from_json(closed[0].version.definition)
    found = calibrations.agreement_by_question(closed)
    return [(one.text, found[one.id]) for one in definition.questions() if one.id in found]
