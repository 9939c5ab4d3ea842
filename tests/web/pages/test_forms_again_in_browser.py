"""A form that was sent when the sign-in had ended: what it asked for is done after signing in again, if one wants."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select, update

from ivr.store.models import Agent, Comment, SignIn
from tests.harness import desk_browser
from tests.harness.desk_browser import Open
from tests.harness.web_pages import CALL, PASSWORD, Web

pytestmark = pytest.mark.browser

web, streams = desk_browser.web, desk_browser.streams
address, open_page = desk_browser.address, desk_browser.open_page


def expire(web: Web) -> None:
    ago = web.clock.now() - timedelta(days=9)
    with web.sessions.begin() as tx:
        tx.execute(update(SignIn).values(seen_at=ago, expires_at=ago))


def signed_out(page: Page) -> None:
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    page.wait_for_load_state()  # its script has run


def sign_in_again(page: Page, name: str = "ada") -> None:
    signed_out(page)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail").fill(f"{name}@bank.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def fill(page: Page, name: str) -> None:
    for field, text in {"name": name, "email": f"{name.lower()}@bank.test", "phone": f"client:{name.lower()}"}.items():
        page.locator(f"#{field}").fill(text)


def names(web: Web) -> list[str]:
    with web.sessions() as tx:
        return sorted(tx.scalars(select(Agent.name)))


def test_a_person_who_was_added_too_late_is_added_after_signing_in(web: Web, open_page: Open) -> None:
    web.person("Ada", "admin")
    page = open_page("ada@bank.test")
    page.goto("/people/")
    fill(page, "Bob")
    expire(web)
    page.get_by_role("button", name="Add this person").click()
    sign_in_again(page)
    expect(page.locator("#not-done")).to_contain_text("was not done")
    assert names(web) == ["Ada"]
    page.get_by_role("button", name="Do it now").click()
    expect(page.get_by_text("Bob is added.")).to_be_visible()
    assert names(web) == ["Ada", "Bob"]
    page.goto("/people/")
    expect(page.locator("#not-done")).to_be_hidden()


def test_what_matters_is_done_once_one_has_proved_who_one_is(web: Web, open_page: Open) -> None:
    web.person("Ada", "admin")
    bob = web.person("Bob", "agent")
    page = open_page("ada@bank.test")
    page.goto(f"/people/{bob}")
    with web.sessions.begin() as tx:
        tx.execute(update(SignIn).values(proven_at=web.clock.now() - timedelta(hours=2)))
    page.get_by_role("button", name="Shut out").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Do it now").click()
    expect(page.get_by_text("Bob is shut out.")).to_be_visible()


def test_a_comment_survives_the_end_of_the_sign_in_and_comes_once(web: Web, open_page: Open) -> None:
    web.person("Ada", "reviewer")
    web.call(outcome="resolved")
    page = open_page("ada@bank.test")
    page.goto(f"/quality/calls/{CALL}")
    page.get_by_label("Your comment").fill("Calm and clear.")
    expire(web)
    page.get_by_role("button", name="Comment").click()
    sign_in_again(page)
    page.get_by_role("button", name="Do it now").click()
    expect(page.get_by_text("Calm and clear.")).to_be_visible()
    page.reload()
    with web.sessions() as tx:
        assert tx.scalar(select(func.count()).select_from(Comment)) == 1


def test_a_password_is_kept_nowhere_and_is_typed_again(web: Web, open_page: Open) -> None:
    web.person("Ada", "agent")
    page = open_page("ada@bank.test")
    page.goto("/me/")
    page.get_by_label("Present password").fill(PASSWORD)
    for field in page.locator("input[autocomplete=new-password]").all():
        field.fill("four quiet wooden spoons")
    expire(web)
    page.get_by_role("button", name="Change the password").click()
    signed_out(page)
    assert "spoons" not in page.evaluate("JSON.stringify(Object.entries(sessionStorage))")
    sign_in_again(page)
    expect(page.locator("#not-done")).to_contain_text("“Change the password” was not done")
    expect(page.get_by_role("button", name="Do it now")).to_be_hidden()


def test_what_was_done_or_refused_is_not_offered(web: Web, open_page: Open) -> None:
    web.person("Ada", "admin")
    page = open_page("ada@bank.test")
    page.goto("/people/")
    fill(page, "Ada")
    page.get_by_role("button", name="Add this person").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    page.goto("/people/")
    expect(page.locator("#not-done")).to_be_hidden()
    assert page.evaluate("sessionStorage.length") == 0


def test_nobody_is_offered_what_another_person_asked_for(web: Web, open_page: Open) -> None:
    web.person("Ada", "admin")
    web.person("Eve", "admin")
    page = open_page("ada@bank.test")
    page.goto("/people/")
    fill(page, "Bob")
    expire(web)
    page.get_by_role("button", name="Add this person").click()
    sign_in_again(page, "eve")
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    expect(page.locator("#not-done")).to_be_hidden()
