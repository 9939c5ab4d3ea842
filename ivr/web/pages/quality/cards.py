"""The editor of scorecards: every change is a form, so that it works by keyboard and without a script."""

from collections.abc import Callable

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ivr.quality.scorecards import drafting, versions
from ivr.quality.scorecards.definition import ABOUT, KINDS, Choice, Definition, Question, faults
from ivr.quality.scorecards.rules import RULES
from ivr.quality.scorecards.starter import NAME, STARTER
from ivr.quality.scorecards.versions import ScorecardRefusedError
from ivr.store.models import Scorecard
from ivr.web.pages.context import PageContext
from ivr.web.pages.formats import sentence
from ivr.web.pages.signed_in import me

KIND_WORDS = {"yes-no": "Yes or no", "scale": "A scale from 1", "choice": "One of several"}
ABOUT_WORDS = {"both": "Bot and people", "bot": "The bot alone", "agent": "People alone"}
LONGEST_TEXT = 200

Change = Callable[[Definition], Definition]


def add_cards(blueprint: Blueprint, context: PageContext) -> None:
    """`/quality/cards/`."""
    sessions, clock = context.sessions, context.clock

    def listed(error: str | None = None) -> str:
        with sessions() as tx:
            return render_template("quality/cards.html", cards=versions.all_scorecards(tx), error=error)

    @blueprint.get("/cards/")
    def cards() -> str:
        return listed()

    @blueprint.post("/cards/")
    def begin_card() -> ResponseReturnValue:
        ours = request.form.get("do") == "ours"
        try:
            with sessions.begin() as tx:
                name = NAME if ours else request.form.get("name", "")
                card = versions.create(tx, name, STARTER if ours else Definition(), me().email, clock.now())
                if ours:
                    versions.publish(tx, card.versions[0].id, me().email, clock.now())
        except ScorecardRefusedError as refused:
            return listed(sentence(refused)), 400
        return redirect(url_for("quality.card", card_id=card.id), 303)

    def shown(card_id: int, error: str | None = None) -> str:
        with sessions() as tx:
            card = tx.get(Scorecard, card_id) or abort(404)
            number = request.args.get("version", card.versions[-1].number, type=int)
            version = next((one for one in card.versions if one.number == number), None) or abort(404)
            definition = Definition.from_json(version.definition)
            return render_template(
                "quality/card.html", card=card, version=version, definition=definition, error=error, rules=RULES,
                faults=faults(definition) if version.state == "draft" else [], kinds=KIND_WORDS, about=ABOUT_WORDS,
            )  # fmt: skip

    @blueprint.get("/cards/<int:card_id>")
    def card(card_id: int) -> str:
        return shown(card_id)

    @blueprint.post("/cards/<int:card_id>/draft")
    def draft_card(card_id: int) -> ResponseReturnValue:
        with sessions.begin() as tx:
            if tx.get(Scorecard, card_id) is None:
                abort(404)
            versions.draft_of(tx, card_id, me().email)
        return redirect(url_for("quality.card", card_id=card_id), 303)

    @blueprint.post("/cards/<int:card_id>/publish")
    def publish_card(card_id: int) -> ResponseReturnValue:
        try:
            with sessions.begin() as tx:
                row = tx.get(Scorecard, card_id) or abort(404)
                versions.publish(tx, row.versions[-1].id, me().email, clock.now())
        except ScorecardRefusedError as refused:
            return shown(card_id, sentence(refused)), 400
        return redirect(url_for("quality.card", card_id=card_id), 303)

    @blueprint.post("/cards/<int:card_id>/change")
    def change_card(card_id: int) -> ResponseReturnValue:
        try:
            with sessions.begin() as tx:
                row = tx.get(Scorecard, card_id) or abort(404)
                newest = row.versions[-1]
                changed = _change()(Definition.from_json(newest.definition))
                versions.change_draft(tx, newest.id, changed, me().email)
        except ScorecardRefusedError as refused:
            return shown(card_id, sentence(refused)), 400
        return redirect(url_for("quality.card", card_id=card_id, _anchor=request.form.get("back") or None), 303)


def _change() -> Change:
    """What the form asks for."""
    place, title = request.form.get("section", 0, type=int), request.form.get("title", "").strip()[:LONGEST_TEXT]
    named, by = request.form.get("question", ""), -1 if request.form.get("do", "").endswith("-up") else 1
    changes: dict[str, Change] = {
        "add-section": lambda one: drafting.add_section(one, title or _refuse("a section has a title")),
        "rename-section": lambda one: drafting.rename_section(one, place, title or _refuse("a section has a title")),
        "remove-section": lambda one: drafting.remove_section(one, place),
        "section-up": lambda one: drafting.move_section(one, place, by),
        "section-down": lambda one: drafting.move_section(one, place, by),
        "add-question": lambda one: drafting.add_question(one, place, _question("")),
        "change-question": lambda one: drafting.change_question(one, _question(named)),
        "remove-question": lambda one: drafting.remove_question(one, named),
        "question-up": lambda one: drafting.move_question(one, named, by),
        "question-down": lambda one: drafting.move_question(one, named, by),
    }
    return changes.get(request.form.get("do", "")) or abort(400, "do: what is to be done is missing")


def _question(question_id: str) -> Question:
    form = request.form
    text = form.get("text", "").strip()[:LONGEST_TEXT] or _refuse("a question has a text")
    kind, about = form.get("kind", "yes-no"), form.get("about", "both")
    after, _, answer = form.get("after", "").partition("=")
    return Question(
        id=question_id, text=text, kind=next(one for one in KINDS if one == kind) if kind in KINDS else abort(400),
        weight=form.get("weight", 1, type=int), help=form.get("help", "").strip()[: 2 * LONGEST_TEXT],
        about=next(one for one in ABOUT if one == about) if about in ABOUT else abort(400),
        fatal="fatal" in form, may_be_na="na" in form, comment_on_fail="comment" in form,
        steps=form.get("steps", 5, type=int), choices=_choices(form.get("choices", "")) if kind == "choice" else (),
        shown_if=(after, answer) if answer else None, rule=form.get("rule", "") if form.get("rule") in RULES else "",
    )  # fmt: skip


def _choices(written: str) -> tuple[Choice, ...]:
    """One a line, "Points: words"; raises ScorecardRefusedError."""
    found = []
    for line in filter(None, map(str.strip, written.splitlines())):
        points, colon, words = line.partition(":")
        if not colon or not points.strip().isdecimal() or not words.strip():
            _refuse(f"{line!r} is no choice: write its points of 100, a colon and its words, like 50: In part")
        found.append(Choice(words.strip()[:LONGEST_TEXT], int(points)))
    return tuple(found[:9])


def _refuse(why: str) -> str:
    raise ScorecardRefusedError(why)
