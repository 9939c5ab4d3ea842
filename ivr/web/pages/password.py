"""A person chooses a password: with a one-time link."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from ivr.people import passwords, roster
from ivr.people.links import person_of_link, spend_link
from ivr.people.passwords import TooBusyError, WeakPasswordError
from ivr.store.models import Agent
from ivr.web.pages.formats import sentence
from ivr.web.pages.signed_in import SignedInPeople

DIFFERENT = "The two passwords are not the same. Type both again."


def make_password_blueprint(people: SignedInPeople, company: str) -> Blueprint:
    """`/password/<token>`: good once, for a day."""
    blueprint = Blueprint("password", __name__, url_prefix="/password")

    def owner(token: str) -> Agent | None:
        with people.sessions() as tx:
            return person_of_link(tx, token, people.clock.now())

    @blueprint.get("/<token>")
    def form(token: str) -> ResponseReturnValue:
        agent = owner(token)
        return render_template("password.html", agent=agent, token=token), 200 if agent else 410

    @blueprint.post("/<token>")
    def choose(token: str) -> ResponseReturnValue:
        agent = owner(token)
        if agent is None:
            return render_template("password.html", agent=None), 410
        try:
            hashed = chosen(roster.about(agent, company))
        except (WeakPasswordError, TooBusyError) as refused:
            return render_template("password.html", agent=agent, token=token, error=sentence(refused)), 400
        now = people.clock.now()
        with people.sessions.begin() as tx:
            if not spend_link(tx, token, now):
                return render_template("password.html", agent=None), 410
            row = tx.get_one(Agent, agent.id)
            roster.set_password(tx, row, hashed, by=row.email, now=now)
        logout_user()
        session.clear()
        return redirect(url_for("people.sign_in"), 303)

    return blueprint


def chosen(about: list[str]) -> str:
    """The hash of the new password in the form, typed twice. WeakPasswordError, TooBusyError."""
    password = request.form.get("new", "")
    if password != request.form.get("again", ""):
        raise WeakPasswordError(DIFFERENT.rstrip("."))
    passwords.check(password, about)
    return passwords.hash_password(password)
