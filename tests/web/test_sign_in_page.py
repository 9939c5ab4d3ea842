"""Signing in: who gets in, who is told why not, and where he lands."""

import time
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from ivr.clock import Clock
from ivr.store.models import Agent, Audit
from tests.silent import silent_server
from tests.web.conftest import PASSWORD, Make, Web, with_token

HTTPS = "https://line.bank.test"


def sign_in(web: Web, **form: str) -> TestResponse:
    client = web.app.test_client()
    return client.post("/sign-in", data=with_token(client, **form))


def test_an_agent_lands_on_the_desk_and_it_is_audited(web: Web) -> None:
    web.person("Ada", "agent", "reviewer")
    answer = sign_in(web, email="Ada@Bank.test ", password=PASSWORD)
    assert answer.location == "/agent/"
    with web.sessions() as tx:
        assert [row.action for row in tx.scalars(select(Audit))] == ["sign-in"]


def test_a_reviewer_lands_on_the_calls(web: Web) -> None:
    web.person("Rosa", "reviewer")
    assert sign_in(web, email="rosa@bank.test", password=PASSWORD).location == "/quality/"


@pytest.mark.parametrize("email", ["ada@bank.test", "nobody@bank.test"])
def test_a_wrong_password_and_an_unknown_address_read_the_same(web: Web, email: str) -> None:
    web.person("Ada", "agent")
    answer = sign_in(web, email=email, password="wrong")
    assert answer.status_code == 401
    assert "do not match" in answer.text
    assert f'value="{email}"' in answer.text


@pytest.mark.parametrize(
    ("form", "error"), [({"password": "x"}, "Enter your e-mail"), ({"email": "a@b.c"}, "Enter your password")]
)
def test_a_missing_field_is_named(web: Web, form: dict[str, str], error: str) -> None:
    answer = sign_in(web, **form)
    assert answer.status_code == 400
    assert error in answer.text


def test_without_the_forms_token_nobody_gets_in(web: Web) -> None:
    web.person("Ada", "agent")
    answer = web.app.test_client().post("/sign-in", data={"email": "ada@bank.test", "password": PASSWORD})
    assert answer.status_code == 400
    assert "too old" in answer.text


@pytest.mark.parametrize("target", ["/quality/calls/CA1?x=1", "/agent/"])
def test_next_leads_back_to_the_page_that_was_asked_for(web: Web, target: str) -> None:
    web.person("Ada", "agent")
    assert sign_in(web, email="ada@bank.test", password=PASSWORD, next=target).location == target


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)", "/\tx", "evil"]
)
def test_next_never_leads_elsewhere(web: Web, target: str) -> None:
    web.person("Ada", "agent")
    assert sign_in(web, email="ada@bank.test", password=PASSWORD, next=target).location == "/agent/"


def test_guessing_is_stopped_after_ten_wrong_passwords(web: Web) -> None:
    web.person("Ada", "agent")
    answers = [sign_in(web, email="ada@bank.test", password="wrong").status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]


def test_right_passwords_are_not_counted(web: Web) -> None:
    web.person("Ada", "agent")
    assert {sign_in(web, email="ada@bank.test", password=PASSWORD).status_code for _ in range(12)} == {302}


def test_guessing_is_stopped_while_redis_is_away(make_web: Make, clock: Clock) -> None:
    web = make_web(clock, redis_url="unix:///nowhere/valkey.sock")
    web.person("Ada", "agent")
    answers = [sign_in(web, email="ada@bank.test", password="wrong").status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]


def test_signing_out_ends_the_session_and_stops_calls(web: Web) -> None:
    client = web.signed_in("Ada", "agent", presence="available")
    assert client.post("/sign-out", data=with_token(client)).location == "/sign-in"
    assert client.get("/agent/").status_code == 302
    with web.sessions() as tx:
        assert tx.scalar(select(Agent.presence)) == "away"


def test_an_answer_that_was_still_under_way_does_not_bring_a_session_back(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    client.get("/agent/")
    assert "Set-Cookie" not in client.get("/agent/panel").headers


def test_a_changed_password_ends_older_sessions(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    with web.sessions.begin() as tx:
        tx.get_one(Agent, 1).password_hash = "another"
    assert client.get("/agent/").status_code == 302


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(make_web: Make, clock: Clock) -> None:
    web = make_web(clock, public_url=HTTPS)
    cookie = web.app.test_client().get("/sign-in", base_url=HTTPS).headers["Set-Cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Secure"))


def test_the_key_of_the_cookies_is_kept_between_processes(make_web: Make, clock: Clock, tmp_path: Path) -> None:
    first, second = make_web(clock), make_web(clock)
    assert first.app.secret_key == second.app.secret_key
    assert (tmp_path / "keys" / "session").stat().st_mode & 0o077 == 0


def test_signing_in_does_not_wait_for_a_silent_redis(make_web: Make, clock: Clock, tmp_path: Path) -> None:
    with silent_server(tmp_path / "silent.sock") as url:
        web = make_web(clock, redis_url=url)
        web.person("Ada", "agent")
        begun = time.monotonic()
        assert sign_in(web, email="ada@bank.test", password=PASSWORD).status_code == 302
        assert time.monotonic() - begun < 1.5
