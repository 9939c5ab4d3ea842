"""Nothing that an agent types is lost, and nothing that they type is obeyed."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select, update

from ivr.store.models import Agent, Draft, Note, SignIn
from tests.harness import desk_browser
from tests.harness.browser import press
from tests.harness.desk_browser import Open
from tests.harness.eventually import eventually
from tests.harness.handoff_world import CALLER, World
from tests.harness.web_pages import PASSWORD, Web

pytestmark = pytest.mark.browser

world, web, streams = desk_browser.world, desk_browser.web, desk_browser.streams
address, open_page = desk_browser.address, desk_browser.open_page


def in_wrap_up(web: Web, world: World, open_page: Open) -> tuple[Page, int]:
    ann = web.person("Ann", "agent", presence="available")
    world.bridged()
    world.leaves("caller", CALLER)
    page = open_page("ann@bank.test")
    expect(page.get_by_role("heading", name="Call ended")).to_be_visible()
    expect(page.locator("#link")).to_have_text("Live")
    return page, ann


def notes(web: Web) -> list[str]:
    with web.sessions() as tx:
        return list(tx.scalars(select(Note.text).order_by(Note.id)))


def drafts(web: Web) -> list[str]:
    with web.sessions() as tx:
        return [str(fields) for fields in tx.scalars(select(Draft.fields))]


def expire(web: Web) -> None:
    ago = web.clock.now() - timedelta(days=9)
    with web.sessions.begin() as tx:
        tx.execute(update(SignIn).values(seen_at=ago, expires_at=ago))


def sign_in_again(page: Page) -> None:
    page.get_by_label("E-mail").fill("ann@bank.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrap_up_that_ends_keeps_the_note_and_the_rest_of_the_sentence_works_nothing(
    web: Web, world: World, open_page: Open
) -> None:
    page, ann = in_wrap_up(web, world, open_page)
    page.locator("#note-1").press_sequentially("They want the receipt by post, ")
    page.wait_for_timeout(1_200)
    with web.sessions.begin() as tx:
        tx.get_one(Agent, ann).wrap_up_until = web.clock.now()
    world.service.wrap_up_over(ann)
    expect(page.get_by_role("heading", name="You are next")).to_be_visible()
    page.keyboard.type("ok by the way", delay=60)
    page.wait_for_timeout(1_500)
    page.keyboard.type("ky", delay=60)  # long after: their state is theirs to choose, once they look at it
    page.wait_for_timeout(500)
    assert notes(web) == ["They want the receipt by post,"]
    assert world.presence(ann) == "available"
    expect(page.locator("#kept")).to_contain_text("They want the receipt by post")
    page.keyboard.press("Escape")
    press(page, "k")
    expect(page.get_by_role("heading", name="On a break")).to_be_visible()


def test_who_writes_is_given_time(web: Web, world: World, open_page: Open) -> None:
    page, ann = in_wrap_up(web, world, open_page)
    with web.sessions.begin() as tx:
        tx.get_one(Agent, ann).wrap_up_until = web.clock.now() + timedelta(seconds=3)
    page.locator("#note-1").press_sequentially("They want")
    page.wait_for_timeout(1_500)
    with web.sessions() as tx:
        until = tx.get_one(Agent, ann).wrap_up_until
    assert until is not None
    assert until - web.clock.now() > timedelta(seconds=15)
    page.locator("#note-1").press_sequentially(" the receipt")
    expect(page.locator("#note-1")).to_have_value("They want the receipt")


def test_a_break_asked_for_in_a_call_or_its_wrap_up_does_not_skip_how_it_ended(
    web: Web, world: World, open_page: Open
) -> None:
    web.person("Ann", "agent", presence="available")
    world.bridged()
    page = open_page("ann@bank.test")
    press(page, "k")
    expect(page.locator("#own")).to_contain_text("Your break begins after this call and its wrap-up")
    world.leaves("caller", CALLER)
    expect(page.get_by_role("group", name="How did it end?")).to_be_visible()
    press(page, "v")  # no break after all
    expect(page.get_by_role("heading", name="You are next")).to_be_visible()


def test_a_break_asked_for_in_the_wrap_up_begins_once_it_is_done(web: Web, world: World, open_page: Open) -> None:
    page, ann = in_wrap_up(web, world, open_page)
    press(page, "k")
    expect(page.locator("#panel")).to_contain_text("Your break begins in")
    expect(page.locator("#presence-break")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Solved", exact=True).check()
    press(page, "r")
    expect(page.get_by_role("heading", name="On a break")).to_be_visible()
    with web.sessions() as tx:
        assert tx.scalars(select(Note.text).where(Note.kind == "outcome")).all() == ["solved"]
    assert world.presence(ann) == "break"


def test_what_is_written_while_a_note_is_being_sent_is_kept(web: Web, world: World, open_page: Open) -> None:
    page, _ = in_wrap_up(web, world, open_page)
    page.locator("#note-1").press_sequentially("They want")
    held: list[Route] = []
    page.route("**/wrap-up", lambda route: held.append(route))
    page.locator("#ready").click()
    page.locator("#note-1").press_sequentially(" the receipt")
    held[0].continue_()
    expect(page.get_by_role("heading", name="You are next")).to_be_visible()
    eventually(lambda: any("They want the receipt" in text for text in [*notes(web), *drafts(web)]))


def test_what_is_typed_before_the_scripts_of_a_slow_page_is_kept_with_what_was_there(
    web: Web, world: World, open_page: Open
) -> None:
    page, _ = in_wrap_up(web, world, open_page)
    page.route("**/drafts/note", lambda route: route.abort())  # the line is bad: this tab alone has it
    page.locator("#note-1").press_sequentially("They want the receipt")
    slow: list[Route] = []
    page.route("**/drafts.js*", lambda route: slow.append(route))
    page.reload(wait_until="commit")
    page.locator("#note-1").press_sequentially(" by post")
    expect(page.locator("#note-1")).to_have_value(" by post")
    page.unroute("**/drafts/note")
    while not slow:  # the driver tells of it while it is asked for something
        page.wait_for_timeout(20)
    slow[0].continue_()
    expect(page.locator("#note-1")).to_have_value("They want the receipt by post")
    eventually(lambda: drafts(web) == ["{'text': 'They want the receipt by post'}"])


def test_a_page_that_has_just_come_obeys_no_letter_yet(web: Web, world: World, open_page: Open) -> None:
    ann = web.person("Ann", "agent", presence="available")
    page = open_page("ann@bank.test")
    page.goto("/agent/", wait_until="domcontentloaded")
    page.keyboard.press("y")
    page.locator("html[data-keys=on]").wait_for()
    assert world.presence(ann) == "available"
    page.keyboard.press("y")
    expect(page.get_by_role("heading", name="Away")).to_be_visible()


def test_a_click_wakes_no_key_on_a_page_that_has_just_come(web: Web, world: World, open_page: Open) -> None:
    ann = web.person("Ann", "agent", presence="available")
    page = open_page("ann@bank.test")
    page.goto("/agent/", wait_until="domcontentloaded")
    page.mouse.click(5, 400)
    page.keyboard.press("y")
    page.locator("html[data-keys=on]").wait_for()
    assert world.presence(ann) == "available"


def test_a_key_whose_meaning_has_just_changed_sleeps(web: Web, world: World, open_page: Open) -> None:
    page, ann = in_wrap_up(web, world, open_page)
    world.service.presence(ann, "away")
    world.service.finish_wrap_up(ann)
    expect(page.get_by_role("heading", name="Away")).to_be_visible()
    page.keyboard.press("v")
    page.wait_for_timeout(300)
    assert world.presence(ann) == "away"
    press(page, "v")
    expect(page.get_by_role("heading", name="You are next")).to_be_visible()


def test_what_was_written_survives_the_end_of_the_sign_in_which_says_why_and_leads_back(
    web: Web, world: World, open_page: Open
) -> None:
    page, ann = in_wrap_up(web, world, open_page)
    page.locator("#note-1").fill("They want the receipt")
    expire(web)
    page.evaluate("document.getElementById('presence-break').click()")  # before the page has heard of it
    expect(page.locator("#why-over")).to_contain_text("You were signed out because")
    sign_in_again(page)
    expect(page).to_have_url(re.compile("/agent/$"))
    expect(page.locator("#note-1")).to_have_value("They want the receipt")
    expect(page.locator("#not-done")).to_contain_text("“Break” was not done")
    assert world.presence(ann) == "wrap-up"
    page.get_by_role("button", name="Do it now").click()
    expect(page.locator("#panel")).to_contain_text("Your break begins in")
    page.locator("#ready").click()
    expect(page.get_by_role("heading", name="On a break")).to_be_visible()
    assert notes(web) == ["They want the receipt"]


def test_a_draft_is_there_in_another_browser(web: Web, world: World, open_page: Open) -> None:
    page, _ = in_wrap_up(web, world, open_page)
    page.locator("#note-1").fill("They want the receipt")
    page.get_by_label("Solved", exact=True).check()
    page.wait_for_timeout(1_500)
    with web.sessions() as tx:
        assert tx.scalars(select(Draft.fields)).all() == [{"text": "They want the receipt", "outcome": "solved"}]
    other = open_page("ann@bank.test")
    expect(other.locator("#note-1")).to_have_value("They want the receipt")
    expect(other.get_by_label("Solved", exact=True)).to_be_checked()


def test_two_tabs_that_write_into_one_field_lose_none_of_it(web: Web, world: World, open_page: Open) -> None:
    page, ann = in_wrap_up(web, world, open_page)
    other = page.context.new_page()
    other.goto("/agent/")
    for tab, words in ((page, "They want"), (other, "Call the bank"), (page, " the receipt")):
        tab.locator("#note-1").press_sequentially(words)
        tab.wait_for_timeout(1_500)
    world.service.finish_wrap_up(ann)
    kept = "\n".join(notes(web))
    assert "They want the receipt" in kept
    assert "Call the bank" in kept


def test_a_token_of_an_older_sign_in_is_renewed_and_the_click_is_done_once(
    web: Web, world: World, open_page: Open
) -> None:
    page, _ = in_wrap_up(web, world, open_page)
    page.evaluate("document.querySelector('meta[name=csrf-token]').content = 'of an older sign-in'")
    page.locator("#presence-break").click()
    expect(page.locator("#panel")).to_contain_text("Your break begins in")
