"""A person's own page: password, second factors, and where they are signed in."""

import segno
from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response

from ivr.people import passkeys, passwords, roster, sign_ins
from ivr.people.factors import SecretBox, address_of, begin_codes, confirm_codes, factors_of, new_recovery_codes
from ivr.people.factors import take_off_codes as take_off
from ivr.people.passwords import TooBusyError, WeakPasswordError
from ivr.people.throttle import Throttle
from ivr.store.models import Agent, SignIn
from ivr.web.pages.devices import describe, this_device
from ivr.web.pages.formats import sentence
from ivr.web.pages.password import chosen
from ivr.web.pages.sign_in import BUSY, slowed
from ivr.web.pages.sign_in_throttle import rules_for, rules_for_code
from ivr.web.pages.signed_in import PASSWORD, SignedInPeople, just_proven, me, only

WRONG = "That is not your present password."
WRONG_CODE = "That code is not right. Check that the phone's clock is right, and take the next one."


def make_own_blueprint(people: SignedInPeople, throttle: Throttle, box: SecretBox, company: str) -> Blueprint:
    """`/me/`."""
    blueprint = Blueprint("own", __name__, url_prefix="/me")
    blueprint.before_request(only())

    @blueprint.get("/")
    def page() -> str:
        return page_with(people)

    @blueprint.post("/password")
    def password() -> ResponseReturnValue:
        with people.sessions() as tx:
            agent = tx.get_one(Agent, me().id)
        rules = rules_for(agent.email.lower(), request.remote_addr, this_device().known_to(agent.id))
        if seconds := throttle.take(rules):
            return page_with(people, slowed(seconds)), 429
        try:
            if not passwords.matches(agent.password_hash, request.form.get("password", "")):
                return page_with(people, WRONG), 400
            throttle.forgive(rules)
            hashed = chosen(roster.about(agent, company))
        except WeakPasswordError as refused:
            return page_with(people, sentence(refused)), 400
        except TooBusyError:
            return page_with(people, BUSY), 503
        with people.sessions.begin() as tx:
            row = tx.get_one(Agent, me().id)
            roster.set_password(tx, row, hashed, row.email, people.clock.now(), keeping=me().sign_in)
        return page_with(people, done="The new password is kept. You are signed out everywhere else.")

    @blueprint.route("/codes", methods=["GET", "POST"])
    def codes() -> ResponseReturnValue:
        """Set up the app: the QR code, then its first code."""
        if answer := just_proven(people):
            return answer
        now, error = people.clock.now(), None
        if request.method == "POST":
            rules = rules_for_code(me().id, this_device().known_to(me().id))
            seconds = throttle.take(rules)
            with people.sessions.begin() as tx:
                given = request.form.get("code", "")[:40]
                kept = None if seconds else confirm_codes(tx, tx.get_one(Agent, me().id), given, box, now)
                if kept is not None:
                    strengthen(tx.get_one(SignIn, me().sign_in), "code")
            if kept is not None:
                throttle.forgive(rules)
                return render_template("own/recovery.html", codes=kept)
            error = slowed(seconds) if seconds else WRONG_CODE
        with people.sessions.begin() as tx:
            agent = tx.get_one(Agent, me().id)
            if factors_of(tx, agent.id).codes:
                return redirect(url_for("own.page"))
            secret = begin_codes(tx, agent, box)
            address = address_of(secret, agent, company)
        picture = Markup(segno.make(address, error="m").svg_inline(scale=5, border=3, light="#fff"))  # noqa: S704
        page = render_template("own/codes.html", picture=picture, secret=secret, error=error)
        return page, 400 if error else 200

    @blueprint.post("/codes/off")
    def codes_off() -> ResponseReturnValue:
        if answer := just_proven(people):
            return answer
        with people.sessions() as tx:
            refused = lacking(people, factors_of(tx, me().id).passkeys > 0)
        if refused:
            return page_refusing(people, refused)
        with people.sessions.begin() as tx:
            take_off(tx, tx.get_one(Agent, me().id), me().email, people.clock.now())
        return page_with(people, done="The app is taken off. Your codes do not work any more.")

    @blueprint.post("/recovery")
    def recovery() -> ResponseReturnValue:
        if answer := just_proven(people):
            return answer
        with people.sessions.begin() as tx:
            if not factors_of(tx, me().id).codes:
                abort(404)
            codes = new_recovery_codes(tx, me().id)
        return render_template("own/recovery.html", codes=codes)

    @blueprint.post("/sign-ins/<int:sign_in_id>/end")
    def end(sign_in_id: int) -> ResponseReturnValue:
        with people.sessions.begin() as tx:
            row = tx.get(SignIn, sign_in_id)
            if row is None or row.agent_id != me().id:
                abort(404)
            sign_ins.end(tx, row.id, "signed-out", people.clock.now())
        return back()

    @blueprint.post("/sign-ins/end")
    def end_others() -> ResponseReturnValue:
        with people.sessions.begin() as tx:
            agent = tx.get_one(Agent, me().id)
            roster.sign_out_everywhere(tx, agent, agent.email, people.clock.now(), but=me().sign_in)
        return back()

    return blueprint


def page_with(people: SignedInPeople, error: str | None = None, done: str | None = None) -> str:
    now = people.clock.now()
    with people.sessions() as tx:
        agent, factors = tx.get_one(Agent, me().id), factors_of(tx, me().id)
        rows, keys = sign_ins.of_person(tx, me().id, people.limits, now), passkeys.of_person(tx, me().id)
    return render_template(
        "own/page.html", agent=agent, factors=factors, sign_ins=rows, here=me().sign_in, limited=me().limited,
        passkeys=keys, browser=describe(request.user_agent.string), error=error, done=done,
    )  # fmt: skip


def page_refusing(people: SignedInPeople, why: str) -> ResponseReturnValue:
    return page_with(people, why), 400


def lacking(people: SignedInPeople, others: bool) -> str | None:
    """Why the last factor may not be taken off, where a role asks for one."""
    if others or me().roles.isdisjoint(people.second_factor):
        return None
    return "Your role asks for a second factor. Add another one before you take this off."


def strengthen(row: SignIn, how: str) -> None:
    """The sign-in has seen this factor as well."""
    if row.how == PASSWORD:
        row.how = f"{PASSWORD}+{how}"


def back() -> Response:
    return redirect(url_for("own.page"), 303)
