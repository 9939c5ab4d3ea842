"""Doors for people in a real browser: passkeys with the browser's own authenticator, and how the pages look."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from ivr.clock import SystemClock
from tests.harness.browser import look_everywhere
from tests.harness.web_pages import PASSWORD, Make, Web

pytestmark = pytest.mark.browser
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def web(make_web: Make) -> Iterator[Web]:
    """The pages as they are served under a name: an address of numbers has no passkeys."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    clock: Any = SystemClock()
    web = make_web(clock, public_url=f"http://localhost:{port}")
    server = make_server("127.0.0.1", port, web.app, threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    web.app.config["AT"] = f"http://localhost:{port}"
    yield web
    server.shutdown()


@pytest.fixture
def context(browser: Browser, web: Web) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=web.app.config["AT"], reduced_motion="reduce")
    yield context
    context.close()


def page_of(context: BrowserContext, faults: list[str]) -> Page:
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    return page


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()


def test_a_passkey_is_made_signs_in_stands_in_for_the_code_and_is_removed(web: Web, context: BrowserContext) -> None:
    web.person("Rosa", "reviewer")
    faults: list[str] = []
    page = page_of(context, faults)
    keys = context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    authenticator = keys.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]

    sign_in(page, "rosa@bank.test")
    page.get_by_role("link", name="Your page").click()
    page.get_by_label("what shall it be called").fill("Laptop")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("Laptop").first).to_be_visible()
    sign_out(page)

    page.get_by_role("button", name="Use a passkey").click()  # without address and password
    expect(page.get_by_role("heading", name="Calls", exact=True)).to_be_visible()
    sign_out(page)

    sign_in(page, "rosa@bank.test")  # the password alone is not enough now
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("heading", name="Calls", exact=True)).to_be_visible()

    page.get_by_role("link", name="Your page").click()
    page.get_by_role("button", name="Remove the passkey Laptop").click()
    expect(page.get_by_text("Laptop")).to_have_count(0)
    sign_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("not known here")).to_be_visible()
    keys.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})
    assert faults == []


def test_a_passkey_of_one_person_is_no_second_factor_of_another(web: Web, context: BrowserContext) -> None:
    faults: list[str] = []
    page = page_of(context, faults)
    keys = context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    for name in ("Rosa", "Quinn"):
        web.person(name, "reviewer")
        device = keys.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]
        sign_in(page, f"{name.lower()}@bank.test")
        page.get_by_role("link", name="Your page").click()
        page.get_by_role("button", name="Make a passkey").click()
        expect(page.get_by_text("not used yet")).to_be_visible()
        sign_out(page)
        if name == "Rosa":
            keys.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})
    sign_in(page, "rosa@bank.test")
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_text("No passkey was used")).to_be_visible()
    page.goto("/quality/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert faults == []


def test_the_app_is_set_up_with_a_picture_and_used(web: Web, context: BrowserContext) -> None:
    web.person("Rosa", "reviewer")
    faults: list[str] = []
    page = page_of(context, faults)
    sign_in(page, "rosa@bank.test")
    page.get_by_role("link", name="Your page").click()
    page.get_by_role("link", name="Set it up").click()
    page.get_by_text("Or type the secret").click()
    totp = pyotp.TOTP(page.locator(".secret").inner_text())
    page.get_by_label("Code", exact=True).fill(totp.now())
    page.get_by_role("button", name="Switch it on").click()
    recovery = page.locator(".recovery code").all_inner_texts()
    page.get_by_role("link", name="I have them").click()
    sign_out(page)
    sign_in(page, "rosa@bank.test")
    page.get_by_label("Code of your app").fill(recovery[0])
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Calls", exact=True)).to_be_visible()
    assert faults == []


@pytest.mark.timeout(300)
def test_the_pages_are_for_everyone(web: Web, context: BrowserContext) -> None:
    for name, roles in (("Eve", ("admin",)), ("Ann", ("agent",)), ("Quinn", ("reviewer",))):
        web.person(name, *roles)
    faults: list[str] = []
    page = page_of(context, faults)
    page.goto("/sign-in")
    look_everywhere(page, "sign-in")
    sign_in(page, "eve@bank.test")
    for path, name in (
        ("/me/", "own"),
        ("/me/codes", "codes"),
        ("/people/", "people"),
        ("/people/2", "person"),
        ("/prove", "prove"),
    ):
        page.goto(path)
        look_everywhere(page, name)
    page.goto("/people/2")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link", exact=True).input_value()
    look_everywhere(page, "link")
    page.goto("/people/3")
    page.get_by_role("button", name="Shut out").click()
    look_everywhere(page, "shut-out")
    page.goto(link)
    look_everywhere(page, "password")
    page.goto("/me/codes")
    page.get_by_text("Or type the secret").click()
    totp = pyotp.TOTP(page.locator(".secret").inner_text())
    page.get_by_label("Code", exact=True).fill(totp.now())
    page.get_by_role("button", name="Switch it on").click()
    look_everywhere(page, "recovery")
    page.goto("/me/")
    sign_out(page)
    sign_in(page, "eve@bank.test")
    look_everywhere(page, "second")
    assert faults == []
