"""Signing in by a provider's word, with a small real provider."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.clock import Clock
from ivr.people import roster
from ivr.store.models import Agent
from tests.fakes.fake_oidc_provider import CLIENT, SECRET, FakeOidcProvider
from tests.harness.web_pages import Make, Web

pytestmark = pytest.mark.integration


@pytest.fixture
def provider() -> Iterator[FakeOidcProvider]:
    provider = FakeOidcProvider(int(time.time()))
    yield provider
    provider.stop()


@pytest.fixture
def make(make_web: Make, clock: Clock, provider: FakeOidcProvider) -> Any:
    def make(**settings: Any) -> Web:
        fixed = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
        return make_web(clock, **{**fixed, **settings})

    return make


@pytest.fixture
def web(make: Any) -> Web:
    return make()  # type: ignore[no-any-return]


def go(client: FlaskClient, target: str = "") -> tuple[str, str]:
    """To the provider and to where it sends the browser back: the address there, and the one here."""
    there = client.get("/sign-in/with/", query_string={"next": target} if target else {}).location
    back = httpx.get(there).headers["location"]
    return there, f"{urlsplit(back).path}?{urlsplit(back).query}"


def come(web: Web, client: FlaskClient | None = None, target: str = "") -> TestResponse:
    client = client or web.app.test_client()
    return client.get(go(client, target)[1])


def test_a_known_person_is_let_in_by_a_verified_address(web: Web, provider: FakeOidcProvider) -> None:
    web.person("Ada", "agent")
    client = web.app.test_client()
    assert come(web, client, "/agent/?x=1").location == "/agent/?x=1"
    assert client.get("/agent/").status_code == 200
    assert {"state", "nonce", "code_challenge"} <= set(provider.asked[0])
    assert provider.asked[0]["code_challenge_method"] == "S256"


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"email": "nobody@bank.test"}, "nobody has this"),
        ({"email_verified": False}, "not verified"),
        ({"email_verified": None}, "not verified"),
        ({"email": ""}, "not verified"),
        ({"email": "ada@evil.test"}, "domain"),
        ({"email": "ada@bank.test@evil.test"}, "domain"),
    ],
)
def test_who_is_not_known_by_a_verified_address_stays_outside(
    make: Any, provider: FakeOidcProvider, claims: dict[str, Any], why: str
) -> None:
    web = make(oidc_domains="bank.test")
    web.person("Ada", "agent")
    provider.claims |= claims
    client = web.app.test_client()
    answer = come(web, client)
    assert answer.status_code == 403 and why in answer.text.lower()
    assert client.get("/agent/").status_code == 302


WRONG = [
    {"nonce": "another"},
    {"aud": "another"},
    {"iss": "https://evil.test"},
    {"exp": 1_000_000_000},
    {"nonce": None},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_token_that_is_not_for_us_is_refused(web: Web, provider: FakeOidcProvider, wrong: dict[str, Any]) -> None:
    web.person("Ada", "agent")
    provider.wrong = wrong
    assert come(web).status_code == 400


def test_a_token_that_somebody_else_signed_is_refused(web: Web, provider: FakeOidcProvider) -> None:
    web.person("Ada", "agent")
    provider.forged = True
    assert come(web).status_code == 400


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(web: Web) -> None:
    web.person("Ada", "agent")
    _, back = go(web.app.test_client())
    victim = web.app.test_client()
    assert victim.get(back).status_code == 400
    assert victim.get("/agent/").status_code == 302


def test_an_answer_is_taken_once(web: Web) -> None:
    web.person("Ada", "agent")
    client = web.app.test_client()
    _, back = go(client)
    assert client.get(back).status_code == 302
    assert web.app.test_client().get(back).status_code == 400


def test_who_is_shut_out_here_stays_outside(web: Web) -> None:
    ada = web.person("Ada", "agent")
    with web.sessions.begin() as tx:
        roster.disable(tx, tx.get_one(Agent, ada), "test", web.clock.now())
    assert come(web).status_code == 403


def test_the_provider_decides_on_roles_where_it_is_asked(make: Any, provider: FakeOidcProvider) -> None:
    web = make(oidc_roles_claim="groups", oidc_roles="support=agent, qa=reviewer")
    ada = web.person("Ada", "supervisor")
    provider.claims["groups"] = ["qa", "other"]
    assert come(web).location == "/quality/"
    with web.sessions() as tx:
        assert tx.get_one(Agent, ada).roles == ["reviewer"]
    provider.claims["groups"] = ["other"]
    assert "no role" in come(web).text


def test_a_stranger_with_a_role_is_added_where_that_is_wanted(make: Any, provider: FakeOidcProvider) -> None:
    web = make(oidc_roles_claim="groups", oidc_roles="support=agent", oidc_create=True)
    provider.claims |= {"groups": "support", "email": "Grace@bank.test", "name": "Grace"}
    assert come(web).location == "/agent/"
    with web.sessions() as tx:
        agent = roster.find(tx, "grace@bank.test")
        assert agent is not None and (agent.name, agent.roles, agent.phone) == ("Grace", ["agent"], "client:grace")


def test_who_is_signed_in_proves_it_anew_at_the_provider(web: Web, provider: FakeOidcProvider) -> None:
    client = web.signed_in("Ada", "agent")
    come(web, client, "/me/codes")
    assert provider.asked[-1]["prompt"] == "login"


def test_a_provider_that_is_away_leaves_the_password(make: Any) -> None:
    web = make(oidc_issuer="http://127.0.0.1:9")
    web.person("Ada", "agent")
    answer = web.app.test_client().get("/sign-in/with/")
    assert answer.status_code == 503 and "sign in with your password" in answer.text


def test_without_a_provider_there_is_no_such_door(make_web: Make, clock: Clock) -> None:
    web = make_web(clock)
    assert web.app.test_client().get("/sign-in/with/").status_code == 404
    assert "company" not in web.app.test_client().get("/sign-in").text
