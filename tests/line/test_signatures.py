"""Only the carrier is let in: the signature is checked over the public address."""

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from ivr.web.signatures import HEADER, Signatures, require_signature

TOKEN = "12345"
PUBLIC = "https://line.example.com/warm"


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__)
    blueprint = Blueprint("b", __name__)
    require_signature(blueprint, Signatures(TOKEN, PUBLIC, "wss://line.example.com/media"))

    @blueprint.route("/hook", methods=["GET", "POST"])
    def hook() -> str:
        return "in"

    app.register_blueprint(blueprint)
    return app.test_client()


def sign(address: str, form: dict[str, str] | None = None, token: str = TOKEN) -> dict[str, str]:
    return {HEADER: RequestValidator(token).compute_signature(address, form or {})}


def test_the_documented_example_is_signed() -> None:
    form = MultiDict(
        {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+14158675310",
            "Digits": "1234",
            "From": "+14158675310",
            "To": "+18005551212",
        }
    )
    signatures = Signatures(TOKEN, "https://example.com", "wss://example.com/media")
    assert signatures.request_is_signed("/myapp.php", "foo=1&bar=2", form, "L/OH5YylLD5NRKLltdqwSvS0BnU=")


def test_a_post_behind_a_proxy_is_let_in_with_its_empty_values(client: FlaskClient) -> None:
    form = {"CallSid": "CA1", "ToZip": "", "From": "+1555"}
    assert client.post("/hook", data=form, headers=sign(f"{PUBLIC}/hook", form)).status_code == 200


def test_a_get_is_signed_with_its_query_as_it_came(client: FlaskClient) -> None:
    assert client.get("/hook?b=2&a=%2B1", headers=sign(f"{PUBLIC}/hook?b=2&a=%2B1")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {HEADER: ""},
        {HEADER: "L/OH5YylLD5NRKLltdqwSvS0BnU="},
        sign(f"{PUBLIC}/hook", {"CallSid": "CA1"}, token="other"),
        sign("http://localhost/hook", {"CallSid": "CA1"}),
        sign(f"{PUBLIC}/hook", {"CallSid": "CA2"}),
    ],
)
def test_the_unsigned_and_the_forged_are_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/hook", data={"CallSid": "CA1"}, headers=headers).status_code == 403


@pytest.mark.parametrize("media", ["wss://line.example.com/media", "ws://127.0.0.1:8081/media"])
@pytest.mark.parametrize("below", ["", "/listen"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_socket_is_signed_with_and_without_a_trailing_slash(media: str, below: str, slash: str) -> None:
    signature = RequestValidator(TOKEN).compute_signature(media + below + slash, {})
    assert Signatures(TOKEN, PUBLIC, media).socket_is_signed(below, signature)


@pytest.mark.parametrize("signature", [None, "", "forged"])
def test_an_unsigned_socket_is_refused(signature: str | None) -> None:
    assert not Signatures(TOKEN, PUBLIC, "wss://line.example.com/media").socket_is_signed("", signature)
