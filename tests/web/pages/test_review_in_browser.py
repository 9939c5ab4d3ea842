"""A reviewer at one call, in a browser: moments, words, keys, comments, and a link to a moment."""

import re

import pytest
from playwright.sync_api import Page, expect

from ivr.store.models import Comment, Recording, Turn
from tests.harness import desk_browser
from tests.harness.desk_browser import Open
from tests.harness.web_pages import CALL, Web

pytestmark = pytest.mark.browser

web, streams = desk_browser.web, desk_browser.streams
address, open_page = desk_browser.address, desk_browser.open_page

WHY = {
    "flow": "open",
    "asked": "open",
    "ranked": [["balance", 0.8], ["payment", 0.1]],
    "named": [],
    "did": ["say pin.ask/1"],
}


@pytest.fixture
def page(web: Web, open_page: Open) -> Page:
    web.person("Rosa", "reviewer")
    web.call(outcome="handed-off")
    web.recording(seconds=40)
    with web.sessions.begin() as tx:
        tx.query(Recording).update({"peaks": [[9, 200] * 80, [0, 60] * 80]})
        tx.query(Turn).filter(Turn.intent == "balance").update({"why": WHY})
    page = open_page("rosa@bank.test")
    page.goto(f"/quality/calls/{CALL}")
    return page


def turn(start: float, speaker: str) -> Turn:
    """Twelve words in three seconds."""
    words = [
        {"word": f"word{n}", "start": start + n / 5, "end": start + n / 5 + 0.2, "confidence": 0.9} for n in range(12)
    ]
    text = " ".join(f"word{n}" for n in range(12))
    row = Turn(call_sid=CALL, key=f"x{start}", speaker=speaker, text=text, start=start, end=start + 3, words=words)
    row.confidence = 0.9
    return row


def now(page: Page) -> str:
    return page.locator(".clock .now").inner_text()


def test_a_moment_is_reached_by_its_button_and_by_key(page: Page) -> None:
    moments = page.locator(".moments li")
    expect(moments.filter(has_text="Bot cut off")).to_have_count(1)
    page.get_by_role("button", name="0:10").click()
    assert now(page) == "0:10"
    page.keyboard.press("n")
    assert now(page) == "0:14"
    page.keyboard.press("p")
    assert now(page) == "0:10"


def test_a_click_on_a_word_goes_to_that_word(page: Page) -> None:
    page.locator(".word", has_text="Acme").click()
    assert page.locator(".track input").input_value() == "25.2"


def test_both_channels_have_their_picture(page: Page) -> None:
    expect(page.locator(".track path.wave")).to_have_count(2)


def test_why_the_bot_did_what_it_did_is_one_click_away(page: Page) -> None:
    page.locator(".why summary").click()
    why = page.locator(".why")
    expect(why).to_contain_text(re.compile("Balance 80 %, Payment 10 %"))
    expect(why).to_contain_text("said “pin.ask”")


def test_a_comment_on_a_moment_is_kept_and_leads_back_to_it(page: Page, web: Web) -> None:
    page.locator(".word", has_text="Acme").click()
    page.keyboard.press("c")
    page.keyboard.type("She said Acme Books, card 4111 1111 1111 1111.")
    page.get_by_role("button", name="Comment", exact=True).click()
    note = page.locator(".notes li", has_text="Acme Books")
    expect(note).to_contain_text("Rosa")
    expect(note).not_to_contain_text("4111")
    assert now(page) == "0:25"
    page.keyboard.press("Home")
    note.get_by_role("button", name="0:25").click()
    assert now(page) == "0:25"
    note.get_by_role("button", name="Remove").click()
    expect(page.locator(".notes li", has_text="Acme Books")).to_have_count(0)
    with web.sessions() as tx:
        assert tx.query(Comment).count() == 0


def test_letters_in_a_comment_do_nothing_to_the_player(page: Page) -> None:
    page.locator("#comment-text").focus()
    page.keyboard.type("n s p > <")
    assert now(page) == "0:00"
    expect(page.locator("[data-do=skip]")).to_have_attribute("aria-pressed", "false")


def test_speed_and_skipping_have_keys(page: Page) -> None:
    page.keyboard.press(">")
    expect(page.locator(".speed")).to_have_value("1.25")
    page.keyboard.press("s")
    expect(page.locator("[data-do=skip]")).to_have_attribute("aria-pressed", "true")


def test_a_link_to_a_moment_opens_there(page: Page) -> None:
    page.goto(f"/quality/calls/{CALL}?t=24.5")
    assert now(page) == "0:25"
    expect(page.locator(".turn.now")).to_contain_text("Acme")


def test_somebody_elses_comment_cannot_be_removed(page: Page, web: Web) -> None:
    other = web.person("Quinn", "reviewer")
    with web.sessions.begin() as tx:
        tx.add(Comment(call_sid=CALL, agent_id=other, at=web.clock.now(), start=None, text="Well done."))
    page.reload()
    note = page.locator(".notes li", has_text="Well done.")
    expect(note).to_be_visible()
    expect(note.get_by_role("button", name="Remove")).to_have_count(0)


def test_a_call_of_half_an_hour_opens_with_all_its_turns(page: Page, web: Web) -> None:
    with web.sessions.begin() as tx:
        tx.add_all(turn(60.0 + 4 * number, ("caller", "agent")[number % 2]) for number in range(400))
        tx.query(Recording).update({"peaks": [[9, 200] * 3600] * 2, "seconds": 1800.0})
    page.goto(f"/quality/calls/{CALL}")
    expect(page.locator(".track")).to_be_visible()
    timing = page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive")
    print(f"a call of half an hour was usable after {timing:.0f} ms")
    expect(page.locator("#live .turn")).to_have_count(406)
