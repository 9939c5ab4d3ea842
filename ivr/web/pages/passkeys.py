"""Passkeys over HTTP: the browser asks for a challenge, and answers it in JSON."""

from datetime import timedelta

from flask import Blueprint, Response, abort, jsonify, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ivr.people import passkeys
from ivr.people.factors import factors_of
from ivr.people.passkeys import PasskeyRefusedError, Site
from ivr.store.models import Agent, SignIn
from ivr.web.pages.formats import sentence
from ivr.web.pages.own import back, lacking, page_refusing, strengthen
from ivr.web.pages.second_factor import half_of, mark_proven
from ivr.web.pages.sign_in import let_in, note_failure
from ivr.web.pages.signed_in import PASSWORD, SignedInPeople, just_proven, me, only, safe_next

LASTS = timedelta(minutes=5)


def make_passkey_blueprint(people: SignedInPeople, site: Site) -> Blueprint:
    """`/passkey`: sign in, give the second factor, or prove again who one is."""
    blueprint = Blueprint("passkey", __name__, url_prefix="/passkey")

    @blueprint.errorhandler(PasskeyRefusedError)
    def refused(error: PasskeyRefusedError) -> ResponseReturnValue:
        return jsonify(error=sentence(error)), 400

    @blueprint.post("/options")
    def options() -> Response:
        with people.sessions() as tx:
            asked, challenge = passkeys.ask(tx, site, _who(people))
        return _asking(people, asked, challenge)

    @blueprint.post("/")
    def answer() -> ResponseReturnValue:
        wanted, now = _who(people), people.clock.now()
        challenge = _challenge(people)
        try:
            with people.sessions.begin() as tx:
                agent = passkeys.recognise(tx, site, request.get_data(as_text=True), challenge, now)
        except PasskeyRefusedError:
            note_failure(people, None)
            raise
        if wanted is not None and agent.id != wanted:
            raise PasskeyRefusedError("this passkey is another person's")
        if current_user.is_authenticated:
            return jsonify(next=mark_proven(people, request.args.get("next")))
        found = half_of(people)
        target = found[1] if found else safe_next(request.args.get("next"))
        gone = let_in(people, agent, f"{PASSWORD}+passkey" if found else "passkey", target)
        gone.status_code, gone.data = 200, jsonify(next=gone.location).data
        gone.content_type = "application/json"
        del gone.headers["Location"]
        return gone

    return blueprint


def make_own_passkeys_blueprint(people: SignedInPeople, site: Site) -> Blueprint:
    """`/me/passkeys`: make one, and remove one."""
    blueprint = Blueprint("own_passkeys", __name__, url_prefix="/me/passkeys")
    blueprint.before_request(only())

    @blueprint.errorhandler(PasskeyRefusedError)
    def refused(error: PasskeyRefusedError) -> ResponseReturnValue:
        return jsonify(error=sentence(error)), 400

    @blueprint.post("/options")
    def options() -> ResponseReturnValue:
        if just_proven(people):
            return jsonify(prove=url_for("second.prove", next=url_for("own.page"))), 403
        with people.sessions() as tx:
            asked, challenge = passkeys.ask_to_register(tx, tx.get_one(Agent, me().id), site)
        return _asking(people, asked, challenge)

    @blueprint.post("/")
    def add() -> ResponseReturnValue:
        if just_proven(people):
            abort(403)
        challenge, name = _challenge(people), request.args.get("name", "")
        with people.sessions.begin() as tx:
            agent = tx.get_one(Agent, me().id)
            given = request.get_data(as_text=True)
            passkeys.register(tx, agent, site, given, challenge, name, people.clock.now())
            strengthen(tx.get_one(SignIn, me().sign_in), "passkey")
        return jsonify(next=url_for("own.page"))

    @blueprint.post("/<int:passkey_id>/remove")
    def remove(passkey_id: int) -> ResponseReturnValue:
        if answer := just_proven(people):
            return answer
        with people.sessions() as tx:
            factors = factors_of(tx, me().id)
        if refused := lacking(people, factors.codes or factors.passkeys > 1):
            return page_refusing(people, refused)
        with people.sessions.begin() as tx:
            if not passkeys.remove(tx, tx.get_one(Agent, me().id), passkey_id, me().email, people.clock.now()):
                abort(404)
        return back()

    return blueprint


def _who(people: SignedInPeople) -> int | None:
    """Whose passkey it must be; None where whoever has one may sign in."""
    if current_user.is_authenticated:
        return me().id
    found = half_of(people)
    return found[0].id if found else None


def _asking(people: SignedInPeople, asked: str, challenge: str) -> Response:
    session["challenge"] = {"is": challenge, "at": people.clock.now().timestamp()}
    return Response(asked, content_type="application/json")


def _challenge(people: SignedInPeople) -> str:
    """The challenge that this browser was given a moment ago, else an empty one."""
    kept = session.pop("challenge", None)
    if not isinstance(kept, dict) or people.clock.now().timestamp() - kept["at"] > LASTS.total_seconds():
        return ""
    return str(kept["is"])
