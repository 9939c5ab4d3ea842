"""The page of figures in a browser: readable by all, and from a figure to its calls by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.harness import desk_browser
from tests.harness.browser import look_everywhere
from tests.harness.desk_browser import Open
from tests.harness.month_of_facts import a_month
from tests.harness.web_pages import Web

pytestmark = [pytest.mark.browser, pytest.mark.slow]

web, streams = desk_browser.web, desk_browser.streams
address, open_page = desk_browser.address, desk_browser.open_page


def test_this_month_against_the_last_and_on_to_the_calls(web: Web, open_page: Open) -> None:
    web.person("Rosa", "reviewer", "supervisor", "agent", "admin")
    a_month(web)
    page = open_page("rosa@bank.test")
    page.goto("/quality/figures?period=month")
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("group", name="Figures day by day")).to_be_visible()
    look_everywhere(page, "figures")
    page.get_by_role("link", name="Those who called again (Resolved)").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/quality/?*flag=called-again*")
