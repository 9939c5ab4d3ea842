"""What a reviewer does all day: ten tasks in a real browser, each in at most five steps from the list of calls."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.quality import facts_store
from ivr.quality.scorecards import evaluations
from ivr.store.models import Call, Handoff, Turn
from tests.harness import desk_browser
from tests.harness.desk_browser import Open
from tests.harness.judged_calls import JudgedCalls, judgement
from tests.harness.web_pages import Web

pytestmark = pytest.mark.browser

web, streams = desk_browser.web, desk_browser.streams
address, open_page = desk_browser.address, desk_browser.open_page

DISPUTE, PIN, WAITED, PLAIN = (f"CA{letter * 32}" for letter in "abcd")
MOST = 5
WEEK = timedelta(days=7)


class Reviewer:
    """Rosa's hands: each click, choice or line typed is a step."""

    def __init__(self, page: Page) -> None:
        self.page, self.steps = page, 0

    def click(self, place: Locator) -> None:
        self.steps += 1
        place.click()

    def choose(self, label: str, option: str) -> None:
        self.steps += 1
        self.page.get_by_role("combobox", name=label).select_option(label=option)

    def type(self, label: str, text: str, enter: bool = False) -> None:
        """A line, sent by the enter key in the same step."""
        self.steps += 1
        place = self.page.get_by_label(label, exact=True)
        place.fill(text)
        if enter:
            place.press("Enter")

    def find(self) -> None:
        self.click(self.page.get_by_role("button", name="Find"))

    def filters(self) -> None:
        self.click(self.page.get_by_text("More filters"))

    def open_only(self) -> None:
        """The only call of the list."""
        expect(self.page.locator("a.row")).to_have_count(1)
        self.click(self.page.locator("a.row"))

    def shows_only(self, *sids: str) -> None:
        rows = self.page.locator("a.row")
        expect(rows).to_have_count(len(sids))
        found = {(row.get_attribute("href") or "") for row in rows.all()}
        assert all(any(sid in link for link in found) for sid in sids)


@pytest.fixture
def calls(web: Web) -> JudgedCalls:
    """A dispute of last week and a plain call, both with Ada; one with a wrong PIN; one that waited 40 s for Ben."""
    calls = JudgedCalls(web.sessions, web.clock)
    for name in ("Rosa", "Sam"):
        web.person(name, "reviewer")
    ada, ben = web.person("Ada", "agent"), web.person("Ben", "agent")
    for sid, agent in ((DISPUTE, ada), (PIN, None), (WAITED, ben), (PLAIN, ada)):
        calls.call(sid, agent=agent)
    with web.sessions.begin() as tx:
        of_last_week(tx, DISPUTE)
        waits(tx, WAITED, 40.0)
        words = "There is a charge of forty two dollars that is not mine."
        tx.add(turn(DISPUTE, 14.0, "caller", words, intent="dispute", confidence=0.9))
        tx.add(turn(PIN, 14.0, "caller", "(PIN)", confidence=0.4))
        tx.add(turn(PIN, 17.0, "bot", "That PIN was wrong.", prompt="pin.wrong/1"))
    with web.sessions.begin() as tx:
        for sid in (DISPUTE, PIN, WAITED, PLAIN):
            facts_store.keep(tx, sid)
    return calls


def turn(sid: str, start: float, speaker: str, text: str, **more: Any) -> Turn:
    return Turn(call_sid=sid, key=f"{speaker}{start}", speaker=speaker, text=text, start=start, end=start + 2, **more)


def of_last_week(tx: Session, sid: str) -> None:
    call, handoff = tx.get_one(Call, sid), tx.scalars(select(Handoff).where(Handoff.call_sid == sid)).one()
    call.started_at, handoff.requested_at = call.started_at - WEEK, handoff.requested_at - WEEK
    call.ended_at = call.started_at + timedelta(seconds=60)
    handoff.reason, handoff.intent, handoff.times = "dispute", "dispute", {"bridged": handoff.requested_at.isoformat()}


def waits(tx: Session, sid: str, seconds: float) -> None:
    handoff = tx.scalars(select(Handoff).where(Handoff.call_sid == sid)).one()
    met = handoff.requested_at + timedelta(seconds=seconds)
    handoff.times = {"requested": handoff.requested_at.isoformat(), "bridged": met.isoformat()}


