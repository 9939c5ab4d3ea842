"""The list of calls."""

from flask import Blueprint, abort, render_template, request

from ivr.web.pages.context import PageContext
from ivr.web.pages.formats import OUTCOMES
from ivr.web.pages.quality.calls_screen import read_calls


def add_calls(blueprint: Blueprint, context: PageContext) -> None:
    """`/quality/`."""

    @blueprint.get("/")
    def calls() -> str:
        outcome = request.args.get("outcome", "")
        if outcome not in ("", "open", *filter(None, OUTCOMES)):
            abort(404)
        with context.sessions() as tx:
            found = read_calls(tx, outcome, max(1, request.args.get("page", 1, type=int)))
        return render_template("quality/calls.html", found=found, outcome=outcome)
