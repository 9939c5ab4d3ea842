"""The page of figures, quality first, and its export."""

from flask import Blueprint, Response, abort, render_template, request

from ivr.quality.figures.definitions import BAD
from ivr.quality.figures.periods import PERIODS, PeriodName
from ivr.quality.figures.report import read_report
from ivr.web.pages.context import PageContext
from ivr.web.pages.formats import as_csv
from ivr.web.pages.quality.figures_screen import BY_AGENT, BY_INTENT, as_table, calls_of, change, figure, read_figures


def add_figures(blueprint: Blueprint, context: PageContext, service_seconds: float) -> None:
    """`/quality/figures` and `/quality/figures.csv`, of the period that the address names."""

    @blueprint.get("/figures")
    def figures() -> str:
        with context.sessions() as tx:
            screen = read_figures(tx, _period(), context.clock.now(), context.zone, service_seconds)
        words = {"figure": figure, "change": change, "calls_of": calls_of}
        return render_template(
            "quality/figures.html",
            screen=screen,
            report=screen.report,
            periods=PERIODS,
            columns=BY_INTENT,
            people_columns=BY_AGENT,
            bad=BAD,
            **words,
        )

    @blueprint.get("/figures.csv")
    def figures_table() -> Response:
        with context.sessions() as tx:
            report = read_report(tx, _period(), context.clock.now(), context.zone, service_seconds)
        return as_csv(as_table(report), f"figures-{report.name}-{report.period.end:%Y-%m-%d}.csv")


def _period() -> PeriodName:
    name = request.args.get("period", "week")
    if name not in PERIODS:
        abort(404)
    return name
