"""QA's list: what a row says, how it is found, kept and passed on."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from ivr.quality import facts_store
from ivr.store.models import Audit, SavedSearch
from tests.harness.web_pages import CALL, Web, with_token

pytestmark = pytest.mark.integration


@pytest.fixture
def reviewer(web: Web) -> FlaskClient:
    return web.signed_in("Rosa", "reviewer")


def finished(web: Web, sid: str = CALL, outcome: str = "resolved", turns: bool = True) -> str:
    web.call(sid, outcome=outcome, turns=turns)
    with web.sessions.begin() as tx:
        facts_store.keep(tx, sid)
    return sid


def test_a_row_tells_the_call_in_a_sentence_and_names_no_caller(web: Web, reviewer: FlaskClient) -> None:
    finished(web, outcome="abandoned")
    page = reviewer.get("/quality/").text
    for part in ("Asks for the balance, disputes a charge, hung up", "83 %", "1:00", f"/quality/calls/{CALL}"):
        assert part in page
    assert "0001" not in page


def test_a_row_names_who_talked_with_the_caller(web: Web, reviewer: FlaskClient) -> None:
    ada = web.person("Ada", "agent")
    web.call(outcome="handed-off")
    web.handoff(ada, state="bridged")
    with web.sessions.begin() as tx:
        facts_store.keep(tx, CALL)
    assert ">Ada</td>" in reviewer.get("/quality/").text
    assert CALL in reviewer.get(f"/quality/?agent={ada}").text
    assert CALL not in reviewer.get(f"/quality/?agent={ada + 99}").text


def test_what_was_looked_for_is_marked_and_leads_to_its_moment(web: Web, reviewer: FlaskClient) -> None:
    finished(web)
    page = reviewer.get("/quality/?q=acme").text
    assert "that charge from <mark>Acme</mark> is not mine" in page
    assert f"/quality/calls/{CALL}?t=24.0&amp;list=q%3Dacme" in page


def test_the_list_is_filtered(web: Web, reviewer: FlaskClient) -> None:
    finished(web, "CA" + "a" * 32, turns=False)
    web.call("CA" + "b" * 32, turns=False)
    assert "a" * 32 in reviewer.get("/quality/?outcome=resolved").text
    assert "b" * 32 not in reviewer.get("/quality/?outcome=resolved").text
    assert "b" * 32 in reviewer.get("/quality/?outcome=open").text
    assert "No calls like that" in reviewer.get("/quality/?outcome=failed").text


@pytest.mark.parametrize("query", ["outcome=nonsense", "q=%22open", "agent=x&q=-", "before=x", "range=never", "q=%00"])
def test_whatever_is_asked_is_answered(web: Web, reviewer: FlaskClient, query: str) -> None:
    finished(web)
    assert reviewer.get(f"/quality/?{query}").status_code == 200


def test_what_means_nothing_is_said(web: Web, reviewer: FlaskClient) -> None:
    finished(web)
    page = reviewer.get("/quality/?outcome=nonsense").text
    assert "outcome=nonsense means nothing here and was passed over." in page
    assert CALL in page


def test_an_empty_list_says_how_to_mend_it(web: Web, reviewer: FlaskClient) -> None:
    assert "No calls yet" in reviewer.get("/quality/").text
    finished(web)
    page = reviewer.get("/quality/?q=zebra&range=today").text
    for part in ("No calls like that", "Look for the words alone", "leave the words out", "Look at all days"):
        assert part in page


def test_pages_follow_each_other(web: Web, reviewer: FlaskClient) -> None:
    for number in range(52):
        finished(web, f"CA{number:032}", turns=False)
        web.clock.forward(60)
    first = reviewer.get("/quality/?outcome=resolved")
    assert first.text.count('class="row"') == 50
    older = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = reviewer.get(older)
    assert second.text.count('class="row"') == 2
    assert 'rel="prev"' in second.text and 'rel="next"' not in second.text


def test_a_search_is_kept_renamed_and_deleted_by_its_owner_alone(web: Web, reviewer: FlaskClient) -> None:
    finished(web)
    form = with_token(reviewer, name="Acme", query="page=3&q=acme&flag=upset&outcome=")
    assert reviewer.post("/quality/saved", data=form).headers["Location"] == "/quality/?q=acme&flag=upset"
    with web.sessions() as tx:
        saved = tx.scalars(select(SavedSearch)).one()
    assert (saved.name, saved.query) == ("Acme", "q=acme&flag=upset")
    other = web.signed_in("Sam", "supervisor")
    theirs = other.post(f"/quality/saved/{saved.id}/delete", data=with_token(other))
    assert theirs.status_code == 404
    assert "Acme</summary>" not in other.get("/quality/").text
    reviewer.post(f"/quality/saved/{saved.id}/rename", data=with_token(reviewer, name="Books"))
    assert "Books</summary>" in reviewer.get("/quality/").text
    reviewer.post(f"/quality/saved/{saved.id}/delete", data=with_token(reviewer))
    with web.sessions() as tx:
        assert tx.scalars(select(SavedSearch)).all() == []


def test_a_search_of_the_same_name_gives_way(web: Web, reviewer: FlaskClient) -> None:
    for query in ("q=one", "q=two"):
        reviewer.post("/quality/saved", data=with_token(reviewer, name="Mine", query=query))
    reviewer.post("/quality/saved", data=with_token(reviewer, name="Other", query="q=x"))
    with web.sessions() as tx:
        assert [row.query for row in tx.scalars(select(SavedSearch).order_by(SavedSearch.id))] == ["q=two", "q=x"]
    assert reviewer.post("/quality/saved/2/rename", data=with_token(reviewer, name="Mine")).status_code == 400
    assert reviewer.post("/quality/saved", data=with_token(reviewer, name=" ", query="")).status_code == 400


def test_a_call_knows_the_next_in_the_list_it_was_opened_from(web: Web, reviewer: FlaskClient) -> None:
    for number in range(3):
        finished(web, f"CA{number:032}", outcome="failed" if number == 1 else "resolved")
        web.clock.forward(60)
    page = reviewer.get(f"/quality/calls/CA{2:032}?list=outcome%3Dresolved").text
    assert f'rel="next" href="/quality/calls/CA{0:032}?list=outcome%3Dresolved"' in page
    assert 'rel="prev"' not in page
    assert 'href="/quality/?outcome=resolved">My list' in page
    assert 'rel="next"' not in reviewer.get(f"/quality/calls/CA{2:032}").text


@pytest.mark.parametrize(("format_", "begins"), [("csv", b"call_sid,"), ("json", b"{"), ("parquet", b"PAR1")])
def test_the_list_is_exported_and_noted(web: Web, reviewer: FlaskClient, format_: str, begins: bytes) -> None:
    finished(web)
    answer = reviewer.get(f"/quality/export?format={format_}&q=acme&outcome=")
    assert answer.data.startswith(begins) and CALL.encode() in answer.data
    assert f"calls-2026-03-02.{format_}" in answer.headers["Content-Disposition"]
    with web.sessions() as tx:
        noted = tx.scalars(select(Audit).where(Audit.action == "export")).one()
    assert (noted.actor, noted.detail) == ("rosa@bank.test", {"format": format_, "query": "q=1+words"})


def test_an_export_in_an_unknown_format_is_refused(web: Web, reviewer: FlaskClient) -> None:
    assert reviewer.get("/quality/export?format=xls").status_code == 400
    assert web.signed_in("Ann", "agent").get("/quality/export").status_code == 403


def test_days_are_one_click_away_and_keep_the_other_filters(web: Web, reviewer: FlaskClient) -> None:
    finished(web)
    page = reviewer.get("/quality/?q=acme&from=2026-01-01").text
    assert 'href="/quality/?q=acme&amp;range=last-week"' in page
    web.clock.forward(timedelta(days=1).total_seconds())
    assert CALL in reviewer.get("/quality/?range=this-week").text
    assert CALL not in reviewer.get("/quality/?range=today").text
