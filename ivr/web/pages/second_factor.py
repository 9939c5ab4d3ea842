"""The second factor at the door, and proving again who one is before what matters."""

from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ivr.people import passwords, sign_ins
from ivr.people.factors import Factors, SecretBox, check_code, factors_of
from ivr.people.passwords import TooBusyError
from ivr.people.throttle import Throttle
from ivr.store.models import Agent
from ivr.web.pages.devices import this_device
from ivr.web.pages.sign_in import BUSY, later, let_in, note_failure, own_page, slowed
from ivr.web.pages.sign_in_throttle import rules_for, rules_for_code
from ivr.web.pages.signed_in import SignedInPeople, me, safe_next

HALF = timedelta(minutes=10)  # between the password and the code
WRONG_CODE = "That code is not right, or was used before. Wait for the next one and try again."
WRONG = "That is not right. Check it and try again."


def make_second_blueprint(people: SignedInPeople, throttle: Throttle, box: SecretBox) -> Blueprint:
    """`/sign-in/second` after the password; `/prove` for who is signed in."""
    blueprint = Blueprint("second", __name__)

    @blueprint.get("/sign-in/second")
    def form() -> ResponseReturnValue:
        if current_user.is_authenticated:
            return redirect(own_page(me()))
        if (found := half_of(people)) is None:
            return redirect(url_for("people.sign_in"))
        return render_template("second.html", factors=factors(people, found[0].id))

    @blueprint.post("/sign-in/second")
    def enter() -> ResponseReturnValue:
        if (found := half_of(people)) is None:
            return redirect(url_for("people.sign_in"))
        agent, target = found
        rules = rules_for_code(agent.id, this_device().known_to(agent.id))
        if seconds := throttle.take(rules):
            page = render_template("second.html", factors=factors(people, agent.id), error=slowed(seconds))
            return later(page, 429, seconds)
        how = _spend(people, box, agent.id)
        if how is None:
            note_failure(people, agent)
            return render_template("second.html", factors=factors(people, agent.id), error=WRONG_CODE), 401
        throttle.forgive(rules)
        return let_in(people, agent, f"password+{how}", target)

    @blueprint.get("/prove")
    def prove() -> ResponseReturnValue:
        if not current_user.is_authenticated:
            return redirect(url_for("people.sign_in"))
        return _proving(people)

    @blueprint.post("/prove")
    def proven() -> ResponseReturnValue:
        if not current_user.is_authenticated:
            abort(401)
        with people.sessions() as tx:
            agent = tx.get_one(Agent, me().id)
        device = this_device().known_to(agent.id)
        rules = {
            **rules_for(agent.email.lower(), request.remote_addr, device),
            **rules_for_code(agent.id, device),
        }
        if seconds := throttle.take(rules):
            return later(_proving(people, slowed(seconds)), 429, seconds)
        try:
            right = _proof(people, box, agent)
        except TooBusyError:
            throttle.forgive(rules)
            return later(_proving(people, BUSY), 503, passwords.SLOT_TIMEOUT)
        if not right:
            note_failure(people, agent)
            return _proving(people, WRONG), 401
        throttle.forgive(rules)
        return redirect(mark_proven(people, request.form.get("next")), 303)

    return blueprint


def half_of(people: SignedInPeople) -> tuple[Agent, str | None] | None:
    """Whose password was right a moment ago, and where they want to go."""
    kept = session.get("half")
    if not isinstance(kept, dict) or people.clock.now().timestamp() - kept["at"] > HALF.total_seconds():
        return None
    with people.sessions() as tx:
        agent = tx.get(Agent, kept["agent"])
    if agent is None or agent.disabled_at is not None or sign_ins.stamp_of(agent) != kept["stamp"]:
        return None
    return agent, safe_next(kept["next"])


def factors(people: SignedInPeople, agent_id: int) -> Factors:
    with people.sessions() as tx:
        return factors_of(tx, agent_id)


def mark_proven(people: SignedInPeople, target: str | None) -> str:
    """The person has proved again who they are; where to go on."""
    with people.sessions.begin() as tx:
        sign_ins.proven(tx, me().sign_in, people.clock.now())
    return safe_next(target) or url_for("own.page")


def _proof(people: SignedInPeople, box: SecretBox, agent: Agent) -> bool:
    """A code from who has an app, else the password."""
    if factors(people, agent.id).codes:
        return _spend(people, box, agent.id) is not None
    return passwords.matches(agent.password_hash, request.form.get("password", ""))


def _spend(people: SignedInPeople, box: SecretBox, agent_id: int) -> str | None:
    with people.sessions.begin() as tx:
        return check_code(tx, agent_id, request.form.get("code", "")[:40], box, people.clock.now())


def _proving(people: SignedInPeople, error: str | None = None) -> str:
    target = safe_next(request.values.get("next"))
    return render_template("prove.html", factors=factors(people, me().id), target=target, error=error)
