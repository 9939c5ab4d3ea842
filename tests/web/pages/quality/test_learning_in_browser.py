"""A reviewer says by keyboard what a caller meant, sees it on the turn and in the list, and takes it back."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from ivr.store.models import Correction, Turn
from tests.harness import desk_browser
from tests.harness.browser import NARROW, WIDE, Scheme, look
from tests.harness.desk_browser import Open
from tests.harness.web_pages import CALL, Web

pytestmark = pytest.mark.browser

web, streams = desk_browser.web, desk_browser.streams
address, open_page = desk_browser.address, desk_browser.open_page

WHY = {"flow": "open", "asked": "open", "ranked": [["balance", 0.8]], "named": [], "did": []}


def opened(web: Web, open_page: Open, scheme: Scheme = "light", viewport: ViewportSize = WIDE) -> Page:
    web.person("Quinn", "reviewer")
    web.call(outcome="handed-off")
    with web.sessions.begin() as tx:
        tx.query(Turn).filter(Turn.intent == "balance").update({"why": WHY})
    page = open_page("quinn@bank.test", scheme, viewport)
    page.goto(f"/quality/calls/{CALL}")
    return page


def teach(page: Page) -> None:
    """By keyboard alone."""
    page.locator(".why summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Should have been").focus()
    page.keyboard.type("Disp")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".turn", has_text="Quinn: should have been Dispute")).to_have_count(1)


def test_what_was_meant_is_said_by_keyboard_and_taken_back(web: Web, open_page: Open) -> None:
    page = opened(web, open_page)
    teach(page)
    page.goto("/quality/corrections")
    expect(page.locator("tbody tr")).to_contain_text(["Dispute"])
    page.locator("tbody .when a").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("should have been Dispute")).to_have_count(0)
    with web.sessions() as tx:
        assert tx.query(Correction).count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_form_and_the_list_look_right(web: Web, open_page: Open, viewport: ViewportSize, scheme: Scheme) -> None:
    page = opened(web, open_page, scheme, viewport)
    teach(page)
    page.locator(".why summary").click()
    look(page, f"corrected-{viewport['width']}-{scheme}")
    page.goto("/quality/corrections")
    look(page, f"corrections-{viewport['width']}-{scheme}")
