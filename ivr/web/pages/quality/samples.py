"""Samples: drawn here, worked off call by call ("my list"), and shown with how they were drawn."""

from datetime import datetime, timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.quality import samples
from ivr.quality.flags import FLAGS
from ivr.quality.samples import Filters, Plan, SampleRefusedError
from ivr.store.models import Agent, Sample
from ivr.web.pages.context import PageContext
from ivr.web.pages.formats import sentence
from ivr.web.pages.signed_in import me

MONTH = timedelta(days=30)


def add_samples(blueprint: Blueprint, context: PageContext) -> None:
    """`/quality/samples/`."""
    sessions, clock, zone = context.sessions, context.clock, context.zone

    def listed(error: str | None = None) -> str:
        today = clock.now().astimezone(zone).date()
        with sessions() as tx:
            return render_template(
                "quality/samples.html", found=samples.newest(tx), mine=samples.left(tx, me().id), error=error,
                reviewers=people(tx, "reviewer", "supervisor"), agents=people(tx, "agent"), flags=FLAGS,
                since=request.form.get("since", str(today - MONTH)), until=request.form.get("until", str(today)),
                form=request.form,
            )  # fmt: skip

    @blueprint.get("/samples/", endpoint="samples")
    def list_() -> str:
        return listed()

    @blueprint.post("/samples/")
    def draw_sample() -> ResponseReturnValue:
        form = request.form
        try:
            with sessions.begin() as tx:
                able = {person.id for person in people(tx, "reviewer", "supervisor")}
                chosen = [int(one) for one in form.getlist("reviewer") if one.isdecimal() and int(one) in able]
                filters = Filters(
                    _day(form.get("since", ""), context), _day(form.get("until", ""), context) + timedelta(days=1),
                    form.get("agent", 0, type=int), form.get("intent", ""), form.get("outcome", ""),
                    form.get("flag", ""),
                )  # fmt: skip
                plan = Plan(
                    form.get("name", ""), form.get("kind", "random"), form.get("size", 0, type=int), filters,
                    form.get("per", ""), form.get("seed", ""),
                )  # fmt: skip
                sample = samples.draw(tx, plan, chosen, me().email, clock.now())
        except SampleRefusedError as refused:
            return listed(sentence(refused)), 400
        return redirect(url_for("quality.sample", sample_id=sample.id), 303)

    @blueprint.get("/samples/<int:sample_id>")
    def sample(sample_id: int) -> str:
        with sessions() as tx:
            row = tx.get(Sample, sample_id) or abort(404)
            return render_template("quality/sample.html", sample=row, calls=samples.calls_of(tx, sample_id))

    @blueprint.get("/samples/next")
    def next_call() -> ResponseReturnValue:
        with sessions() as tx:
            row = samples.next_call(tx, me().id)
        if row is None:
            return redirect(url_for("quality.samples"))
        return redirect(url_for("quality.call", sid=row.call_sid, _anchor="judge"))


def people(tx: Session, *roles: str) -> list[Agent]:
    """Who is there with one of the roles, by name."""
    here = tx.scalars(select(Agent).where(Agent.removed_at.is_(None), Agent.disabled_at.is_(None)).order_by(Agent.name))
    return [person for person in here if not set(roles).isdisjoint(person.roles)]


def _day(written: str, context: PageContext) -> datetime:
    try:
        return datetime.fromisoformat(written[:10]).replace(tzinfo=context.zone)
    except ValueError:
        raise SampleRefusedError(f"{written!r} is not a day like 2026-03-02") from None
