"""One tab has the phone; the others say so."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.harness import phone_browser
from tests.harness.phone_browser import carrier, in_call, state

pytestmark = pytest.mark.browser

web, open_page, ada = phone_browser.web, phone_browser.open_page, phone_browser.ada


def second_tab(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto("/agent/")
    return page


def test_a_second_tab_says_so_and_offers_to_take_the_phone(ada: Page) -> None:
    second = second_tab(ada.context)
    expect(second.locator("#phone-elsewhere")).to_contain_text("open in another tab")
    assert second.evaluate("globalThis.fake") is None, "one tab alone has a device"
    second.get_by_role("button", name="Use the phone here").click()
    expect(state(second)).to_have_text("Phone ready")
    expect(ada.locator("#phone-elsewhere")).to_be_visible()
    assert carrier(ada, "device.state") == "destroyed"
    second.close()
    ada.clock.run_for(600)
    expect(state(ada)).to_have_text("Phone ready")


def test_a_second_tab_does_not_take_the_phone_out_of_a_call(ada: Page) -> None:
    in_call(ada)
    second = second_tab(ada.context)
    expect(second.locator("#phone-elsewhere")).to_contain_text("in a call in another tab")
    expect(second.get_by_role("button", name="Use the phone here")).to_be_disabled()
    ada.bring_to_front()
    ada.locator("#phone-hang-up").click()
    expect(second.get_by_role("button", name="Use the phone here")).to_be_enabled()