@pytest.fixture
def rosa(calls: JudgedCalls, open_page: Open) -> Iterator[Reviewer]:
    page = open_page("rosa@bank.test")
    page.goto("/quality/")
    reviewer = Reviewer(page)
    began = page.evaluate("performance.timeOrigin")
    yield reviewer
    print(f"{reviewer.steps} steps, {page.evaluate('Date.now()') - began:.0f} ms in the last page")
    assert 0 < reviewer.steps <= MOST


def test_the_call_about_a_dispute_last_week(rosa: Reviewer) -> None:
    rosa.click(rosa.page.get_by_role("link", name="Last week"))
    rosa.type("Words that were said", "charge", enter=True)
    rosa.open_only()
    expect(rosa.page.locator(".turn.now")).to_contain_text("a charge of forty two dollars")


def test_the_moment_when_the_amount_was_said(rosa: Reviewer) -> None:
    rosa.type("Words that were said", '"forty two dollars"', enter=True)
    rosa.open_only()
    expect(rosa.page.locator(".turn.now")).to_contain_text("forty two dollars")


def test_all_misheard_pins(rosa: Reviewer) -> None:
    rosa.choose("Flag", "Wrong pin")
    rosa.find()
    rosa.shows_only(PIN)


def test_why_the_bot_handed_over(rosa: Reviewer) -> None:
    rosa.type("Words that were said", "charge", enter=True)
    rosa.open_only()
    expect(rosa.page.get_by_role("heading", name="Hand-off")).to_be_visible()
    expect(rosa.page.locator(".moments")).to_contain_text("Asked for a person: dispute")


def test_score_and_comment(rosa: Reviewer, calls: JudgedCalls) -> None:
    calls.scorecard()
    rosa.click(rosa.page.locator(f"a.row[href*={PLAIN}]"))
    rosa.click(rosa.page.get_by_role("group", name="Helped?").get_by_label("All", exact=True))
    rosa.type("In a word", "Calm and clear.")
    rosa.click(rosa.page.get_by_role("button", name="Keep as a draft"))
    expect(rosa.page.get_by_label("In a word")).to_have_value("Calm and clear.")


def test_an_agents_dispute(rosa: Reviewer, calls: JudgedCalls) -> None:
    version, sam, ada, now = calls.scorecard(), calls.person("Sam"), calls.person("Ada"), calls.clock.now()
    with calls.sessions.begin() as tx:
        row = evaluations.save(tx, judgement(version, sam, ada, sid=PLAIN), now)
        evaluations.publish(tx, row, "sam@bank.test", now)
        evaluations.dispute(tx, row.id, ada, "They had hung up by then.", "ada@bank.test", now)
    rosa.click(rosa.page.get_by_role("link", name="Judgements"))
    rosa.click(rosa.page.get_by_role("link", name="Disputed", exact=True))
    rosa.click(rosa.page.locator("a.row"))
    rosa.type("Why it stands", "They are heard at 0:44.")
    rosa.click(rosa.page.get_by_role("button", name="Let it stand"))
    expect(rosa.page.get_by_text("Disputed, and stands").first).to_be_visible()


def test_calls_that_waited_more_than_half_a_minute(rosa: Reviewer) -> None:
    rosa.filters()
    rosa.type("Waited over", "30", enter=True)
    rosa.shows_only(WAITED)


def test_one_agents_calls(rosa: Reviewer) -> None:
    rosa.choose("Agent", "Ada")
    rosa.find()
    rosa.shows_only(DISPUTE, PLAIN)


def test_this_week_against_last(rosa: Reviewer) -> None:
    rosa.click(rosa.page.get_by_role("link", name="Figures"))
    rosa.click(rosa.page.get_by_role("link", name="This week"))
    expect(rosa.page.get_by_role("columnheader", name="Last week").first).to_be_visible()


def test_export(rosa: Reviewer) -> None:
    rosa.click(rosa.page.get_by_text("Export", exact=True))
    with rosa.page.expect_download() as download:
        rosa.click(rosa.page.get_by_role("link", name="CSV"))
    with download.value.path().open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["call_sid"] for row in rows} == {DISPUTE, PIN, WAITED, PLAIN}
