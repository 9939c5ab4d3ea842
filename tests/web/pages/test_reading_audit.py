"""Who read what is noted."""

import pytest
from sqlalchemy import select

from ivr.clock import Clock
from ivr.store.models import Audit
from ivr.web.pages.reading_audit import OTHERS, READS, SITTING
from tests.fakes.fake_clock import FakeClock
from tests.harness.web_pages import CALL, Make, Web

pytestmark = pytest.mark.integration

NOTED = ("read-", "search", "export")


def noted(web: Web) -> list[tuple[str, str, str]]:
    with web.sessions() as tx:
        rows = tx.scalars(select(Audit).order_by(Audit.id)).all()
    return [(row.actor, row.action, row.subject) for row in rows if row.action.startswith(NOTED)]


def test_every_page_is_one_that_is_noted_or_one_that_shows_nothing_of_callers(make_web: Make, clock: Clock) -> None:
    """A new page stands in READS, where it shows something of callers, or in OTHERS."""
    web = make_web(clock, oidc_issuer="https://provider.test")
    pages = {rule.endpoint for rule in web.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert {page for page in pages if not page.endswith("static")} == set(READS) | OTHERS


def test_a_reviewers_reading_is_noted_once_a_sitting(make_web: Make, clock: FakeClock) -> None:
    web = make_web(clock)
    client = web.signed_in("Rosa", "reviewer")
    web.call(outcome="resolved")
    for _ in range(3):
        client.get(f"/quality/calls/{CALL}")
    assert noted(web) == [("rosa@bank.test", "read-call", f"call:{CALL}")]
    clock.forward(SITTING.total_seconds())
    client.get(f"/quality/calls/{CALL}")
    assert len(noted(web)) == 2


def test_what_was_searched_for_is_noted(web: Web) -> None:
    client = web.signed_in("Rosa", "reviewer")
    client.get("/quality/?outcome=message")
    with web.sessions() as tx:
        row = tx.scalars(select(Audit).where(Audit.action == "search")).one()
    assert (row.subject, row.detail) == ("calls", {"outcome": "message"})


def test_the_audit_which_nothing_is_taken_out_of_holds_no_words_that_somebody_was_looked_for_by(web: Web) -> None:
    reviewer = web.signed_in("Rosa", "reviewer")
    reviewer.get("/quality/?q=%2B15550177777+Xanthippe&outcome=message")
    assert reviewer.get("/quality/export?q=%2B15550177777&flag=upset").status_code == 200
    with web.sessions() as tx:
        details = [row.detail for row in tx.scalars(select(Audit).where(Audit.action.in_(("search", "export"))))]
    assert details == [
        {"outcome": "message", "q": "2 words"},
        {"format": "csv", "query": "flag=upset&q=1+words"},
    ]


def test_an_agents_brief_and_transcript_are_noted(web: Web) -> None:
    client = web.signed_in("Ada", "agent", presence="offered")
    web.call()
    handoff = web.handoff(1)
    client.get("/agent/work")
    client.get("/agent/work")
    client.get(f"/agent/calls/{CALL}/transcript")
    assert noted(web) == [
        ("ada@bank.test", "read-brief", f"handoff:{handoff}"),
        ("ada@bank.test", "read-call", f"call:{CALL}"),
    ]


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/board/load.csv", ("export", "load")),
        ("/agent/days.csv", ("export", "own-days")),
        ("/call-backs/", ("read-call-backs", "call-backs")),
        ("/board/calls/1", ("read-handoff", "handoff:1")),
        ("/board/?call=1", ("read-handoff", "handoff:1")),
    ],
)
def test_other_ways_to_read_are_noted(web: Web, path: str, what: tuple[str, str]) -> None:
    client = web.signed_in("Sam", "supervisor")
    web.call()
    web.handoff(1, state="bridged")
    assert client.get(path).status_code == 200
    assert [row[1:] for row in noted(web)] == [what]


def test_what_was_refused_is_not_noted_as_read(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    web.call()
    client.get(f"/quality/calls/{CALL}")
    client.get(f"/agent/calls/{CALL}/transcript")
    assert noted(web) == []


def test_what_cannot_be_noted_is_not_shown(make_web: Make, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    web = make_web(clock)
    client = web.signed_in("Rosa", "reviewer")
    web.call(outcome="resolved")
    monkeypatch.setattr("ivr.web.pages.reading_audit.Audit", None)
    web.app.config["PROPAGATE_EXCEPTIONS"] = False
    assert client.get(f"/quality/calls/{CALL}").status_code == 500
