"""Signing in: who gets in, who is told why not, and where he lands."""

import re
import threading
import time
from concurrent import futures
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from ivr.clock import Clock
from ivr.people import roster
from ivr.people.links import make_link
from ivr.people.passwords import TooBusyError
from ivr.store.models import Agent, Audit
from tests.fakes.fake_clock import FakeClock
from tests.harness.handoff_world import CALLER, World
from tests.harness.silent_server import silent_server
from tests.harness.web_pages import PASSWORD, Make, Web, with_token

pytestmark = pytest.mark.integration

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


def test_who_signs_out_in_the_wrap_up_is_away_at_once(make_web: Make, world: World) -> None:
    web = make_web(world.clock, service=world.service)
    client = web.signed_in("Ann", "agent", presence="available")
    world.bridged()
    world.leaves("caller", CALLER)
    assert world.presence(1) == "wrap-up"
    client.post("/sign-out", data=with_token(client))
    assert world.presence(1) == "away"


def test_an_answer_that_was_still_under_way_does_not_bring_a_session_back(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    client.get("/agent/")
    assert "Set-Cookie" not in client.get("/agent/panel").headers


def test_a_changed_password_ends_older_sessions(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    with web.sessions.begin() as tx:
        tx.get_one(Agent, 1).password_hash = "another"
    assert client.get("/agent/").status_code == 302


def test_a_copied_cookie_is_worth_nothing_after_the_sign_out(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    thief = web.app.test_client()
    thief.set_cookie("warmline", client.get_cookie("warmline").value)  # type: ignore[union-attr]
    assert thief.get("/agent/").status_code == 200
    client.post("/sign-out", data=with_token(client))
    assert thief.get("/agent/").status_code == 302


def test_a_shift_of_twelve_hours_is_worked_to_its_end(make_web: Make, clock: FakeClock) -> None:
    client = make_web(clock, session_hours=14, session_idle_minutes=120).signed_in("Ada", "agent")
    for _ in range(12):
        clock.forward(3600)
        assert client.get("/agent/panel").status_code == 200
    clock.forward(3 * 3600)
    assert client.get("/agent/panel").status_code == 302


# Guessing: who is slowed, and who is not.


def guess(web: Web, address: str, password: str = "wrong", email: str = "ada@bank.test") -> int:
    """A try from a client of its own, as it comes from behind a proxy."""
    client = web.app.test_client()
    where = {"REMOTE_ADDR": address}
    page = client.get("/sign-in", environ_base=where).text
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert token
    form = {"csrf_token": token[1], "email": email, "password": password}
    return client.post("/sign-in", data=form, environ_base=where).status_code


def test_ten_wrong_passwords_of_different_clients_keep_nobody_out(web: Web) -> None:
    web.person("Ada", "agent")
    assert [guess(web, f"203.0.113.{n}") for n in range(10)] == [401] * 10
    assert guess(web, "198.51.100.7", PASSWORD) == 302


def test_only_the_client_that_guesses_is_slowed(web: Web) -> None:
    web.person("Ada", "agent")
    web.person("Bob", "agent")
    for n in range(10):
        guess(web, "203.0.113.1", email=f"person{n}@bank.test")
    assert guess(web, "203.0.113.1", PASSWORD, "bob@bank.test") == 429
    assert guess(web, "203.0.113.2", PASSWORD, "bob@bank.test") == 302


def test_addresses_of_one_ipv6_network_are_one_client(web: Web) -> None:
    web.person("Ada", "agent")
    for n in range(10):
        guess(web, f"2001:db8::{n}")
    assert guess(web, "2001:db8::ffff") == 429
    assert guess(web, "2001:db8:0:1::1", PASSWORD) == 302


def test_a_distributed_guess_slows_unknown_clients_and_never_a_known_browser(make_web: Make, clock: FakeClock) -> None:
    web = make_web(clock)
    known = web.signed_in("Ada", "agent")
    known.post("/sign-out", data=with_token(known))
    for n in range(40):
        guess(web, f"203.0.{n}.1")
    assert guess(web, "198.51.100.7", PASSWORD) == 429
    answer = known.post("/sign-in", data=with_token(known, email="ada@bank.test", password=PASSWORD))
    assert answer.status_code == 302
    clock.forward(600)
    assert guess(web, "198.51.100.7", PASSWORD) == 302  # slowed, not locked out


def test_a_browser_that_knows_one_person_is_no_key_to_another(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    client.post("/sign-out", data=with_token(client))
    web.person("Bob", "agent")
    for n in range(40):
        guess(web, f"203.0.{n}.1", email="bob@bank.test")
    answer = client.post("/sign-in", data=with_token(client, email="bob@bank.test", password=PASSWORD))
    assert answer.status_code == 429


def test_a_known_browser_may_not_guess_for_ever_either(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    client.post("/sign-out", data=with_token(client))
    tries = [
        client.post("/sign-in", data=with_token(client, email="ada@bank.test", password="wrong")).status_code
        for _ in range(11)
    ]
    assert tries == [401] * 10 + [429]


def test_an_own_success_does_not_give_the_guesser_new_tries(web: Web) -> None:
    web.person("Ada", "agent")
    for n in range(19):
        guess(web, f"203.0.{n}.1")
    assert guess(web, "198.51.100.7", PASSWORD) == 302
    assert [guess(web, f"203.1.{n}.1") for n in range(2)] == [401, 429]


def test_many_tries_at_once_are_counted_before_they_are_looked_at(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    web.person("Ada", "agent")
    gate, looked = threading.Event(), []

    def slow(kept: str | None, password: str) -> bool:
        looked.append(password)
        gate.wait(10)
        return False

    monkeypatch.setattr("ivr.web.pages.sign_in.passwords.matches", slow)
    with ThreadPoolExecutor(24) as pool:
        answers = [pool.submit(guess, web, "203.0.113.1") for _ in range(24)]
        done, _ = futures.wait(answers, timeout=10, return_when=futures.FIRST_COMPLETED)
        while len(done) < 14:
            done, _ = futures.wait(answers, timeout=0.05)
        gate.set()
    assert sorted(answer.result() for answer in answers) == [401] * 10 + [429] * 14
    assert len(looked) == 10


def test_who_has_to_wait_is_told_how_long(make_web: Make, clock: FakeClock) -> None:
    web = make_web(clock)
    web.person("Ada", "agent")
    answers = [sign_in(web, email="ada@bank.test", password="wrong") for _ in range(11)]
    assert answers[-1].headers["Retry-After"] == "15"
    assert "Wait 15 seconds" in answers[-1].text


def test_a_house_that_is_busy_with_passwords_says_so(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(kept: str | None, password: str) -> bool:
        raise TooBusyError

    monkeypatch.setattr("ivr.web.pages.sign_in.passwords.matches", busy)
    web.person("Ada", "agent")
    assert {sign_in(web, email="ada@bank.test", password=PASSWORD).status_code for _ in range(12)} == {503}


def test_a_failure_is_audited_without_a_full_address(web: Web) -> None:
    web.person("Ada", "agent")
    guess(web, "203.0.113.77")
    guess(web, "203.0.113.77", email="nobody@bank.test")
    with web.sessions() as tx:
        rows = tx.scalars(select(Audit)).all()
    assert [(row.action, row.actor, row.subject, row.detail) for row in rows] == [
        ("sign-in-failed", "unknown", "agent:1", {"from": "203.0.113.0/24"}),
        ("sign-in-failed", "unknown", "agent:unknown", {"from": "203.0.113.0/24"}),
    ]


def test_who_is_shut_out_cannot_sign_in(web: Web) -> None:
    ada = web.person("Ada", "agent")
    with web.sessions.begin() as tx:
        roster.disable(tx, tx.get_one(Agent, ada), "test", web.clock.now())
    answer = sign_in(web, email="ada@bank.test", password=PASSWORD)
    assert answer.status_code == 401 and "do not match" in answer.text


# One-time links.


def link_for(web: Web, agent_id: int) -> str:
    with web.sessions.begin() as tx:
        return f"/password/{make_link(tx, tx.get_one(Agent, agent_id), 'test', web.clock.now())}"


def test_a_link_leads_to_a_password_once(web: Web) -> None:
    old = web.signed_in("Ada", "agent")
    link, client = link_for(web, 1), web.app.test_client()
    assert "ada@bank.test" in client.get(link).text
    words = with_token(client, new="four quiet words", again="four quiet words")
    assert client.post(link, data=words).location == "/sign-in"
    assert old.get("/agent/").status_code == 302  # signed out
    assert client.get(link).status_code == 410
    assert (
        client.post(link, data=with_token(client, new="four quiet words", again="four quiet words")).status_code == 410
    )
    assert sign_in(web, email="ada@bank.test", password="four quiet words").location == "/agent/"


@pytest.mark.parametrize(
    ("new", "again", "why"),
    [
        ("short", "short", "it needs 10"),
        ("four quiet words", "other", "not the same"),
        ("ada@bank.test", "ada@bank.test", "name or an"),
    ],
)
def test_a_link_is_not_used_up_by_a_password_that_is_refused(web: Web, new: str, again: str, why: str) -> None:
    link, client = link_for(web, web.person("Ada", "agent")), web.app.test_client()
    answer = client.post(link, data=with_token(client, new=new, again=again))
    assert answer.status_code == 400 and why in answer.text
    assert client.get(link).status_code == 200


def test_a_made_up_link_leads_nowhere(web: Web) -> None:
    assert web.app.test_client().get("/password/made-up").status_code == 410


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
