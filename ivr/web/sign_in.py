"""Signing in and out, and the door that leads each person to his own page."""

from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_login import current_user, login_user, logout_user
from sqlalchemy import func, select

from ivr.clock import Clock
from ivr.store import Sessions
from ivr.store.models import Agent, Audit
from ivr.web.people import Person, me, person_of, safe_next

HASHER = PasswordHasher()
NOBODY = HASHER.hash("nobody")  # an unknown address takes as long to refuse as a wrong password
WRONG = "That e-mail and password do not match. Check both and try again."


def make_sign_in_blueprint(
    sessions: Sessions, limiter: Limiter, clock: Clock, left: Callable[[int], object] = lambda agent: None
) -> Blueprint:
    """`/`, `/sign-in`, `/sign-out`. `left` is told the agent's id on sign-out, so that his phone stops ringing."""
    blueprint = Blueprint(
        "people", __name__, template_folder="templates", static_folder="static", static_url_path="/assets"
    )

    @blueprint.get("/")
    def home() -> ResponseReturnValue:
        return redirect(_own_page(me()) if current_user.is_authenticated else url_for("people.sign_in"))

    @blueprint.get("/sign-in")
    def sign_in() -> ResponseReturnValue:
        if current_user.is_authenticated:
            return redirect(_own_page(me()))
        return _form(safe_next(request.args.get("next")))

    @blueprint.post("/sign-in")
    @limiter.limit("10 per minute; 60 per hour", deduct_when=lambda answer: answer.status_code == 401)
    @limiter.limit("20 per hour", key_func=_address, deduct_when=lambda answer: answer.status_code == 401)
    def enter() -> ResponseReturnValue:
        target, password = safe_next(request.form.get("next")), request.form.get("password", "")
        missing = "Enter your e-mail." if not _address() else "Enter your password." if not password else None
        if missing:
            return _form(target, missing), 400
        person = _known(sessions, _address(), password)
        if person is None:
            return _form(target, WRONG), 401
        session.clear()  # a session that someone else began must not become this person's
        session.permanent = True
        login_user(person)
        _note(sessions, clock, person, "sign-in")
        return redirect(target or _own_page(person))

    @blueprint.post("/sign-out")
    def leave() -> ResponseReturnValue:
        if current_user.is_authenticated:
            left(me().id)
            _note(sessions, clock, me(), "sign-out")
        logout_user()
        session.clear()
        return redirect(url_for("people.sign_in"))

    return blueprint


def _address() -> str:
    return request.form.get("email", "").strip().lower()


def _form(target: str | None, error: str | None = None) -> str:
    return render_template("sign_in.html", target=target, error=error, email=request.form.get("email", ""))


def _known(sessions: Sessions, email: str, password: str) -> Person | None:
    with sessions() as reading:
        agent = reading.scalar(select(Agent).where(func.lower(Agent.email) == email))
    try:
        HASHER.verify(agent.password_hash if agent else NOBODY, password)
    except (VerificationError, InvalidHashError):
        return None
    return person_of(agent) if agent else None


def _own_page(person: Person) -> str:
    if person.may("supervisor") and "board" in current_app.blueprints:
        return url_for("board.page")
    return url_for("agent.page" if person.may("agent") else "quality.calls")


def _note(sessions: Sessions, clock: Clock, person: Person, action: str) -> None:
    with sessions.begin() as writing:
        writing.add(Audit(at=clock.now(), actor=person.email, action=action, subject=f"agent:{person.id}"))
