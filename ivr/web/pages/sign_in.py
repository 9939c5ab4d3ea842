"""Signing in and out, and the door that leads each person to their own page."""

from collections.abc import Callable
from math import ceil

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from ivr.people import passwords, roster, sign_ins
from ivr.people.factors import factors_of
from ivr.people.passwords import TooBusyError
from ivr.people.throttle import Throttle
from ivr.store.models import Agent, Audit
from ivr.web.pages.devices import describe, remember, this_device
from ivr.web.pages.sign_in_throttle import about_where, rules_for
from ivr.web.pages.signed_in import PASSWORD, SignedInPeople, SignedInPerson, me, safe_next

WRONG = "That e-mail and password do not match. Check both and try again."
WHY_OVER = {
    "idle": "You were signed out because this browser had not been used for a long time.",
    "age": "You were signed out because you had been signed in for so long.",
    "password": "You were signed out because your password was changed.",
    "roles": "You were signed out because your roles were changed.",
    "signed-out": "You were signed out from another browser.",
    "everywhere": "You were signed out everywhere from another browser.",
}
OVER = "You are signed out."
BUSY = "Too many people are signing in just now. Try again in a few seconds."


def make_sign_in_blueprint(
    people: SignedInPeople, throttle: Throttle, left: Callable[[int], object] = lambda agent: None
) -> Blueprint:
    """`/`, `/sign-in`, `/sign-out`. `left` is told the agent's id on sign-out, so that their phone stops ringing."""
    blueprint = Blueprint(
        "people", __name__, template_folder="../templates", static_folder="../static", static_url_path="/assets"
    )

    @blueprint.get("/")
    def home() -> ResponseReturnValue:
        return redirect(own_page(me()) if current_user.is_authenticated else url_for("people.sign_in"))

    @blueprint.get("/sign-in")
    def sign_in() -> ResponseReturnValue:
        if current_user.is_authenticated:
            return redirect(own_page(me()))
        return _form(safe_next(request.args.get("next")), why=_why_over(people))

    @blueprint.post("/sign-in")
    def enter() -> ResponseReturnValue:
        target, password = safe_next(request.form.get("next")), request.form.get("password", "")
        missing = "Enter your e-mail." if not _address() else "Enter your password." if not password else None
        if missing:
            return _form(target, missing), 400
        agent = _agent(people)
        device = this_device().known_to(agent.id) if agent is not None else None
        rules = rules_for(_address(), request.remote_addr, device)
        if seconds := throttle.take(rules):
            return later(_form(target, slowed(seconds)), 429, seconds)
        try:
            right = passwords.matches(agent.password_hash if agent and agent.disabled_at is None else None, password)
        except TooBusyError:
            throttle.forgive(rules)
            return later(_form(target, BUSY), 503, passwords.SLOT_TIMEOUT)
        if agent is None or not right:
            note_failure(people, agent)
            return _form(target, WRONG), 401
        throttle.forgive(rules)
        if has_second(people, agent):
            return ask_second(people, agent, target)
        return let_in(people, agent, PASSWORD, target)

    @blueprint.post("/sign-out")
    def leave() -> ResponseReturnValue:
        if current_user.is_authenticated:
            left(me().id)
            with people.sessions.begin() as tx:
                sign_ins.end(tx, me().sign_in, "signed-out", people.clock.now())
                tx.add(Audit(at=people.clock.now(), actor=me().email, action="sign-out", subject=f"agent:{me().id}"))
        logout_user()
        session.clear()
        return redirect(url_for("people.sign_in"))

    return blueprint


def let_in(people: SignedInPeople, agent: Agent, how: str, target: str | None) -> Response:
    """Sign the person in and show `target` or their own page."""
    now = people.clock.now()
    with people.sessions.begin() as tx:
        client = describe(request.user_agent.string)
        key = sign_ins.begin(tx, tx.get_one(Agent, agent.id), people.limits, client, how, now)
        tx.add(Audit(at=now, actor=agent.email, action="sign-in", subject=f"agent:{agent.id}", detail={"how": how}))
    person = people.behind(key)
    assert person is not None  # noqa: S101  # just begun
    become(person)
    answer = make_response(redirect(target or own_page(person)))
    remember(answer, this_device(), person.id)
    return answer


def become(person: SignedInPerson) -> None:
    """The browser is this person's from now on."""
    session.clear()  # a session that someone else began must not become this person's
    session.permanent = True
    login_user(person)


def has_second(people: SignedInPeople, agent: Agent) -> bool:
    with people.sessions() as tx:
        return factors_of(tx, agent.id).any


def ask_second(people: SignedInPeople, agent: Agent, target: str | None) -> Response:
    """The password was right; the second factor is asked for on the next page."""
    session.clear()
    session["half"] = {
        "agent": agent.id, "stamp": sign_ins.stamp_of(agent), "at": people.clock.now().timestamp(), "next": target,
    }  # fmt: skip
    return make_response(redirect(url_for("second.form")))


def own_page(person: SignedInPerson) -> str:
    """Where the person's work is."""
    if person.limited or not person.roles:
        return url_for("own.page")
    if person.may("supervisor") and "board" in current_app.blueprints:
        return url_for("board.page")
    if person.may("agent"):
        return url_for("agent.page")
    return url_for("quality.calls" if person.may("reviewer", "supervisor") else "roster.page")


def slowed(seconds: float) -> str:
    """What one is told who has to wait before the next try."""
    minutes = ceil(seconds / 60)
    wait = f"{ceil(seconds)} seconds" if seconds < 90 else f"{minutes} minutes"
    return f"There were too many wrong tries. Wait {wait}, then try again."


def _address() -> str:
    return request.form.get("email", "").strip().lower()


def _form(target: str | None, error: str | None = None, why: str | None = None) -> str:
    return render_template("sign_in.html", target=target, error=error, why=why, email=request.form.get("email", ""))


def _why_over(people: SignedInPeople) -> str | None:
    """What to tell somebody whose sign-in has ended, in the browser that had it."""
    key = session.get("_user_id")
    why = people.why_over(key) if key else None
    return WHY_OVER.get(why, OVER) if why else None


def later(page: str, status: int, seconds: float) -> Response:
    return Response(page, status, {"Retry-After": str(ceil(seconds))})


def _agent(people: SignedInPeople) -> Agent | None:
    with people.sessions() as tx:
        return roster.find(tx, _address())


def note_failure(people: SignedInPeople, agent: Agent | None) -> None:
    """A wrong password or code, under nobody's name: who typed it is not known."""
    subject, where = f"agent:{agent.id if agent else 'unknown'}", about_where(request.remote_addr)
    with people.sessions.begin() as tx:
        tx.add(Audit(at=people.clock.now(), actor="unknown", action="sign-in-failed", subject=subject,
                     detail={"from": where}))  # fmt: skip
