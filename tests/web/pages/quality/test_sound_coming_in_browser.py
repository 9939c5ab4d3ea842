"""A recording that cannot be heard yet comes to the page by itself, and takes nothing away that is being written."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from ivr.store.models import Recording
from tests.harness import desk_browser
from tests.harness.desk_browser import Open
from tests.harness.web_pages import CALL, Web

pytestmark = pytest.mark.browser

web, streams = desk_browser.web, desk_browser.streams
address, open_page = desk_browser.address, desk_browser.open_page


def masked(web: Web, redaction: str | None) -> None:
    with web.sessions.begin() as tx:
        tx.execute(update(Recording).values(redaction=redaction))


@pytest.fixture
def page(web: Web, open_page: Open) -> Page:
    web.person("Quinn", "reviewer")
    web.call()
    web.recording()
    masked(web, None)
    page = open_page("quinn@bank.test")
    page.goto(f"/quality/calls/{CALL}")
    expect(page.get_by_text("Secrets are being taken out of the sound.")).to_be_visible()
    return page


def test_the_sound_comes_once_it_is_proved_without_secrets(web: Web, page: Page) -> None:
    masked(web, "proved")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_who_writes_is_asked_first(web: Web, page: Page) -> None:
    comment = page.get_by_role("textbox").first
    comment.fill("Was this the amount?")
    masked(web, "proved")
    expect(page.get_by_text("The recording can be heard now.")).to_be_visible()
    expect(page.get_by_text("Secrets are being taken out")).to_be_hidden()
    expect(comment).to_have_value("Was this the amount?")


def test_nothing_is_looked_for_that_will_not_come(web: Web, page: Page) -> None:
    masked(web, "withheld")
    expect(page.get_by_text("The sound is withheld")).to_be_visible()  # the page came anew by itself
    expect(page.locator("[data-coming]")).to_have_count(0)
