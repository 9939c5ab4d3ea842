"""What we ask of the carrier: each request valid against Twilio's own description of its API."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from twilio.http.response import Response

from ivr.carrier.port import CarrierError
from ivr.carrier.twilio.account import TwilioAccount
from ivr.carrier.twilio.client import TwilioCarrier
from ivr.dialling.policy import DialPolicy
from tests.fakes.fake_twilio_http import ACCOUNT, CALL, CONFERENCE, RECORDING, FakeTwilioHttp
from tests.harness.twilio_requests import REQUESTS, URL, carrier

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def api(shared: Path) -> dict[str, Any]:
    described: dict[str, Any] = json.loads((shared / "reference" / "twilio_api_v2010.json").read_text())
    return described


@pytest.mark.parametrize("name", REQUESTS)
def test_each_request_is_one_that_the_carrier_describes(name: str, api: dict[str, Any]) -> None:
    answers: dict[str, dict[str, Any]] = {"stop_recording": {"recordings": []}, "pause_recording": {"status": "paused"}}
    plain = {"sid": CALL, "call_sid": CALL, "status": "in-progress", "friendly_name": "Bank"}
    http = FakeTwilioHttp(200, answers.get(name, plain))
    REQUESTS[name](carrier(http))
    ((method, path, form),) = http.sent
    operation = _operation(api, method, path)
    schema = _form_schema(operation)
    data = {key: _typed(schema["properties"].get(key), values) for key, values in form.items()}
    strict = {**schema, "additionalProperties": False, "components": api["components"]}
    Draft202012Validator(strict).validate(data)


def test_a_ring_asks_for_all_the_news_of_the_leg() -> None:
    http = FakeTwilioHttp()
    assert carrier(http).ring("client:ann", "+15559990000", URL, URL, 20, URL) == CALL
    form = http.sent[0][2]
    assert form["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]
    assert form["Timeout"] == ["20"]


@pytest.mark.parametrize("code", [21220, 20404])
def test_ending_what_is_over_is_no_error(code: int) -> None:
    ended = carrier(FakeTwilioHttp(400 if code == 21220 else 404, {"code": code, "message": "over", "status": 400}))
    ended.end(CALL)
    ended.end_conference(CONFERENCE)
    ended.delete_recording(RECORDING)
    assert ended.move(CALL, URL) is False


def test_an_unknown_call_has_no_status() -> None:
    assert carrier(FakeTwilioHttp(404, {"code": 20404, "message": "unknown", "status": 404})).status(CALL) is None


def test_a_refused_ring_may_be_repeated_only_when_nothing_was_done() -> None:
    busy = carrier(FakeTwilioHttp(429, {"code": 20429, "message": "too many", "status": 429}))
    wrong = carrier(FakeTwilioHttp(400, {"code": 21211, "message": "invalid To", "status": 400}))
    slow = carrier(FakeTwilioHttp(error=requests.exceptions.ReadTimeout()))
    again = []
    for each in (busy, wrong, slow):
        with pytest.raises(CarrierError) as raised:
            each.ring("client:ann", "+1", URL, URL, 20, URL)
        again.append(raised.value.again)
    assert again == [True, False, False]


def test_a_recording_that_is_not_there_yet_is_fetched_a_moment_later_with_credentials() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(404) if len(asked) < 3 else httpx.Response(200, content=b"RIFF")

    media = httpx.Client(transport=httpx.MockTransport(answer), auth=(ACCOUNT, "token"))
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}"
    assert carrier(FakeTwilioHttp(), media).fetch_recording(f"https://elsewhere.test{path}") == b"RIFF"
    assert str(asked[-1].url) == f"https://api.twilio.com{path}.wav"  # the credentials go to the carrier alone
    assert asked[-1].headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize("to", ["+19005551234", "+18765551234", "+882161234567", "sip:bob@evil.example", "anonymous"])
@pytest.mark.parametrize(
    "request_to",
    [
        lambda c, to: c.ring(to, "+15559990000", URL, URL, 20, URL),
        lambda c, to: c.add_participant(CONFERENCE, to, "x", muted=False, coach=None, status_url=URL, timeout=20),
        lambda c, to: c.send_text(to, "Thank you."),
    ],
)
def test_whoever_asks_nothing_is_called_or_texted_that_the_policy_refuses(to: str, request_to: Any) -> None:
    http = FakeTwilioHttp(body={"sid": CALL, "call_sid": CALL, "status": "ringing"})
    guarded = TwilioCarrier(TwilioAccount(ACCOUNT, "token", "+15559990000"), http=http, policy=DialPolicy.parse("US"))
    with pytest.raises(CarrierError) as refused:
        request_to(guarded, to)
    assert (refused.value.again, http.sent) == (False, [])
    assert to not in str(refused.value)
    request_to(guarded, "+15550100001")
    assert len(http.sent) == 1


def test_with_an_api_key_the_accounts_token_is_never_sent() -> None:
    logins: list[Any] = []

    class Http(FakeTwilioHttp):
        def request(self, method: str, url: str, *args: Any, auth: Any = None, **kwargs: Any) -> Response:
            logins.append(auth)
            return super().request(method, url, *args, **kwargs)

    http = Http()
    keyed = TwilioCarrier(TwilioAccount(ACCOUNT, "token", "+15559990000", login=("SK1", "secret")), http=http)
    keyed.end(CALL)
    assert logins == [("SK1", "secret")]
    assert http.sent[0][1].startswith(f"/2010-04-01/Accounts/{ACCOUNT}/")
    assert keyed._media.auth._auth_header == httpx.BasicAuth("SK1", "secret")._auth_header  # type: ignore[union-attr]


def test_a_recording_that_never_comes_is_an_error() -> None:
    media = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(404)))
    with pytest.raises(CarrierError, match="HTTP 404"):
        carrier(FakeTwilioHttp(), media).fetch_recording("/x")


def _operation(api: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """The described operation whose path template matches."""
    for template, operations in api["paths"].items():
        parts, wanted = template.split("/"), path.split("/")
        if len(parts) == len(wanted) and all(_fits(part, have) for part, have in zip(parts, wanted, strict=True)):
            found: dict[str, Any] = operations[method]
            return found
    raise AssertionError(f"{path} is not described")


def _fits(part: str, have: str) -> bool:
    return part == have or (part.startswith("{") and have.endswith(part.rpartition("}")[2]))


def _form_schema(operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody")
    if body is None:
        return {"type": "object", "properties": {}}
    schema: dict[str, Any] = body["content"]["application/x-www-form-urlencoded"]["schema"]
    return schema


def _typed(schema: dict[str, Any] | None, values: list[str]) -> Any:
    """Form values as the schema's types."""
    kind = (schema or {}).get("type")
    if kind == "array":
        return values
    if kind == "boolean":
        return {"true": True, "false": False}[values[0]]
    return int(values[0]) if kind == "integer" else values[0]
