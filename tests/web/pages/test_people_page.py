"""The admins' page of all people."""

import re

import pytest
from sqlalchemy import select

from ivr.store.models import Agent, Audit
from tests.fakes.fake_clock import FakeClock
from tests.harness.web_pages import PASSWORD, Make, Web, with_token

pytestmark = pytest.mark.integration

ANN = {"name": "Ann", "email": "ann@bank.test", "phone": "client:ann", "roles": "reviewer"}


@pytest.mark.parametrize("role", ["agent", "reviewer", "supervisor"])
def test_only_admins_open_it(web: Web, role: str) -> None:
    client = web.signed_in("Ada", role)
    assert client.get("/people/").status_code == 403
    assert client.post("/people/", data=with_token(client, **ANN)).status_code == 403


def test_an_admin_lands_there(web: Web) -> None:
    assert web.signed_in("Eve", "admin").get("/").location == "/people/"


def test_a_person_is_added_and_gets_a_link(web: Web) -> None:
    eve = web.signed_in("Eve", "admin")
    page = eve.post("/people/", data=with_token(eve, **ANN)).text
    found = re.search(r'value="http://127.0.0.1:8080(/password/[^"]+)"', page)
    assert found
    ann = web.app.test_client()
    ann.post(found[1], data=with_token(ann, new="four quiet words", again="four quiet words"))
    answer = ann.post("/sign-in", data=with_token(ann, email="ann@bank.test", password="four quiet words"))
    assert answer.location == "/quality/"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [({"phone": "555"}, "not a number"), ({"email": "eve@bank.test"}, "already"), ({"name": " "}, "name is empty")],
)
def test_a_wrong_field_is_named_and_the_rest_is_kept(web: Web, wrong: dict[str, str], why: str) -> None:
    eve = web.signed_in("Eve", "admin")
    answer = eve.post("/people/", data=with_token(eve, **{**ANN, **wrong}))
    assert answer.status_code == 400 and why in answer.text
    assert 'value="reviewer" checked' in answer.text


def test_another_role_takes_effect_at_once(web: Web) -> None:
    eve, ann = web.signed_in("Eve", "admin"), web.signed_in("Ann", "agent")
    assert ann.get("/agent/").status_code == 200
    answer = eve.post("/people/2", data=with_token(eve, **ANN, skills="dispute, payment"))
    assert "change is kept" in answer.text
    assert ann.get("/agent/").status_code == 302
    with web.sessions() as tx:
        row = tx.get_one(Agent, 2)
        assert (row.roles, row.skills) == (["reviewer"], ["dispute", "payment"])


@pytest.mark.parametrize("deed", ["disable", "remove", "sign-out"])
def test_a_person_is_put_out(web: Web, deed: str) -> None:
    eve, ann = web.signed_in("Eve", "admin"), web.signed_in("Ann", "agent")
    assert eve.post(f"/people/2/{deed}", data=with_token(eve)).status_code == 200
    assert ann.get("/agent/").status_code == 302
    with web.sessions() as tx:
        assert (
            tx.scalars(select(Audit.actor).where(Audit.subject == "agent:2").order_by(Audit.id.desc())).first()
            == "eve@bank.test"
        )


@pytest.mark.parametrize("deed", ["disable", "remove"])
def test_the_last_admin_cannot_be_put_out(web: Web, deed: str) -> None:
    eve = web.signed_in("Eve", "admin")
    answer = eve.post(f"/people/1/{deed}", data=with_token(eve))
    assert answer.status_code == 400 and "last admin" in answer.text


def test_a_removed_person_is_not_there(web: Web) -> None:
    eve, _ = web.signed_in("Eve", "admin"), web.person("Ann", "agent")
    eve.post("/people/2/remove", data=with_token(eve))
    assert eve.get("/people/2").status_code == 404
    assert "Ann" not in eve.get("/people/").text


def test_an_admin_proves_who_they_are_now_and_then(make_web: Make, clock: FakeClock) -> None:
    web = make_web(clock)
    eve = web.signed_in("Eve", "admin")
    clock.forward(3600)
    assert eve.get("/people/").location == "/prove?next=/people/"
    assert eve.post("/people/1/sign-out", data=with_token(eve)).location.startswith("/prove")
    eve.post("/prove", data=with_token(eve, password=PASSWORD))
    assert eve.get("/people/").status_code == 200


def test_words_in_the_address_are_not_shown_as_ours(web: Web) -> None:
    assert "Call +1900" not in web.signed_in("Eve", "admin").get("/people/?done=Call+%2B1900").text


def test_skills_and_languages_are_given_when_a_person_is_added_and_changed_afterwards(web: Web) -> None:
    eve = web.signed_in("Eve", "admin")
    new = {"name": "Mia", "email": "mia@bank.test", "phone": "client:mia", "roles": "agent"}
    page = eve.post("/people/", data=with_token(eve, **new, skills="dispute, payment", languages="es")).text
    assert 'value="dispute, payment"' in page
    assert 'value="es" checked' in page
    with web.sessions() as tx:
        mia = tx.scalars(select(Agent).where(Agent.name == "Mia")).one()
    assert (mia.skills, mia.languages) == (["dispute", "payment"], ["es"])
    eve.post(f"/people/{mia.id}", data=with_token(eve, **new, skills="", languages="en"))
    with web.sessions() as tx:
        changed = tx.get_one(Agent, mia.id)
    assert (changed.skills, changed.languages) == ([], ["en"])
