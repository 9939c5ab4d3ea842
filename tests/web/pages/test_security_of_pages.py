"""What every page carries, and who may open which."""

import pytest
from flask.testing import FlaskClient

from ivr.clock import Clock
from tests.harness.web_pages import CALL, Make, Web, with_token

pytestmark = pytest.mark.integration

PHONE = "http://127.0.0.1:8090"


def policy_of(client: FlaskClient) -> dict[str, str]:
    header = client.get("/sign-in").headers["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


def test_only_our_own_scripts_and_styles_run(web: Web) -> None:
    policy = policy_of(web.app.test_client())
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["frame-src"] == "'none'"


def test_the_phone_may_be_framed_and_may_hear(make_web: Make, clock: Clock) -> None:
    web = make_web(clock, phone_url=f"{PHONE}/phone")
    headers = web.signed_in("Ada", "agent").get("/agent/").headers
    assert f"frame-src {PHONE};" in headers["Content-Security-Policy"]
    assert f'microphone=(self "{PHONE}")' in headers["Permissions-Policy"]


def test_a_page_without_a_phone_may_frame_nothing(make_web: Make, clock: Clock) -> None:
    web = make_web(clock, phone_url=f"{PHONE}/phone")
    assert policy_of(web.app.test_client())["frame-src"] == "'none'"


def test_pages_are_never_kept_and_never_framed(web: Web) -> None:
    headers = web.app.test_client().get("/sign-in").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in headers


def test_https_is_kept_to(make_web: Make, clock: Clock) -> None:
    web = make_web(clock, public_url="https://line.bank.test")
    assert "max-age=31536000" in web.app.test_client().get("/sign-in").headers["Strict-Transport-Security"]


@pytest.mark.parametrize("path", ["/agent/", "/agent/panel", "/quality/", f"/quality/calls/{CALL}", "/events"])
def test_strangers_are_asked_to_sign_in(web: Web, path: str) -> None:
    answer = web.app.test_client().get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=")


def test_a_script_of_a_stranger_gets_401(web: Web) -> None:
    assert web.app.test_client().get("/agent/panel", headers={"Sec-Fetch-Mode": "cors"}).status_code == 401


@pytest.mark.parametrize(
    ("role", "path"), [("reviewer", "/agent/"), ("agent", "/quality/"), ("agent", f"/quality/calls/{CALL}")]
)
def test_a_page_of_another_role_is_refused_with_a_page(web: Web, role: str, path: str) -> None:
    answer = web.signed_in("Ada", role).get(path)
    assert answer.status_code == 403
    assert "not yours to open" in answer.text


def test_nobody_without_a_role_gets_anywhere(web: Web) -> None:
    client = web.signed_in("Ada")
    assert {client.get(path).status_code for path in ("/agent/", "/quality/", "/events")} == {403}


@pytest.mark.parametrize("path", ["/agent/presence", "/agent/handoffs/1/accept", "/agent/messages/1/done", "/sign-out"])
def test_every_deed_needs_the_token(web: Web, path: str) -> None:
    assert web.signed_in("Ada", "agent").post(path, data={"presence": "available"}).status_code == 400
    assert web.handoffs.asked == []


def test_the_token_may_come_as_a_header(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    token = with_token(client)["csrf_token"]
    answer = client.post("/agent/presence", data={"presence": "available"}, headers={"X-CSRFToken": token})
    assert answer.status_code == 303


def test_an_unknown_address_is_a_page(web: Web) -> None:
    answer = web.app.test_client().get("/nothing")
    assert answer.status_code == 404
    assert "nothing here" in answer.text


def test_without_a_database_there_is_a_page_that_says_so(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    client = web.signed_in("Ada", "agent")
    monkeypatch.setattr(web.sessions, "kw", {**web.sessions.kw, "bind": None})
    answer = client.get("/agent/")
    assert answer.status_code == 500
    assert "<title>" in answer.text
