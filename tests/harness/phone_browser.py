"""The desk in a browser whose phone is the carrier's: its SDK's public interface is played by a fake in the page."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from ivr.carrier.chosen import make_browser_phone
from ivr.carrier.twilio import voice_sdk
from ivr.carrier.twilio.account import PhoneAccount
from ivr.clock import SystemClock
from ivr.web.bot_sound import BotSound
from ivr.web.event_streams import Hub, Streams
from ivr.web.front import make_front
from ivr.web.pages.phone import Phones
from tests.harness.asgi_server import served
from tests.harness.browser import WIDE, Scheme
from tests.harness.web_pages import PASSWORD, Make, Web

FAKE = Path(__file__).parents[1] / "web" / "phone" / "fake_voice_sdk.js"
ACCOUNT = PhoneAccount("AC" + "1" * 32, "SK" + "2" * 32, "very-secret-very-secret-very-sec", "AP" + "3" * 32)

Open = Callable[..., Page]


@pytest.fixture
def web(make_web: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Web:
    """The pages with the carrier's phone, whose script is the fake; the real one where a test asks for `real_sdk`."""
    real = "real_sdk" in request.fixturenames
    content = request.getfixturevalue("real_sdk") if real else FAKE.read_bytes()
    monkeypatch.setattr(voice_sdk, "SCRIPT_INTEGRITY", voice_sdk._integrity(content))
    path = voice_sdk.sdk_in(tmp_path).path
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return make_web(SystemClock(), phones=Phones(carrier=make_browser_phone(ACCOUNT, tmp_path)))


@pytest.fixture
def open_page(web: Web, browser: Browser, redis_url: str, tmp_path: Path) -> Iterator[Open]:
    """Sign in by the form, on a page whose clock the test may move; script errors fail the test."""
    none: Any = None  # no webhook is asked here
    streams, faults, contexts = Streams(web.app, Hub(redis_url)), [], []
    sound = BotSound(web.app, redis_url)
    with served(make_front(none, web.app, streams, streams.hub, tmp_path, [], sound)) as address:

        def open_(
            email: str = "ada@bank.test", scheme: Scheme = "light", viewport: ViewportSize = WIDE, before: str = "",
            script: Callable[[Route], None] | None = None,
        ) -> Page:  # fmt: skip
            context = browser.new_context(
                base_url=address, viewport=viewport, color_scheme=scheme, reduced_motion="reduce",
                permissions=["microphone"],
            )  # fmt: skip
            contexts.append(context)
            if script is not None:
                context.route("**/sdk-*.js", script)
            if before:
                context.add_init_script(before)
            page = context.new_page()
            page.set_default_timeout(10_000)
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda line: faults.append(line.text) if "Security Policy" in line.text else None)
            page.clock.install()
            page.goto("/sign-in")
            page.get_by_label("E-mail").fill(email)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            return page

        yield open_
        for context in contexts:
            context.close()
        assert faults == []


@pytest.fixture
def ada(web: Web, open_page: Open) -> Page:
    """Ada's desk, her phone ready."""
    web.person("Ada", "agent", presence="available")
    page = open_page()
    expect(state(page)).to_have_text("Phone ready")
    return page


def state(page: Page) -> Any:
    return page.locator("#phone-state")


def carrier(page: Page, does: str) -> Any:
    """`does` is JavaScript, with the newest `device` and `call`."""
    return page.evaluate(
        f"(() => {{ const device = fake.devices.at(-1), call = fake.calls.at(-1); return {does}; }})()"
    )


def ring(page: Page, sender: str = "+15550100001") -> None:
    carrier(page, f"device.invite('{sender}')")
    expect(state(page)).to_have_text("Ringing")


def in_call(page: Page) -> None:
    ring(page)
    page.get_by_role("button", name="Answer").click()
    expect(state(page)).to_have_text("In call")


def plugged(page: Page) -> None:
    headset, own = "['h', 'Headset']", "['o', 'Laptop']"
    carrier(page, f"device.audio.plug([{own}, {headset}], [{own}, {headset}])")
