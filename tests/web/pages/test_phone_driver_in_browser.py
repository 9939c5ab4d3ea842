"""The browser phone over the carrier's SDK: tokens, connections and faults, as the SDK tells of them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from ivr.carrier.twilio import voice_sdk
from tests.harness import phone_browser
from tests.harness.eventually import eventually
from tests.harness.phone_browser import FAKE, Open, carrier, in_call, ring, state
from tests.harness.web_pages import Web

pytestmark = pytest.mark.browser

web, open_page, ada = phone_browser.web, phone_browser.open_page, phone_browser.ada

TOKEN = "**/agent/phone/token"


def test_a_phone_registers_with_a_token_of_ours(ada: Page) -> None:
    token = carrier(ada, "device.tokens[0]")
    assert token.count(".") == 2
    assert carrier(ada, "device.options.tokenRefreshMs") == 60_000
    assert carrier(ada, "device.state") == "registered"


def test_what_rang_when_the_connection_was_lost_rings_no_more(ada: Page) -> None:
    ring(ada)
    carrier(ada, "(device.pending.clear(), device.move('unregistered'))")
    expect(ada.locator("#phone-answer")).to_be_hidden()


def test_a_call_that_loses_its_connection_says_so_and_comes_back(ada: Page) -> None:
    in_call(ada)
    carrier(ada, "(call.state = 'reconnecting', call.emit('reconnecting', new Error('lost')))")
    expect(state(ada)).to_have_text("Connection lost, trying again")
    carrier(ada, "(call.state = 'open', call.emit('reconnected'))")
    expect(state(ada)).to_have_text("In call")


def test_a_token_about_to_expire_is_followed_by_the_next(ada: Page) -> None:
    with ada.expect_response(TOKEN):
        carrier(ada, "device.emit('tokenWillExpire', device)")
    eventually(lambda: carrier(ada, "device.tokens.length") == 2)
    expect(state(ada)).to_have_text("Phone ready")


def test_the_next_token_is_asked_for_until_it_comes(ada: Page) -> None:
    ada.route(TOKEN, lambda route: route.abort())
    with ada.expect_event("requestfailed"):
        carrier(ada, "device.emit('tokenWillExpire', device)")
    assert carrier(ada, "device.tokens.length") == 1
    ada.unroute(TOKEN)
    ada.clock.run_for(6000)
    eventually(lambda: carrier(ada, "device.tokens.length") == 2)


@pytest.mark.parametrize("code", [20101, 20104, 31204, 31205])
def test_a_token_that_expired_in_the_laptops_sleep_is_replaced(ada: Page, code: int) -> None:
    carrier(ada, f"(device.move('unregistered'), device.emit('error', Object.assign(new Error(), {{code: {code}}})))")
    expect(state(ada)).to_have_text("Phone not connected")
    ada.clock.fast_forward(5100)
    eventually(lambda: carrier(ada, "device.tokens.length") == 2)
    expect(state(ada)).to_have_text("Phone ready")
    expect(ada.locator("#phone-problem")).to_be_hidden()


def test_a_lost_connection_is_tried_again_until_it_is_there(ada: Page) -> None:
    carrier(ada, "(fake.refuses = 53000, device.move('unregistered'))")
    expect(state(ada)).to_have_text("Phone not connected")
    ada.clock.fast_forward(5100)
    expect(state(ada)).to_have_text("Phone not connected")
    carrier(ada, "fake.refuses = 0")
    ada.clock.fast_forward(5100)
    expect(state(ada)).to_have_text("Phone ready")


def test_who_is_signed_out_is_told_that_nothing_rings(ada: Page) -> None:
    ada.route(TOKEN, lambda route: route.fulfill(status=401))
    carrier(ada, "device.emit('tokenWillExpire', device)")
    expect(ada.locator("#phone-problem")).to_contain_text("You are signed out")


def test_a_fault_of_the_carriers_is_told_in_words(ada: Page) -> None:
    carrier(ada, "device.emit('error', Object.assign(new Error('x'), {code: 31001}))")
    expect(ada.locator("#phone-problem")).to_contain_text("TWILIO_TWIML_APP_SID")


def test_a_script_that_does_not_load_is_tried_again(web: Web, open_page: Open) -> None:
    web.person("Ada", "agent")
    failed: list[Route] = []

    def once(route: Route) -> None:
        if failed:
            route.continue_()
        else:
            failed.append(route)
            route.abort()

    page = open_page(script=once)
    expect(page.locator("#phone-problem")).to_contain_text("did not load")
    page.clock.fast_forward(5100)
    expect(state(page)).to_have_text("Phone ready")
    expect(page.locator("#phone-problem")).to_be_hidden()


@pytest.fixture(scope="module")
def real_sdk() -> bytes:
    """The carrier's own script, where it was installed on this machine."""
    script = voice_sdk.sdk_in(Path("var"))
    if not voice_sdk.is_installed(script):
        pytest.skip("the carrier's script is not here (warmline setup phone)")
    return script.path.read_bytes()


def test_the_real_script_has_all_that_the_fake_plays(browser: Browser, real_sdk: bytes) -> None:
    page = browser.new_page()
    page.add_script_tag(content=real_sdk.decode())
    page.evaluate("globalThis.real = { Device: Twilio.Device, Call: Twilio.Call }")
    page.add_script_tag(content=FAKE.read_text())
    missing = page.evaluate(
        """() => {
          const own = new Set(['move', 'invite', 'open', 'over', 'plug', 'constructor', 'emit']);
          const of = (fake, real, name) => Object.getOwnPropertyNames(fake.prototype)
            .filter((one) => !own.has(one) && !(one in real.prototype)).map((one) => `${name}.${one}`);
          return [...of(Twilio.Device, real.Device, 'Device'), ...of(Twilio.Call, real.Call, 'Call')];
        }"""
    )
    assert missing == []
    page.close()


def test_the_real_script_loads_by_our_policy_and_says_that_the_carrier_is_not_reached(
    real_sdk: bytes, web: Web, open_page: Open
) -> None:
    web.person("Ada", "agent")
    page = open_page()
    expect(state(page)).to_have_text(re.compile("Phone (connecting|not connected)"))
    assert page.evaluate("Twilio.Device.packageName") == voice_sdk.PACKAGE
    assert page.evaluate("Twilio.Device.version") == voice_sdk.VERSION
