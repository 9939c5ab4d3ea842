"""The page of promised call-backs: what it shows to whom, and what can be done about a promise."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from ivr.store.models import Audit, CallBack, Outbox
from tests.harness.web_pages import CALL, Make, Web, with_token

pytestmark = pytest.mark.integration


def promised(web: Web, at: datetime | None = None, **more: object) -> int:
    """Grace is promised a call in an hour."""
    web.call(outcome="callback")
    web.handoff(None, state="callback-booked")
    now = web.clock.now()
    row = CallBack(
        call_sid=CALL, number="+15550100001", place_at=now, booked_at=now, booked_by="caller",
        next_at=at or now + timedelta(hours=1),
        **{"state": "booked", "tries": 0, "attempts": [], **more},
    )  # fmt: skip
    with web.sessions.begin() as tx:
        tx.add(row)
    return row.id


def do(client: FlaskClient, callback: int, deed: str, **form: str) -> str:
    url = f"/call-backs/{callback}/{deed}"
    return client.post(url, data=with_token(client, **form), headers={"X-Fragment": "1"}).text


def kept(web: Web) -> CallBack:
    with web.sessions() as tx:
        return tx.scalars(select(CallBack)).one()


def test_who_when_about_what_and_how_often_is_shown_in_the_lines_own_time(make_web: Make, clock) -> None:  # type: ignore[no-untyped-def]
    web = make_web(clock, time_zone="America/New_York")
    client = web.signed_in("Ada", "agent")
    promised(web, tries=2, outcome="no-answer")
    page = client.get("/call-backs/").text
    for words in ("Grace Hopper", "+15550100001", "Mon 2 Mar, 05:00", "2, last: no answer", "Dispute"):
        assert words in page


def test_who_is_no_agent_sees_the_last_digits_alone(web: Web) -> None:
    client = web.signed_in("Sam", "supervisor")
    promised(web)
    page = client.get("/call-backs/").text
    assert "••• 0001" in page and "+15550100001" not in page


def test_with_nothing_owed_the_page_says_so(web: Web) -> None:
    assert "We owe nobody a call" in web.signed_in("Ada", "agent").get("/call-backs/").text


def test_reviewers_and_strangers_are_kept_out(web: Web) -> None:
    assert web.signed_in("Quinn", "reviewer").get("/call-backs/").status_code == 403
    assert web.app.test_client().get("/call-backs/").status_code == 302


def test_cancelling_needs_a_reason_that_is_kept(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    row = promised(web)
    assert client.post(f"/call-backs/{row}/cancel", data=with_token(client, why=" ")).status_code == 400
    assert "We owe nobody a call" in do(client, row, "cancel", why="She rang again.")
    assert kept(web).state == "cancelled"
    with web.sessions() as tx:
        audit = tx.scalars(select(Audit).where(Audit.action == "callback-cancelled")).one()
    assert (audit.actor, audit.detail) == ("ada@bank.test", {"why": "She rang again."})
    assert "over already" in do(client, row, "cancel", why="Again.")


def test_call_now_promises_a_try_at_once(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    do(client, promised(web), "now")
    assert kept(web).next_at == web.clock.now()
    with web.sessions() as tx:
        promise = tx.scalars(select(Outbox).where(Outbox.topic == "callback.try")).one()
    assert (promise.payload, promise.due_at) == ({"callback": 1, "number": 1}, web.clock.now())


def test_another_time_is_read_in_the_lines_own_zone(make_web: Make, clock) -> None:  # type: ignore[no-untyped-def]
    web = make_web(clock, time_zone="America/New_York")
    client = web.signed_in("Ada", "agent")
    assert "Mon 2 Mar, 14:30" in do(client, promised(web), "move", at="2026-03-02T14:30")
    assert "That time is past" in do(client, 1, "move", at="2026-03-01T14:30")


@pytest.mark.parametrize("deed", ["now", "move"])
def test_one_that_is_being_kept_is_not_moved(web: Web, deed: str) -> None:
    client = web.signed_in("Ada", "agent")
    row = promised(web, state="trying")
    assert "Being called" in client.get("/call-backs/").text or kept(web).next_at
    assert "cannot be changed" in do(client, row, deed, at="2026-03-03T14:30")


def test_an_unknown_one_is_not_found(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    assert client.post("/call-backs/9/now", data=with_token(client)).status_code == 404
