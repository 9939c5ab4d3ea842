"""A sign-in that ends: the page says why, keeps what was asked for, and leaves no error in the console."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from ivr.store.models import SignIn
from ivr.web.event_streams import Hub, Streams
from tests.harness import desk_browser
from tests.harness.desk_browser import PHONE, SIMPLE_PHONE, Open
from tests.harness.web_pages import Web

pytestmark = pytest.mark.browser

web, address, open_page = desk_browser.web, desk_browser.address, desk_browser.open_page


@pytest.fixture
def streams(web: Web, redis_url: str) -> Streams:
    """They ask within four seconds, and not before two, whether the sign-in still lasts."""
    return Streams(web.app, Hub(redis_url), heartbeat=4.0)


def errors_of(page: Page) -> list[str]:
    found: list[str] = []
    page.on("console", lambda line: found.append(line.text) if line.type in ("error", "warning") else None)
    return found


def expire(web: Web) -> None:
    ago = web.clock.now() - timedelta(days=9)
    with web.sessions.begin() as tx:
        tx.execute(update(SignIn).values(seen_at=ago, expires_at=ago))


@pytest.mark.parametrize("where", ["/agent/", "/call-backs/"])
def test_a_sign_in_that_ends_leads_away_with_a_word_and_without_an_error(web: Web, open_page: Open, where: str) -> None:
    web.person("Ada", "agent", "supervisor")
    page = open_page("ada@bank.test")
    page.goto(where)
    expect(page.locator("#link")).to_have_text("Live")
    page.wait_for_timeout(800)  # nothing is under way
    errors = errors_of(page)
    expire(web)
    expect(page.locator("#why-over")).to_contain_text("You were signed out because")
    expect(page).to_have_url(re.compile("/sign-in"))
    assert errors == []


def test_a_page_with_a_phone_that_loads_slowly_has_a_console_without_errors(web: Web, open_page: Open) -> None:
    web.person("Ada", "agent")
    page = open_page("ada@bank.test")

    def slowly(route: object) -> None:
        page.wait_for_timeout(700)
        route.fulfill(content_type="text/html", body=SIMPLE_PHONE)  # type: ignore[attr-defined]

    page.context.unroute(f"{PHONE}/**")
    page.context.route(f"{PHONE}/**", slowly)
    errors = errors_of(page)
    page.reload()
    expect(page.locator("#phone-state")).to_have_text("Ringing")
    page.locator("#phone-answer").click()
    expect(page.frame_locator("iframe").locator("body")).to_have_text("answer")
    assert errors == []
