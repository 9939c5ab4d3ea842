"""The second factor at the door, and on one's own page."""

import re

import pyotp
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.store.models import Agent
from tests.fakes.fake_clock import FakeClock
from tests.harness.web_pages import PASSWORD, Make, Web, with_token

pytestmark = pytest.mark.integration


@pytest.fixture
def web(make_web: Make, clock: FakeClock) -> Web:
    return make_web(clock)


def posted(client: FlaskClient, path: str, **form: str) -> TestResponse:
    return client.post(path, data=with_token(client, **form))


def set_up(client: FlaskClient, clock: FakeClock) -> tuple[pyotp.TOTP, list[str]]:
    found = re.search(r'class="secret">([A-Z2-7]+)<', client.get("/me/codes").text)
    assert found
    totp = pyotp.TOTP(found[1])
    page = posted(client, "/me/codes", code=totp.at(clock.now()))
    clock.forward(30)
    return totp, re.findall(r"<code>([^<]+)</code>", page.text)


def half_way(web: Web, email: str = "ada@bank.test") -> FlaskClient:
    client = web.app.test_client()
    assert posted(client, "/sign-in", email=email, password=PASSWORD).location == "/sign-in/second"
    return client


def token(client: FlaskClient) -> dict[str, str]:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in/second").text)
    assert found
    return {"csrf_token": found[1]}


def give(client: FlaskClient, code: str) -> TestResponse:
    return client.post("/sign-in/second", data={**token(client), "code": code})


def test_the_password_alone_opens_nothing_once_an_app_is_set_up(web: Web, clock: FakeClock) -> None:
    totp, _ = set_up(web.signed_in("Ada", "agent"), clock)
    client = half_way(web)
    assert client.get("/agent/").status_code == 302
    assert give(client, "000000").status_code == 401
    assert give(client, totp.at(clock.now())).location == "/agent/"
    assert client.get("/agent/").status_code == 200


def test_a_code_that_was_seen_over_the_shoulder_is_worth_nothing(web: Web, clock: FakeClock) -> None:
    totp, _ = set_up(web.signed_in("Ada", "agent"), clock)
    code = totp.at(clock.now())
    assert give(half_way(web), code).status_code == 302
    assert give(half_way(web), code).status_code == 401


def test_a_recovery_code_lets_in_once(web: Web, clock: FakeClock) -> None:
    _, codes = set_up(web.signed_in("Ada", "agent"), clock)
    assert give(half_way(web), codes[0]).location == "/agent/"
    assert give(half_way(web), codes[0]).status_code == 401


def test_guessing_codes_is_slowed_and_a_known_browser_is_not(web: Web, clock: FakeClock) -> None:
    known = web.signed_in("Ada", "agent")
    totp, _ = set_up(known, clock)
    known.post("/sign-out", data=with_token(known))
    client = half_way(web)
    assert [give(client, "000000").status_code for _ in range(6)] == [401] * 5 + [429]
    assert give(half_way(web), totp.at(clock.now())).status_code == 429  # another unknown browser does not help
    assert posted(known, "/sign-in", email="ada@bank.test", password=PASSWORD).location == "/sign-in/second"
    assert give(known, totp.at(clock.now())).location == "/agent/"


def test_the_way_between_password_and_code_ends(web: Web, clock: FakeClock) -> None:
    totp, _ = set_up(web.signed_in("Ada", "agent"), clock)
    client = half_way(web)
    form = token(client)
    clock.forward(601)
    answer = client.post("/sign-in/second", data={**form, "code": totp.at(clock.now())})
    assert answer.location == "/sign-in"


def test_a_changed_password_ends_the_way_too(web: Web, clock: FakeClock) -> None:
    totp, _ = set_up(web.signed_in("Ada", "agent"), clock)
    client = half_way(web)
    form = token(client)
    with web.sessions.begin() as tx:
        tx.get_one(Agent, 1).password_hash = "another"
    assert client.post("/sign-in/second", data={**form, "code": totp.at(clock.now())}).location == "/sign-in"


def test_where_a_role_asks_for_it_nothing_opens_before_it_is_set_up(make_web: Make, clock: FakeClock) -> None:
    web = make_web(clock, second_factor="supervisor, admin")
    free, client = web.signed_in("Bob", "agent"), web.signed_in("Ada", "supervisor", "agent")
    assert free.get("/agent/").status_code == 200
    for path in ("/agent/", "/board/", "/quality/", "/events"):
        assert client.get(path).location == "/me/"
    assert client.post("/agent/presence", data=with_token(client, presence="available")).status_code == 403
    assert "asks for a second factor" in client.get("/me/").text
    set_up(client, clock)
    assert client.get("/board/").status_code == 200
    assert "Add another one" in posted(client, "/me/codes/off").text


