"""A small OpenID Connect provider over HTTP: real codes, PKCE and RS256 tokens, and some ways to be wrong."""

import base64
import hashlib
import secrets
import threading
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, abort, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "warmline", "a secret of the client"


class FakeOidcProvider:
    """`claims` are told of whoever comes; `wrong` overrides claims of the token; `forged` signs with another key."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.claims: dict[str, Any] = {"email": "ada@bank.test", "email_verified": True, "name": "Ada"}
        self.wrong: dict[str, Any] = {}
        self.forged = False
        self.asked: list[dict[str, str]] = []
        self._keys = [RSAKey.generate_key(2048, {"kid": "one"}) for _ in range(2)]
        self._codes: dict[str, dict[str, str]] = {}
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()

    def _app(self) -> Flask:
        app = Flask("provider")

        @app.get("/.well-known/openid-configuration")
        def discovery() -> Response:
            return jsonify(
                issuer=self.issuer, authorization_endpoint=f"{self.issuer}/authorize",
                token_endpoint=f"{self.issuer}/token", jwks_uri=f"{self.issuer}/keys",
                id_token_signing_alg_values_supported=["RS256"],
            )  # fmt: skip

        @app.get("/keys")
        def keys() -> Response:
            return jsonify(keys=[self._keys[0].as_dict(private=False)])

        @app.get("/authorize")
        def authorize() -> Any:
            asked = request.args.to_dict()
            self.asked.append(asked)
            code = secrets.token_urlsafe()
            self._codes[code] = asked
            return redirect(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

        @app.post("/token")
        def token() -> Response:
            asked, given = self._codes.pop(request.form["code"], None), request.authorization
            if asked is None or given is None or (given.username, given.password) != (CLIENT, SECRET):
                abort(400)
            proof = hashlib.sha256(request.form["code_verifier"].encode()).digest()
            if base64.urlsafe_b64encode(proof).rstrip(b"=").decode() != asked["code_challenge"]:
                abort(400)
            return jsonify(access_token="x", token_type="Bearer", expires_in=60, id_token=self._token(asked["nonce"]))

        return app

    def _token(self, nonce: str) -> str:
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "1", "iat": self.now, "exp": self.now + 300, "nonce": nonce}
        return jwt.encode(
            {"alg": "RS256", "kid": "one"}, {**claims, **self.claims, **self.wrong}, self._keys[self.forged]
        )
