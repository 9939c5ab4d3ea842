"""An agent's phone in the browser, on the carrier's side: the token, the script, and what the page may ask of whom."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from ivr.carrier.chosen import make_browser_phone
from ivr.carrier.twilio import voice_sdk
from ivr.carrier.twilio.account import PhoneAccount
from ivr.clock import Clock
from ivr.store.models import Agent, Audit
from ivr.web.pages.phone import Phones
from tests.harness.web_pages import Make, Web, with_token

pytestmark = pytest.mark.integration

ACCOUNT = PhoneAccount("AC" + "1" * 32, "SK" + "2" * 32, "very-secret-very-secret-very-sec", "AP" + "3" * 32)
TOKEN = "/agent/phone/token"


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script of ours stands where the SDK is installed."""
    content = b"self.Twilio = {};"
    monkeypatch.setattr(voice_sdk, "SCRIPT_INTEGRITY", voice_sdk._integrity(content))
    path = voice_sdk.sdk_in(tmp_path).path
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def web(make_web: Make, clock: Clock, tmp_path: Path, script: Path) -> Web:
    return make_web(clock, phones=Phones(carrier=make_browser_phone(ACCOUNT, tmp_path)))


def ask(client: FlaskClient) -> Any:
    return client.post(TOKEN, data=with_token(client))


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token; its signature is the library's business."""

    def read(part: str) -> Any:
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))

    header, claims, _ = token.split(".")
    return read(header), read(claims)


def test_the_token_lets_the_agents_own_phone_in_and_no_other(web: Web) -> None:
    answer = ask(web.signed_in("Ada", "agent")).get_json()
    header, claims = parts(answer["token"])
    assert (answer["identity"], answer["seconds"]) == ("ada", 600)
    assert header == {"alg": "HS256", "typ": "JWT", "cty": "twilio-fpa;v=1"}
    assert (claims["iss"], claims["sub"]) == (ACCOUNT.key, ACCOUNT.sid)
    assert 590 <= claims["exp"] - claims["nbf"] <= 600 if "nbf" in claims else claims["exp"]
    assert claims["grants"] == {
        "identity": "ada",
        "voice": {"incoming": {"allow": True}, "outgoing": {"application_sid": ACCOUNT.app}},
    }
    assert ACCOUNT.secret not in answer["token"]


def test_a_new_phone_is_in_the_next_token(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    with web.sessions.begin() as tx:
        tx.get_one(Agent, 1).phone = "client:ada_2"
    assert ask(client).get_json()["identity"] == "ada_2"


def test_nobody_gets_a_token_by_a_link_or_without_the_pages_own_token(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    assert client.get(TOKEN).status_code == 405
    assert client.post(TOKEN).status_code == 400
    assert web.app.test_client().post(TOKEN, data=with_token(web.app.test_client())).status_code in (400, 401)


@pytest.mark.parametrize("role", ["reviewer", "admin"])
def test_who_takes_no_calls_gets_no_token(web: Web, role: str) -> None:
    client = web.signed_in("Rita", role)
    assert ask(client).status_code == 403
    assert client.get(f"/agent/phone/sdk-{voice_sdk.VERSION}.js").status_code == 403


def test_a_supervisor_gets_one(web: Web) -> None:
    assert ask(web.signed_in("Sam", "supervisor")).get_json()["identity"] == "sam"


def test_who_is_signed_out_gets_no_more_tokens(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    form = with_token(client)
    client.post("/sign-out", data=form)
    assert client.post(TOKEN, data=with_token(client)).status_code == 401


def test_whose_phone_is_a_telephone_is_told_so(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    with web.sessions.begin() as tx:
        tx.get_one(Agent, 1).phone = "+15550109999"
    answer = ask(client)
    assert answer.status_code == 409
    assert "telephone number" in answer.text
    assert 'id="phone"' not in client.get("/agent/").text


def test_tokens_are_noted_once_an_hour_and_never_written_down(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    for _ in range(4):
        ask(client)
    web.clock.forward(3601)
    ask(client)
    with web.sessions() as tx:
        rows = tx.scalars(select(Audit).where(Audit.action == "phone-token")).all()
    assert [(row.actor, row.subject, row.detail) for row in rows] == [
        ("ada@bank.test", "agent:1", {"phone": "client:ada"})
    ] * 2


def test_the_script_is_ours_to_serve_pinned_and_kept(web: Web, script: Path) -> None:
    client = web.signed_in("Ada", "agent")
    answer = client.get(f"/agent/phone/sdk-{voice_sdk.VERSION}.js")
    assert answer.data == script.read_bytes()
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert f'data-integrity="{voice_sdk.SCRIPT_INTEGRITY}"' in client.get("/agent/").text
    assert client.get("/agent/phone/sdk-1.0.js").status_code == 404


def test_only_a_page_with_a_phone_may_reach_the_carrier(web: Web) -> None:
    client = web.signed_in("Ada", "agent", "supervisor")
    for path in ("/agent/", "/board/"):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "connect-src 'self' https://eventgw.twilio.com wss://voice-js.roaming.twilio.com" in policy
        assert "media-src 'self' mediastream:" in policy
        assert "script-src 'self';" in policy
    assert "twilio" not in client.get("/call-backs/").headers["Content-Security-Policy"]
    assert "twilio" not in client.get("/agent/panel").headers["Content-Security-Policy"]


def test_a_script_that_is_not_the_pinned_one_is_not_used(web: Web, script: Path) -> None:
    script.write_bytes(b"self.Twilio = 'somebody else';")
    client = web.signed_in("Ada", "agent")
    assert client.get(f"/agent/phone/sdk-{voice_sdk.VERSION}.js").status_code == 404
    assert ask(client).status_code == 503
    assert "warmline setup phone" in client.get("/agent/").text


def test_what_is_not_set_up_yet_is_said_where_the_phone_would_be(make_web: Make, clock: Clock, tmp_path: Path) -> None:
    lacking = make_browser_phone(PhoneAccount("", "", "", ""), tmp_path)
    web = make_web(clock, phones=Phones(carrier=lacking))
    client = web.signed_in("Ada", "agent")
    page = client.get("/agent/").text
    for words in ("cannot ring", "TWILIO_API_KEY", "TWILIO_TWIML_APP_SID", "warmline setup phone"):
        assert words in page
    assert ask(client).status_code == 503


def test_on_the_local_switch_no_carrier_is_asked(make_web: Make, clock: Clock, tmp_path: Path, script: Path) -> None:
    web = make_web(clock, phones=Phones("http://127.0.0.1:8090/phone", make_browser_phone(ACCOUNT, tmp_path)))
    page = web.signed_in("Ada", "agent").get("/agent/")
    assert 'data-driver="switch"' in page.text
    assert "twilio" not in page.headers["Content-Security-Policy"]