def test_who_may_take_the_app_off_proves_it_again_after_a_while(web: Web, clock: FakeClock) -> None:
    client = web.signed_in("Ada", "agent")
    totp, _ = set_up(client, clock)
    clock.forward(3600)
    answer = client.post("/me/codes/off", data=with_token(client), headers={"Referer": "http://localhost/me/"})
    assert answer.location == "/prove?next=/me/"
    assert posted(client, "/prove", code="000000", next="/me/").status_code == 401
    assert posted(client, "/prove", code=totp.at(clock.now()), next="/me/").location == "/me/"
    assert "taken off" in posted(client, "/me/codes/off").text


def test_without_an_app_the_password_proves_it(web: Web, clock: FakeClock) -> None:
    client = web.signed_in("Ada", "agent")
    clock.forward(3600)
    assert client.get("/me/codes").location == "/prove?next=/me/codes"
    assert posted(client, "/prove", password="wrong").status_code == 401
    assert posted(client, "/prove", password=PASSWORD, next="/me/codes").location == "/me/codes"
    assert client.get("/me/codes").status_code == 200


def test_new_recovery_codes_replace_the_old(web: Web, clock: FakeClock) -> None:
    client = web.signed_in("Ada", "agent")
    _, old = set_up(client, clock)
    new = re.findall(r"<code>([^<]+)</code>", posted(client, "/me/recovery").text)
    assert len(new) == 10 and set(new).isdisjoint(old)
    assert give(half_way(web), old[0]).status_code == 401
    assert give(half_way(web), new[0]).status_code == 302


def test_the_own_password_is_changed_with_the_present_one(web: Web) -> None:
    client, other = web.signed_in("Ada", "agent"), web.app.test_client()
    posted(other, "/sign-in", email="ada@bank.test", password=PASSWORD)
    words = {"new": "four quiet words", "again": "four quiet words"}
    assert "not your present" in posted(client, "/me/password", password="wrong", **words).text
    assert (
        "first to be guessed"
        in posted(client, "/me/password", password=PASSWORD, new="password123", again="password123").text
    )
    assert "is kept" in posted(client, "/me/password", password=PASSWORD, **words).text
    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302


def test_the_present_password_is_not_guessed_at_the_own_page(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    words = {"new": "four quiet words", "again": "four quiet words"}
    tries = [posted(client, "/me/password", password="wrong", **words).status_code for _ in range(11)]
    assert tries == [400] * 10 + [429]


@pytest.mark.parametrize(("path", "form"), [("/prove", {}), ("/me/password", {"new": "a", "again": "a"})])
def test_a_copied_session_does_not_guess_on_as_a_new_browser_each_time(
    web: Web, clock: FakeClock, path: str, form: dict[str, str]
) -> None:
    thief = web.signed_in("Ada", "agent")
    clock.forward(31 * 60)
    answers = []
    for _ in range(12):
        thief.delete_cookie("warmline_device")
        answers.append(posted(thief, path, password="wrong", **form).status_code)
    assert answers[-1] == 429


def test_codes_are_not_guessed_with_a_copied_session_either(web: Web, clock: FakeClock) -> None:
    thief = web.signed_in("Ada", "agent")
    set_up(thief, clock)
    clock.forward(31 * 60)
    answers = []
    for _ in range(7):
        thief.delete_cookie("warmline_device")
        answers.append(posted(thief, "/prove", code="000000").status_code)
    assert answers[-1] == 429


def test_one_sees_where_one_is_signed_in_and_signs_out_there(web: Web) -> None:
    here, there, bob = web.signed_in("Ada", "agent"), web.app.test_client(), web.signed_in("Bob", "agent")
    posted(there, "/sign-in", email="ada@bank.test", password=PASSWORD)
    assert here.get("/me/").text.count("Sign out<span") == 1
    found = re.search(r"/me/sign-ins/(\d+)/end", here.get("/me/").text)
    assert found
    assert posted(bob, found[0]).status_code == 404  # not his
    assert there.get("/me/").status_code == 200
    posted(here, found[0])
    assert there.get("/me/").status_code == 302
    posted(there, "/sign-in", email="ada@bank.test", password=PASSWORD)
    posted(here, "/me/sign-ins/end")
    assert (here.get("/me/").status_code, there.get("/me/").status_code) == (200, 302)
