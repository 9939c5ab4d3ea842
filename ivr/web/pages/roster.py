"""The admins' pages: who there is, and what may be done about them."""

from collections.abc import Callable

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ivr.people import roster, sign_ins
from ivr.people.factors import factors_of, reset_factors
from ivr.people.links import make_link, open_links
from ivr.people.roles import ADMIN, ROLES
from ivr.people.roster import RosterRefusedError
from ivr.store.models import Agent
from ivr.web.pages.formats import sentence
from ivr.web.pages.signed_in import SignedInPeople, just_proven, me, only
from languages import LANGUAGES

ROLE_WORDS = {
    "agent": "takes calls", "reviewer": "listens to calls and reads them", "supervisor": "watches the desk",
    "admin": "keeps this page",
}  # fmt: skip
ACTIONS: dict[str, tuple[Callable[..., object], str]] = {
    "disable": (roster.disable, "{} is shut out."),
    "enable": (roster.enable, "{} can sign in again."),
    "sign-out": (roster.sign_out_everywhere, "{} is signed out everywhere."),
    "reset-factors": (reset_factors, "{} has no second factor any more."),
    "remove": (roster.remove, "{} is removed."),
}


def make_roster_blueprint(people: SignedInPeople, public_url: str) -> Blueprint:
    """`/people/`, for admins who have lately proved who they are."""
    blueprint = Blueprint("roster", __name__, url_prefix="/people")
    blueprint.before_request(only(ADMIN))
    blueprint.before_request(lambda: just_proven(people))
    blueprint.context_processor(lambda: {"LANGUAGES": LANGUAGES})

    def list_with(error: str | None = None, done: str | None = None) -> str:
        with people.sessions() as tx:
            rows = [(agent, factors_of(tx, agent.id)) for agent in roster.all_people(tx)]
        return render_template(
            "roster/list.html", rows=rows, error=error, done=done, roles=ROLE_WORDS, form=request.form
        )

    def person_with(agent_id: int, error: str | None = None, done: str | None = None, link: str | None = None) -> str:
        now = people.clock.now()
        with people.sessions() as tx:
            agent = _there(tx, agent_id)
            return render_template(
                "roster/person.html", agent=agent, factors=factors_of(tx, agent_id), roles=ROLE_WORDS, error=error,
                sign_ins=sign_ins.of_person(tx, agent_id, people.limits, now), done=done, link=link,
                invited=open_links(tx, agent_id, now),
            )  # fmt: skip

    @blueprint.get("/")
    def page() -> str:
        return list_with()

    @blueprint.post("/")
    def add() -> ResponseReturnValue:
        form = request.form
        try:
            with people.sessions.begin() as tx:
                agent = roster.add(
                    tx, email=form.get("email", ""), name=form.get("name", ""), phone=form.get("phone", ""),
                    roles=_roles(), skills=_skills(), languages=form.getlist("languages") or ["en"],
                    now=people.clock.now(), by=me().email,
                )  # fmt: skip
                token = make_link(tx, agent, me().email, people.clock.now())
        except RosterRefusedError as refused:
            return list_with(sentence(refused)), 400
        return person_with(agent.id, done=f"{agent.name} is added.", link=_address(token))

    @blueprint.get("/<int:agent_id>")
    def person(agent_id: int) -> str:
        return person_with(agent_id)

    @blueprint.post("/<int:agent_id>")
    def change(agent_id: int) -> ResponseReturnValue:
        form = request.form
        try:
            with people.sessions.begin() as tx:
                changed = roster.change(
                    tx, _there(tx, agent_id), me().email, people.clock.now(), email=form.get("email", ""),
                    name=form.get("name", ""), phone=form.get("phone", ""), roles=_roles(), skills=_skills(),
                    languages=form.getlist("languages") if "languages" in form else None,
                )  # fmt: skip
        except RosterRefusedError as refused:
            return person_with(agent_id, sentence(refused)), 400
        if agent_id == me().id and "roles" in changed:
            return redirect(url_for("people.sign_in"), 303)
        return person_with(agent_id, done="The change is kept." if changed else "There was nothing to change.")

    @blueprint.post("/<int:agent_id>/link")
    def link(agent_id: int) -> ResponseReturnValue:
        with people.sessions.begin() as tx:
            token = make_link(tx, _there(tx, agent_id), me().email, people.clock.now())
        return person_with(agent_id, link=_address(token))

    @blueprint.post("/<int:agent_id>/<any(disable, enable, 'sign-out', 'reset-factors', remove):action>")
    def act(agent_id: int, action: str) -> ResponseReturnValue:
        does, words = ACTIONS[action]
        try:
            with people.sessions.begin() as tx:
                agent = _there(tx, agent_id)
                name = agent.name
                does(tx, agent, me().email, people.clock.now())
        except RosterRefusedError as refused:
            return person_with(agent_id, sentence(refused)), 400
        if action == "remove":
            return list_with(done=words.format(name))
        return person_with(agent_id, done=words.format(name))

    def _address(token: str) -> str:
        return f"{public_url.rstrip('/')}{url_for('password.form', token=token)}"

    return blueprint


def _there(tx: Session, agent_id: int) -> Agent:
    agent = tx.get(Agent, agent_id)
    if agent is None or agent.removed_at is not None:
        abort(404)
    return agent


def _skills() -> list[str]:
    return [skill.strip() for skill in request.form.get("skills", "").split(",") if skill.strip()]


def _roles() -> list[str]:
    return [role for role in ROLES if role in request.form.getlist("roles")]
