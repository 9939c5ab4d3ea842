"""What is settled before a request is read: its size, and from whom it comes."""

import io

import pytest
from flask import Blueprint, Flask, request

from ivr.carrier.twilio.dialect import twilio_dialect
from ivr.carrier.twilio.signatures import TwilioSignatures
from ivr.web.hooks.carrier_requests import require_signature
from ivr.web.request_limits import BODY, limit_requests

pytestmark = pytest.mark.unit


def make_app(proxies: int = 0) -> Flask:
    app = Flask(__name__)
    limit_requests(app, proxies)
    hooks = Blueprint("hooks", __name__)
    require_signature(
        hooks, twilio_dialect(TwilioSignatures("a token of the account", "https://line.test", "wss://line.test/media"))
    )

    @hooks.post("/voice/incoming")
    def incoming() -> str:
        return "in"

    @app.post("/sign-in")
    def sign_in() -> str:
        return request.form.get("email", "")

    @app.get("/who")
    def who() -> str:
        return f"{request.remote_addr} {request.scheme}"

    app.register_blueprint(hooks)
    return app


@pytest.mark.parametrize("path", ["/voice/incoming", "/sign-in"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
def test_a_body_that_is_too_long_is_refused_before_it_is_kept(path: str, kind: str) -> None:
    body = io.BytesIO(b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n" + b"x" * 8 * BODY)
    answer = make_app().test_client().post(path, input_stream=body, content_type=kind, content_length=8 * BODY)
    assert answer.status_code == 413
    assert body.tell() <= BODY


@pytest.mark.parametrize("path", ["/voice/incoming", "/sign-in"])
def test_a_body_of_unknown_length_is_not_read_at_all(path: str) -> None:
    body = io.BytesIO(b"a=" + b"x" * 8 * BODY)
    answer = make_app().test_client().post(
        path, input_stream=body, content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )  # fmt: skip
    assert answer.status_code == 411
    assert body.tell() == 0


def test_a_form_of_thousands_of_parts_is_refused() -> None:
    part = b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n"
    answer = (
        make_app()
        .test_client()
        .post("/sign-in", data=part * 2000 + b"--b--\r\n", content_type="multipart/form-data; boundary=b")
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # what the client wrote itself is not believed
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),  # came past one of the proxies
        (1, "", "10.0.0.1"),
    ],
)
def test_a_client_is_known_as_our_own_proxies_tell_it(proxies: int, forwarded: str, seen: str) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    answer = make_app(proxies).test_client().get("/who", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.1"})
    assert answer.text.split()[0] == seen
