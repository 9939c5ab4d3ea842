"""Only the carrier is let in: the signature is checked over the public address."""

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from ivr.carrier.signatures import MissingSecretError
from ivr.carrier.twilio.dialect import twilio_dialect
from ivr.carrier.twilio.signatures import HEADER, SCHEME_HEADER, TwilioSignatures
from ivr.web.hooks.carrier_requests import require_signature

pytestmark = pytest.mark.unit

TOKEN = "12345"
PUBLIC = "https://line.example.com/warm"


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__)
    blueprint = Blueprint("b", __name__)
    require_signature(blueprint, twilio_dialect(TwilioSignatures(TOKEN, PUBLIC, "wss://line.example.com/media")))

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
    signatures = TwilioSignatures(TOKEN, "https://example.com", "wss://example.com/media")
    assert signatures.request_is_signed("/myapp.php", "foo=1&bar=2", form, {HEADER: "L/OH5YylLD5NRKLltdqwSvS0BnU="})


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
    assert TwilioSignatures(TOKEN, PUBLIC, media).socket_is_signed(below, {HEADER: signature})


@pytest.mark.parametrize("signature", [None, "", "forged"])
def test_an_unsigned_socket_is_refused(signature: str | None) -> None:
    assert not TwilioSignatures(TOKEN, PUBLIC, "wss://line.example.com/media").socket_is_signed(
        "", {} if signature is None else {HEADER: signature}
    )


@pytest.mark.parametrize("token", ["", " ", "\n"])
def test_without_a_secret_nothing_is_checked_because_nothing_starts(token: str) -> None:
    with pytest.raises(MissingSecretError):
        TwilioSignatures(token, PUBLIC, "wss://line.example.com/media")


def test_nor_with_a_key_that_is_empty() -> None:
    with pytest.raises(MissingSecretError):
        TwilioSignatures("token", PUBLIC, "wss://line.example.com/media", keys={"WK1": " "})


@pytest.mark.parametrize("token", ["old", "new"])
def test_while_the_token_is_changed_over_both_are_let_in(token: str) -> None:
    signatures = TwilioSignatures("old", PUBLIC, "wss://line.example.com/media", secondary="new")
    signature = RequestValidator(token).compute_signature(f"{PUBLIC}/hook", {})
    assert signatures.request_is_signed("/hook", "", MultiDict(), {HEADER: signature})
    assert not signatures.request_is_signed(
        "/hook", "", MultiDict(), {HEADER: RequestValidator("").compute_signature(PUBLIC, {})}
    )


KEYS = {"sharedkey_1": "the first shared secret", "sharedkey_2": "the second shared secret"}


def shared(secret: str, scheme: str, algorithm: str = "HMAC_SHA256") -> bool:
    signatures = TwilioSignatures(TOKEN, PUBLIC, "wss://line.example.com/media", keys=KEYS)
    form = MultiDict({"CallSid": "CA1"})
    signature = RequestValidator(secret).compute_signature(f"{PUBLIC}/hook", form, algorithm)
    return signatures.request_is_signed("/hook", "", form, {HEADER: signature, SCHEME_HEADER: scheme})


@pytest.mark.parametrize("name", KEYS)
def test_a_request_that_names_a_shared_key_is_checked_against_that_key(name: str) -> None:
    assert shared(KEYS[name], f"key={name},algorithm=HMAC_SHA256")
    assert shared(KEYS[name], f" key={name} , algorithm=HMAC_SHA256".replace(" ,", ","))


@pytest.mark.parametrize(
    ("secret", "scheme", "algorithm"),
    [
        (KEYS["sharedkey_2"], "key=sharedkey_1,algorithm=HMAC_SHA256", "HMAC_SHA256"),
        (TOKEN, "key=sharedkey_1,algorithm=HMAC_SHA256", "HMAC_SHA256"),
        (TOKEN, "key=unknown,algorithm=HMAC_SHA1", "HMAC_SHA1"),
        (TOKEN, "algorithm=HMAC_SHA1", "HMAC_SHA1"),
        ("", "key=,algorithm=HMAC_SHA256", "HMAC_SHA256"),
        (KEYS["sharedkey_1"], "key=sharedkey_1,algorithm=HMAC_MD5", "HMAC_SHA256"),
        (KEYS["sharedkey_1"], "key=sharedkey_1,algorithm=HMAC_SHA256", "HMAC_SHA1"),
        (KEYS["sharedkey_1"], "", "HMAC_SHA256"),
    ],
)
def test_another_key_or_another_way_of_signing_is_refused(secret: str, scheme: str, algorithm: str) -> None:
    assert not shared(secret, scheme, algorithm)


def test_a_socket_may_be_signed_with_a_shared_key() -> None:
    signatures = TwilioSignatures("", PUBLIC, "wss://line.example.com/media", keys=KEYS)
    secret, scheme = KEYS["sharedkey_1"], "key=sharedkey_1,algorithm=HMAC_SHA256"
    signature = RequestValidator(secret).compute_signature("wss://line.example.com/media", {}, "HMAC_SHA256")
    assert signatures.socket_is_signed("", {HEADER: signature, SCHEME_HEADER: scheme})
    assert not signatures.socket_is_signed(
        "", {HEADER: RequestValidator("").compute_signature("wss://line.example.com/media", {})}
    )


@pytest.mark.parametrize("sid", ["../../etc/passwd", "RE1/../x", "RE 1", "RE1\n", "R" * 35, "RE1.wav", "RE\x001"])
@pytest.mark.parametrize("name", ["CallSid", "RecordingSid", "StreamSid"])
def test_a_signed_request_whose_identifier_is_none_is_refused(client: FlaskClient, name: str, sid: str) -> None:
    form = {"CallSid": "CA1", name: sid}
    assert client.post("/hook", data=form, headers=sign(f"{PUBLIC}/hook", form)).status_code == 400


def test_a_refused_request_is_logged_by_what_we_call_it(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    client.post("/hook?x=%0aINFO admin", data={"CallSid": "CA1"})
    assert [record.getMessage() for record in caplog.records] == ["refused an unsigned or forged request to b.hook"]
