"""What callers should have been understood as: said beside a turn, and listed."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ivr.nlu.intents import INTENTS
from ivr.quality.learning import corrections
from ivr.store.models import Agent, Correction
from ivr.web.pages.context import PageContext
from ivr.web.pages.formats import plain
from ivr.web.pages.signed_in import me

PAGE = 50
NAMED = {
    "human_agent": "A person", "dont_know": "Does not know", "transactions": "Last transactions",
    "smalltalk": "Small talk", "repeat": "Say it again",
    "help": "What can you do", "card_problem": "Problem with a card",
    "other_banking": "Something else of a bank's", "out_of_scope": "Nothing of ours",
}  # fmt: skip
"""Intents in people's words, where their own names are none."""


def intent_words(intent: str) -> str:
    return NAMED.get(intent, plain(intent))


def other_intents(intent: str) -> list[str]:
    """What a turn may have been instead."""
    return [one for one in INTENTS if one != intent]


def add_learning(blueprint: Blueprint, context: PageContext) -> None:
    """`/quality/corrections`, and the form beside a turn."""
    blueprint.add_app_template_filter(intent_words)
    blueprint.add_app_template_global(other_intents)

    @blueprint.post("/turns/<int:turn_id>/correction")
    def correct(turn_id: int) -> ResponseReturnValue:
        with context.sessions.begin() as tx:
            who = tx.get_one(Agent, me().id)
            try:
                row = corrections.correct(tx, turn_id, request.form.get("label", ""), who, context.clock.now())
            except corrections.CorrectionRefusedError as error:
                abort(409, str(error))
            sid = row.call_sid
        return redirect(url_for("quality.call", sid=sid, _anchor=f"turn-{turn_id}"))

    @blueprint.post("/corrections/<int:correction_id>/remove")
    def remove_correction(correction_id: int) -> ResponseReturnValue:
        with context.sessions.begin() as tx:
            sid = corrections.take_back(tx, correction_id, tx.get_one(Agent, me().id), context.clock.now())
        if sid is None:
            abort(404)
        if request.form.get("from") == "call":
            return redirect(url_for("quality.call", sid=sid))
        return redirect(url_for("quality.corrections_page"))

    @blueprint.get("/corrections")
    def corrections_page() -> str:
        """The newest first; `before` is the id of the last one seen."""
        before = request.args.get("before", type=int)
        newest = select(Correction).options(joinedload(Correction.agent)).order_by(Correction.id.desc())
        some = newest.where(Correction.id < before) if before else newest
        with context.sessions() as tx:
            rows = tx.scalars(some.limit(PAGE + 1)).all()
            counted = corrections.counts(tx)
        return render_template(
            "quality/corrections.html", rows=rows[:PAGE], more=len(rows) > PAGE, counted=counted, first=not before
        )
