"""Signing in with an identity provider: OpenID Connect by code, with PKCE, state and nonce."""

import logging

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from joserfc.errors import JoseError
from pydantic import SecretStr

from ivr.people.roster import RosterRefusedError
from ivr.people.single_sign_on import Rules, SignInRefusedError, person_of_claims
from ivr.web.pages.formats import sentence
from ivr.web.pages.sign_in import let_in, note_failure
from ivr.web.pages.signed_in import SignedInPeople, safe_next

log = logging.getLogger(__name__)
PROVIDER_TIMEOUT = 5  # seconds for each question to the provider
AWAY = "Your provider does not answer as it should. Try again, or sign in with your password."


def make_single_sign_on_blueprint(
    app: Flask,
    people: SignedInPeople,
    issuer: str,
    client_id: str,
    client_secret: SecretStr,
    rules: Rules,
    public_url: str,
) -> Blueprint:
    """`/sign-in/with`, and the way back. The provider's word stands for password and second factor."""
    blueprint = Blueprint("sso", __name__, url_prefix="/sign-in/with")
    provider = OAuth(app).register(
        "house", client_id=client_id, client_secret=client_secret.get_secret_value(),
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile", "code_challenge_method": "S256", "default_timeout": PROVIDER_TIMEOUT,
        },
    )  # fmt: skip

    @blueprint.get("/")
    def ask() -> ResponseReturnValue:
        """To the provider; who is signed in already has to prove it there once more."""
        target = safe_next(request.args.get("next"))
        proving = {"prompt": "login"} if current_user.is_authenticated else {}
        try:
            answer = provider.authorize_redirect(f"{public_url.rstrip('/')}{url_for('sso.back')}", **proving)
        except (AuthlibBaseError, requests.RequestException, ValueError, KeyError, RuntimeError):
            log.warning("the single sign-on provider does not answer")
            return _refused(AWAY, 503)
        session["sso_next"] = target
        return answer  # type: ignore[no-any-return]

    @blueprint.get("/back")
    def back() -> ResponseReturnValue:
        target, now = safe_next(session.pop("sso_next", None)), people.clock.now()
        try:
            token = provider.authorize_access_token(claims_options={"iss": {"essential": True, "values": [issuer]}})
            claims = token["userinfo"]
        except (AuthlibBaseError, JoseError, requests.RequestException, ValueError, KeyError, RuntimeError) as error:
            log.warning("a sign-in by the provider was refused (%s)", type(error).__name__)
            note_failure(people, None)
            return _refused(AWAY, 400)
        try:
            with people.sessions.begin() as tx:
                agent = person_of_claims(tx, claims, rules, now)
        except (SignInRefusedError, RosterRefusedError) as refused:
            note_failure(people, None)
            return _refused(sentence(refused), 403)
        return let_in(people, agent, "provider", target)

    return blueprint


def _refused(why: str, status: int) -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for("own.page"))
    return render_template("sign_in.html", target=None, error=why, email=""), status
