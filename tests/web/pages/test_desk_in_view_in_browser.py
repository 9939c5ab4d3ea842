"""What counts is in view on the agent's page, however far it is scrolled and whichever window is looked at."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from ivr.store.models import Account, Agent, Handoff, Recording, Turn
from tests.harness import desk_browser
from tests.harness.browser import NARROW, look, press
from tests.harness.desk_browser import Open
from tests.harness.web_pages import BRIEF, CALL, Web

pytestmark = pytest.mark.browser

web, streams = desk_browser.web, desk_browser.streams
address, open_page = desk_browser.address, desk_browser.open_page

SMALL, LAPTOP = ViewportSize(width=900, height=600), ViewportSize(width=1280, height=720)
NOT_LOOKED_AT = """
    Object.defineProperty(document, "hidden", { get: () => true });
    globalThis.notified = [];
    globalThis.Notification = class extends EventTarget {
      static permission = "granted";
      constructor(title, { body }) { super(); notified.push(body); }
      close() { notified.push("closed"); }
    };
"""


def offer(web: Web, agent_id: int) -> int:
    web.call()
    handoff = web.handoff(agent_id)
    with web.sessions.begin() as tx:
        tx.get_one(Agent, agent_id).presence = "offered"
    web.live.publish(f"agent:{agent_id}", "offer", str(handoff))
    return handoff


def messages(web: Web, many: int = 8) -> None:
    """Enough of them to scroll the page."""
    for number in range(many):
        web.call(sid := "CA" + f"{number:02d}" * 16, outcome="message", turns=False)
        web.recording(sid, kind="message")


def at_the_foot(page: Page) -> None:
    """Scrolled to the end, as somebody is who reads the messages."""
    expect(page.locator("#link")).to_have_text("Live")
    page.evaluate("for (const one of [document.scrollingElement, right, left]) one.scrollTop = one.scrollHeight")
    expect(page.get_by_role("button", name="Done with the message").last).to_be_in_viewport()


def talking(web: Web, open_page: Open, viewport: ViewportSize, turns: int = 40) -> Page:
    ada = web.person("Ada", "agent", presence="on-call")
    web.call()
    web.handoff(ada, state="bridged")
    for number in range(turns):
        add(web, number)
    page = open_page("ada@bank.test", viewport=viewport)
    expect(page.locator("#link")).to_have_text("Live")
    return page


def add(web: Web, number: int) -> None:
    who = "caller" if number % 2 else "agent"
    with web.sessions.begin() as tx:
        tx.add(
            Turn(call_sid=CALL, key=f"n{number}", speaker=who, start=100 + number, text=f"The words of turn {number}.")
        )
    web.live.publish(f"call:{CALL}", "turn")


@pytest.mark.parametrize("viewport", [NARROW, SMALL, LAPTOP], ids=["390", "900", "1280"])
def test_state_time_link_and_a_lost_connection_stay_in_view(web: Web, open_page: Open, viewport: ViewportSize) -> None:
    web.person("Ada", "agent", presence="available")
    messages(web)
    page = open_page("ada@bank.test", viewport=viewport)
    at_the_foot(page)
    for part in ("#state-now strong", "#state-now [data-since]", "#link"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    page.locator("#right audio").last.focus()  # whoever is busy below
    page.context.set_offline(True)
    expect(page.locator("#lost")).to_be_in_viewport(ratio=1, timeout=15_000)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#lost")).to_be_in_viewport(ratio=1)
    assert uncovered(page, "#lost")
    assert uncovered(page, "#state-now strong")
    expect(page).to_have_title(re.compile("No connection"))
    page.context.set_offline(False)
    expect(page.locator("#lost")).to_be_hidden()


def uncovered(page: Page, what: str) -> bool:
    """Whether it is what one sees at its place."""
    return bool(
        page.locator(what).evaluate(
            """one => {
              const { left, top, width, height } = one.getBoundingClientRect();
              return one.contains(document.elementFromPoint(left + width / 2, top + height / 2));
            }"""
        )
    )


@pytest.mark.parametrize("viewport", [NARROW, SMALL, LAPTOP], ids=["390", "900", "1280"])
def test_a_call_brings_who_and_why_into_view_beside_accept(web: Web, open_page: Open, viewport: ViewportSize) -> None:
    ada = web.person("Ada", "agent", presence="available")
    messages(web)
    page = open_page("ada@bank.test", viewport=viewport)
    at_the_foot(page)
    offer(web, ada)
    for part in ("#caller", ".why", ".brief-head .tag >> nth=0", "#accept", "#decline"):
        expect(page.locator(part)).to_be_in_viewport()
        assert uncovered(page, part), part
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    beside = page.locator(".who-calls" if viewport["width"] < 1100 else ".call-head")
    expect(beside).to_be_in_viewport()
    expect(beside).to_contain_text("Grace Hopper")
    expect(beside).to_contain_text("Verified")
    expect(beside).to_contain_text("Says a charge of $42.10 from Acme Books is not hers.")
    expect(page.locator("#accept")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("viewport", [NARROW, LAPTOP], ids=["390", "1280"])
def test_the_end_of_a_call_brings_the_wrap_up_into_view(web: Web, open_page: Open, viewport: ViewportSize) -> None:
    messages(web)
    page = talking(web, open_page, viewport)
    at_the_foot(page)
    page.locator("#end").click()
    expect(page.get_by_role("heading", name="Call ended")).to_be_in_viewport()
    expect(page.get_by_role("group", name="How did it end?")).to_be_in_viewport()


@pytest.mark.parametrize("viewport", [NARROW, LAPTOP], ids=["390", "1280"])
def test_what_was_refused_is_told_in_view(web: Web, open_page: Open, viewport: ViewportSize) -> None:
    ada = web.person("Ada", "agent", presence="available")
    messages(web)
    page = open_page("ada@bank.test", viewport=viewport)
    offer(web, ada)
    expect(page.locator("#accept")).to_be_visible()
    at_the_foot(page)
    web.handoffs.refuse = "taken"
    press(page, "a")
    expect(page.locator("#notice")).to_contain_text("A colleague took this call")
    expect(page.locator("#notice")).to_be_in_viewport(ratio=1)
    assert uncovered(page, "#notice")


def test_the_transcript_is_beside_the_facts_and_stays_at_the_newest_unless_read_back(web: Web, open_page: Open) -> None:
    page = talking(web, open_page, LAPTOP)
    for part in ("#caller", ".why", "#facts h2 >> nth=0"):
        expect(page.locator(part)).to_be_in_viewport()
    expect(page.get_by_text("The words of turn 39.")).to_be_in_viewport()
    add(web, 40)
    expect(page.get_by_text("The words of turn 40.")).to_be_in_viewport()
    facts, said = (page.locator(part).bounding_box() for part in ("#facts", "#said"))
    assert facts
    assert said
    assert said["x"] >= facts["x"] + facts["width"]
    page.locator("#said").evaluate("said => { said.scrollTop = 0; }")
    add(web, 41)
    expect(page.get_by_text("The words of turn 41.")).to_be_attached()
    expect(page.get_by_text("The words of turn 41.")).not_to_be_in_viewport()
    expect(page.get_by_text("What is my balance?").last).to_be_in_viewport()


def test_a_tab_in_the_background_says_who_calls_in_its_title_and_that_somebody_does_in_a_notification(
    web: Web, open_page: Open
) -> None:
    ada = web.person("Ada", "agent", presence="available")
    page = open_page("ada@bank.test")
    page.add_init_script(NOT_LOOKED_AT)
    page.reload()
    expect(page.locator("#link")).to_have_text("Live")
    handoff = offer(web, ada)
    expect(page).to_have_title(re.compile("Grace Hopper is calling"))
    assert page.evaluate("notified") == ["A caller is here for you."]  # it may stand on a screen that others see
    web.handoffs.accept(handoff, ada)
    expect(page).to_have_title("In a call · Desk · Warmline")
    assert page.evaluate("notified") == ["A caller is here for you.", "closed"]
    page.locator("#end").click()
    expect(page).to_have_title("Wrap-up · Desk · Warmline")


def test_notifications_are_offered_on_the_page_until_they_are_answered(web: Web, open_page: Open) -> None:
    web.person("Ada", "agent")
    page = open_page("ada@bank.test")
    page.add_init_script(
        NOT_LOOKED_AT.replace('"granted"', '"default"')
        + "Notification.requestPermission = async () => { Notification.permission = 'granted'; };"
    )
    page.reload()
    page.get_by_role("button", name="Show notifications").click()
    expect(page.get_by_role("button", name="Show notifications")).to_be_hidden()


LONG = "Wilhelmina Featherstonehaugh-Cholmondeley van der Bruggen-Montgomery Esquire III"


@pytest.mark.parametrize("viewport", [NARROW, LAPTOP], ids=["390", "1280"])
def test_a_long_name_breaks_between_words_and_widens_nothing(web: Web, open_page: Open, viewport: ViewportSize) -> None:
    ada = web.person("Ada", "agent", presence="available")
    page = open_page("ada@bank.test", viewport=viewport)
    messages(web, 1)
    with web.sessions.begin() as tx:
        tx.get_one(Account, "grace").holder = LONG
    offer(web, ada)
    with web.sessions.begin() as tx:
        handoff = tx.get_one(Handoff, 1)
        handoff.brief = {**BRIEF, "caller": {"name": LONG}}
    web.live.publish(f"agent:{ada}", "offer", "1")
    expect(page.locator("#caller")).to_have_text(LONG)
    expect(page.locator("#own .lines")).to_contain_text(LONG)
    expect(page.locator("#messages strong")).to_have_text(LONG)
    expect(page.locator("#accept")).to_be_in_viewport(ratio=1)
    look(page, f"agent-long-name-{viewport['width']}")
    for place in ("#caller", "#own .lines span >> nth=0", "#messages strong"):
        assert cut_words(page, place) == [], place


def cut_words(page: Page, what: str) -> list[str]:
    """Words that stand on two lines, unless they were cut at their own hyphen."""
    found: list[str] = page.locator(what).evaluate(
        """one => {
          const text = document.createTreeWalker(one, NodeFilter.SHOW_TEXT).nextNode(), range = document.createRange();
          return [...text.data.matchAll(/[^\\s-]+/g)].filter(({ 0: word, index }) => {
            range.setStart(text, index);
            range.setEnd(text, index + word.length);
            return range.getClientRects().length > 1;
          }).map(([word]) => word);
        }"""
    )
    return found


def test_messages_say_a_number_once_and_the_silent_ones_are_closed_together(web: Web, open_page: Open) -> None:
    web.person("Ada", "agent")
    for number in range(3):
        web.call(sid := "CA" + f"{number:02d}" * 16, outcome="message", turns=False, verified=False)
        recording = web.recording(sid, kind="message")
        if number < 2:
            with web.sessions.begin() as tx:
                tx.get_one(Recording, recording).transcript = []
    page = open_page("ada@bank.test")
    tasks = page.locator("#messages .tasks > li")
    expect(tasks).to_have_count(3)
    expect(tasks.first).to_contain_text("What is my balance?")
    expect(tasks.last).to_contain_text("No words were heard in it.")
    numbers = [task.inner_text().count("+15550100001") for task in page.locator("#messages li > p:first-child").all()]
    assert numbers == [1, 1, 1]
    expect(page.locator("#messages")).not_to_contain_text("•••")
    page.get_by_role("button", name="Done with all 2 without words").click()
    expect(tasks).to_have_count(1)
    expect(tasks).to_contain_text("What is my balance?")
