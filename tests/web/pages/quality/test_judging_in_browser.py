"""Judging in a real browser: by keyboard, at both widths, in light and dark, and clean by axe."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from ivr.quality import facts_store
from ivr.quality.samples import Filters, Plan, draw
from ivr.quality.scorecards import calibrations, evaluations, versions
from ivr.quality.scorecards.automatic import answer_by_facts
from ivr.quality.scorecards.evaluations import Given
from ivr.quality.scorecards.starter import NAME, STARTER
from ivr.quality.scorecards.subjects import Subject
from tests.harness import desk_browser
from tests.harness.browser import NARROW, WIDE, Scheme, look
from tests.harness.desk_browser import Open
from tests.harness.eventually import eventually
from tests.harness.judged_calls import CALL, JudgedCalls, judgement
from tests.harness.web_pages import Web

pytestmark = pytest.mark.browser

web, streams = desk_browser.web, desk_browser.streams
address, open_page = desk_browser.address, desk_browser.open_page

OTHER = "CA" + "8" * 32


@pytest.fixture
def calls(web: Web) -> JudgedCalls:
    """A call with Ada in it, what the facts say of it, and a scorecard."""
    calls = JudgedCalls(web.sessions, web.clock)
    for name in ("Rosa", "Sam"):
        web.person(name, "reviewer")
    calls.call(agent=web.person("Ada", "agent"))
    calls.call(OTHER)
    with web.sessions.begin() as tx:
        for sid in (CALL, OTHER):
            facts_store.keep(tx, sid)
            answer_by_facts(tx, sid, web.clock.now())
    return calls


def published(calls: JudgedCalls, version: int, agent: int | None, reviewer: str = "Rosa", **more: Given) -> int:
    with calls.sessions.begin() as tx:
        row = evaluations.save(tx, judgement(version, calls.person(reviewer), agent, CALL, **more), calls.clock.now())
        evaluations.publish(tx, row, "rosa@bank.test", calls.clock.now())
        return row.id


def furnish(web: Web, calls: JudgedCalls) -> None:
    """Our scorecard, a draft of another, a judgement of Ada, a sample, and a calibration that is open to read."""
    small, rosa, sam, now = calls.scorecard(), calls.person("Rosa"), calls.person("Sam"), calls.clock.now()
    published(calls, small, calls.person("Ada"))
    web.recording(CALL)
    with calls.sessions.begin() as tx:
        versions.create(tx, NAME, STARTER, "rosa@bank.test", now)
        begun = calibrations.begin(tx, Subject(OTHER), small, [rosa, sam], "rosa@bank.test", now).id
        draw(tx, Plan("This week", "risk", 2, Filters(now.replace(hour=0), now)), [rosa], "rosa@bank.test", now)
    for reviewer in (rosa, sam):
        one = judgement(small, reviewer, sid=OTHER)
        with calls.sessions.begin() as tx:
            calibrations.hand_in(tx, type(one)(one.subject, small, reviewer, one.answers, calibration=begun), "x", now)


def test_a_call_is_scored_and_commented_by_keyboard(calls: JudgedCalls, open_page: Open) -> None:
    calls.scorecard()
    page = open_page("rosa@bank.test")
    page.goto(f"/quality/calls/{CALL}?judge={calls.person('Ada')}")
    friendly = page.get_by_role("group", name="Friendly?")
    friendly.get_by_label("1", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(friendly.get_by_label("2", exact=True)).to_be_checked()
    page.get_by_role("group", name="Helped?").get_by_label("Some").check()
    page.get_by_role("button", name="Publish").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("A fail needs a comment here.")).to_be_visible()
    page.get_by_label("Comment, needed for a fail").fill("Curt at the start.")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Ada: 57.5 %")).to_be_visible()  # (3 + 0.75 + 2) of 10
    expect(page.get_by_text("Curt at the start.")).to_be_visible()


def test_to_answer_otherwise_than_the_facts_opens_the_reason(calls: JudgedCalls, open_page: Open) -> None:
    calls.scorecard()
    page = open_page("rosa@bank.test")
    page.goto(f"/quality/calls/{CALL}")
    finish = page.get_by_role("group", name="Let them finish?")
    expect(finish.get_by_label("No", exact=True)).to_be_checked()
    expect(finish.get_by_label("Why otherwise than the facts")).to_be_hidden()
    finish.get_by_label("Yes", exact=True).check()
    finish.get_by_label("Why otherwise than the facts").fill("They had finished.")


def test_a_question_that_is_not_asked_is_not_shown(calls: JudgedCalls, open_page: Open, web: Web) -> None:
    with web.sessions.begin() as tx:
        card = versions.create(tx, NAME, STARTER, "rosa@bank.test", web.clock.now())
        versions.publish(tx, card.versions[0].id, "rosa@bank.test", web.clock.now())
    page = open_page("rosa@bank.test")
    page.goto(f"/quality/calls/{CALL}")
    why = page.get_by_text("Could it have been settled in this call?")
    expect(why).to_be_hidden()
    page.get_by_role("group", name="Was the caller helped?").get_by_label("No", exact=True).check()
    expect(why).to_be_visible()


def test_an_agents_dispute_is_decided_by_a_second_reviewer(calls: JudgedCalls, open_page: Open) -> None:
    published(calls, calls.scorecard(), calls.person("Ada"))
    agent = open_page("ada@bank.test")
    agent.get_by_role("link", name="My reviews").click()
    agent.get_by_role("link", name="Call of").click()
    agent.get_by_label("What is wrong with it").fill("The caller had hung up by then.")
    agent.get_by_role("button", name="Dispute it").click()
    expect(agent.get_by_text("A second reviewer will decide.")).to_be_visible()
    second = open_page("sam@bank.test")
    second.goto("/quality/evaluations/?state=disputed")
    second.locator("a.row").click()
    expect(second.get_by_text("The caller had hung up by then.")).to_be_visible()
    second.get_by_label("Why it stands").fill("They are heard at 0:44.")
    second.get_by_role("button", name="Let it stand").click()
    expect(second.get_by_text("Disputed, and stands").first).to_be_visible()
    agent.reload()
    expect(agent.get_by_text("They are heard at 0:44.")).to_be_visible()


def test_an_agent_hears_the_moment_that_a_review_speaks_of(web: Web, calls: JudgedCalls, open_page: Open) -> None:
    published(calls, calls.scorecard(), calls.person("Ada"), q3=Given("5", spans=((12.0, 14.0),)))
    web.recording(CALL)
    agent = open_page("ada@bank.test")
    agent.goto("/my-reviews/1")
    agent.get_by_role("link", name="0:12").click()
    eventually(lambda: 11 <= agent.evaluate("document.querySelector('audio').currentTime") < 15)
    expect(agent).to_have_url(re.compile("/my-reviews/1$"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_of_judging_is_clean_at_both_widths_in_both_lights(
    web: Web, calls: JudgedCalls, open_page: Open, viewport: ViewportSize, scheme: Scheme
) -> None:
    furnish(web, calls)
    size = f"{viewport['width']}-{scheme}"
    page = open_page("rosa@bank.test", scheme, viewport)
    pages = {
        "form": f"/quality/calls/{CALL}?check=1", "cards": "/quality/cards/", "editor": "/quality/cards/2",
        "judgements": "/quality/evaluations/", "judgement": "/quality/evaluations/1", "samples": "/quality/samples/",
        "sample": "/quality/samples/1", "calibrations": "/quality/calibrations/",
        "calibration": "/quality/calibrations/1",
    }  # fmt: skip
    for name, place in pages.items():
        page.goto(place)
        open_all(page)
        look(page, f"judging-{name}-{size}")
    agent = open_page("ada@bank.test", scheme, viewport)
    for name, place in {"my-reviews": "/my-reviews/", "my-review": "/my-reviews/1"}.items():
        agent.goto(place)
        look(agent, f"judging-{name}-{size}")


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one, nth) => { one.open = nth < 2; })")
