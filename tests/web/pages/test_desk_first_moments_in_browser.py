"""The agent's page from its first moment: keys work before everything else is in."""

import pytest
from playwright.sync_api import Route, expect

from tests.harness import desk_browser
from tests.harness.browser import press
from tests.harness.desk_browser import Open
from tests.harness.web_pages import Web

pytestmark = pytest.mark.browser

web, streams = desk_browser.web, desk_browser.streams
address, open_page = desk_browser.address, desk_browser.open_page


def test_a_key_works_directly_after_the_sign_in(web: Web, open_page: Open) -> None:
    web.person("Ada", "agent")
    page = open_page("ada@bank.test")
    press(page, "v")
    expect(page.get_by_role("heading", name="You are next")).to_be_visible()


def test_a_key_works_while_the_phone_is_still_being_loaded(web: Web, open_page: Open) -> None:
    web.person("Ada", "agent")
    page = open_page("ada@bank.test")
    held: list[Route] = []
    page.context.route("**/phone_sdk.js", lambda route: held.append(route))
    page.reload(wait_until="commit")
    press(page, "v")
    expect(page.get_by_role("heading", name="You are next")).to_be_visible()
    assert held
