"""The strip of the browser phone over the carrier's SDK, whose public interface is played by a fake in the page."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize, expect

from ivr.carrier.chosen import make_browser_phone
from ivr.carrier.twilio import voice_sdk
from ivr.carrier.twilio.account import PhoneAccount
from ivr.clock import SystemClock
from ivr.store.models import Agent
from ivr.web.event_streams import Hub, Streams
from ivr.web.front import make_front
from ivr.web.pages.phone import Phones
from tests.harness.asgi_server import served
from tests.harness.browser import NARROW, WIDE, Scheme, look, press
from tests.harness.eventually import eventually
from tests.harness.web_pages import PASSWORD, Make, Web

pytestmark = pytest.mark.browser

FAKE = Path(__file__).parents[1] / "phone" / "fake_voice_sdk.js"
ACCOUNT = PhoneAccount("AC" + "1" * 32, "SK" + "2" * 32, "very-secret-very-secret-very-sec", "AP" + "3" * 32)
TOKEN = "**/agent/phone/token"
PERMISSION = (  # the browser's answer to whether the microphone may be used
    "Object.defineProperty(navigator, 'permissions',"
    " {{value: {{query: async () => ({{state: '{}', addEventListener() {{}}}})}}}})"
)

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
    with served(make_front(none, web.app, streams, streams.hub, tmp_path, [])) as address:

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


def test_a_phone_registers_with_a_token_of_ours(ada: Page) -> None:
    token = carrier(ada, "device.tokens[0]")
    assert token.count(".") == 2
    assert carrier(ada, "device.options.tokenRefreshMs") == 60_000
    assert carrier(ada, "device.state") == "registered"


def test_an_incoming_call_says_who_and_is_answered(ada: Page) -> None:
    ring(ada)
    expect(ada.locator("#phone-peer")).to_have_text("+15550100001")
    ada.get_by_role("button", name="Answer").press("Enter")
    expect(state(ada)).to_have_text("In call")
    assert carrier(ada, "call.status()") == "open"
    ada.clock.fast_forward(65_000)
    expect(ada.locator("#phone-timer")).to_have_text(re.compile("1:0[5-9]"))


def test_a_call_is_declined(ada: Page) -> None:
    ring(ada)
    ada.locator("#phone-decline").click()
    expect(state(ada)).to_have_text("Declined")
    assert carrier(ada, "call.status()") == "closed"
    ada.clock.fast_forward(7000)
    expect(state(ada)).to_have_text("Phone ready")


def test_a_caller_who_gives_up_is_told(ada: Page) -> None:
    ring(ada)
    carrier(ada, "call.over('cancel')")
    expect(state(ada)).to_have_text("The caller gave up")
    expect(ada.locator("#phone-answer")).to_be_hidden()


def test_what_rang_when_the_connection_was_lost_rings_no_more(ada: Page) -> None:
    ring(ada)
    carrier(ada, "(device.pending.clear(), device.move('unregistered'))")
    expect(ada.locator("#phone-answer")).to_be_hidden()


def test_hanging_up_ends_the_call(ada: Page) -> None:
    in_call(ada)
    ada.get_by_role("button", name="Hang up").click()
    expect(state(ada)).to_have_text("Call ended")
    assert carrier(ada, "call.status()") == "closed"


def test_what_is_accepted_on_the_page_is_answered_by_itself(web: Web, ada: Page) -> None:
    web.handoffs.accepting = "accepted"
    web.call()
    web.handoff(1)
    with web.sessions.begin() as tx:
        tx.get_one(Agent, 1).presence = "offered"
    web.live.publish("agent:1", "offer", "1")
    ring(ada)
    ada.locator("#accept").click()
    expect(state(ada)).to_have_text("In call")


def test_mute_in_the_page_and_on_the_phone_are_one(web: Web, ada: Page) -> None:
    in_call(ada)
    web.call()
    web.handoff(1, state="bridged")
    with web.sessions.begin() as tx:
        tx.get_one(Agent, 1).presence = "on-call"
    web.live.publish("agent:1", "handoff", "1")
    page, strip = ada.locator("#panel #mute"), ada.locator("#phone-mute")
    expect(page).to_have_attribute("aria-pressed", "false")
    expect(ada.locator("#phone-hang-up")).to_be_hidden()  # the page's end says goodbye to the caller
    strip.click()
    expect(page).to_have_attribute("aria-pressed", "true")
    assert carrier(ada, "call.isMuted()") is True
    press(ada, "m")
    expect(page).to_have_attribute("aria-pressed", "false")
    expect(strip).to_have_attribute("aria-pressed", "false")
    assert carrier(ada, "call.isMuted()") is False


def test_without_a_hand_off_mute_is_the_phones_alone(ada: Page) -> None:
    in_call(ada)
    ada.locator("#phone-mute").click()
    expect(ada.locator("#phone-mute")).to_have_text("Muted")
    assert carrier(ada, "call.isMuted()") is True
    ada.locator("#phone-hang-up").click()
    in_call(ada)
    expect(ada.locator("#phone-mute")).to_have_text("Mute")


def test_digits_are_sent_by_mouse_and_by_keyboard(ada: Page) -> None:
    in_call(ada)
    ada.get_by_role("button", name="Keypad").click()
    ada.locator("#phone-pad").get_by_text("1", exact=True).click()
    ada.locator("#phone-pad").get_by_label("pound").click()
    ada.keyboard.press("7")
    assert carrier(ada, "call.digits") == "1#7"
    ada.keyboard.press("Escape")
    expect(ada.locator("#phone-keys")).to_be_hidden()


def test_the_level_moves_with_the_voice(ada: Page) -> None:
    in_call(ada)
    carrier(ada, "call.emit('volume', 0.4, 0.7)")
    assert ada.locator("#phone-level").evaluate("one => one.value") == pytest.approx(0.4)
    assert ada.locator("#phone-heard").evaluate("one => one.value") == pytest.approx(0.7)


def test_a_call_that_loses_its_connection_says_so_and_comes_back(ada: Page) -> None:
    in_call(ada)
    carrier(ada, "(call.state = 'reconnecting', call.emit('reconnecting', new Error('lost')))")
    expect(state(ada)).to_have_text("Connection lost, trying again")
    carrier(ada, "(call.state = 'open', call.emit('reconnected'))")
    expect(state(ada)).to_have_text("In call")


def test_a_poor_connection_is_told_while_it_lasts(ada: Page) -> None:
    in_call(ada)
    expect(ada.locator("#phone-quality")).to_have_text("Good connection")
    carrier(ada, "call.emit('warning', 'high-packet-loss', {})")
    carrier(ada, "call.emit('warning', 'constant-audio-input-level', {})")
    expect(ada.locator("#phone-quality")).to_have_text("Sound gets lost, No sound from your microphone")
    carrier(ada, "call.emit('warning-cleared', 'high-packet-loss')")
    carrier(ada, "call.emit('warning-cleared', 'constant-audio-input-level')")
    expect(ada.locator("#phone-quality")).to_have_text("Good connection")


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


def plugged(page: Page) -> None:
    headset, own = "['h', 'Headset']", "['o', 'Laptop']"
    carrier(page, f"device.audio.plug([{own}, {headset}], [{own}, {headset}])")


def test_microphone_and_loudspeaker_are_chosen(ada: Page) -> None:
    plugged(ada)
    ada.get_by_role("button", name="Sound").click()
    ada.get_by_label("Microphone").select_option("Headset")
    ada.get_by_label("Loudspeaker").select_option("Headset")
    assert carrier(ada, "device.audio.inputs") == [], "the microphone stays shut until there is a call"
    assert carrier(ada, "[device.audio.speakerDevices.chosen, device.audio.ringtoneDevices.chosen]") == [["h"], ["h"]]
    ada.keyboard.press("Escape")
    in_call(ada)
    assert carrier(ada, "device.audio.inputs") == ["h"]
    ada.locator("#phone-hang-up").click()
    assert carrier(ada, "device.audio.inputs") == ["h", ""]


def test_a_headset_that_is_unplugged_in_a_call_is_told(ada: Page) -> None:
    plugged(ada)
    ada.get_by_role("button", name="Sound").click()
    ada.get_by_label("Microphone").select_option("Headset")
    in_call(ada)
    carrier(ada, "device.audio.plug([['o', 'Laptop']], [['o', 'Laptop']], [{deviceId: 'h', label: 'Headset'}])")
    expect(ada.locator("#phone-problem")).to_contain_text("Headset was unplugged")
    expect(ada.get_by_label("Microphone")).to_have_value("")
    expect(state(ada)).to_have_text("In call")


def test_where_the_browser_offers_no_loudspeakers_none_are_offered(ada: Page) -> None:
    carrier(ada, "(device.audio.isOutputSelectionSupported = false, device.audio.plug([['o', 'Laptop']], []))")
    ada.get_by_role("button", name="Sound").click()
    expect(ada.get_by_label("Loudspeaker")).to_be_hidden()


def test_a_refused_microphone_is_told_before_anybody_calls(web: Web, open_page: Open) -> None:
    web.person("Ada", "agent")
    page = open_page(before=PERMISSION.format("denied"))
    expect(page.locator("#phone-problem")).to_contain_text("The microphone is refused")


def test_a_microphone_that_is_refused_as_the_call_comes_is_told(ada: Page) -> None:
    carrier(ada, "fake.microphone = 31401")
    ring(ada)
    ada.get_by_role("button", name="Answer").click()
    expect(ada.locator("#phone-problem")).to_contain_text("The microphone is refused")
    expect(state(ada)).to_have_text("Call ended")


def test_a_microphone_that_was_never_asked_for_can_be_allowed_before_a_call(web: Web, open_page: Open) -> None:
    web.person("Ada", "agent")
    page = open_page(before=PERMISSION.format("prompt"))
    expect(page.get_by_role("button", name="Allow the microphone")).to_be_visible()


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


def test_a_number_is_called_from_the_strip(ada: Page) -> None:
    ada.get_by_role("button", name="Keypad").click()
    ada.get_by_label("Call a number").fill("+15550100009")
    ada.keyboard.press("Enter")
    expect(state(ada)).to_have_text("Calling")
    assert carrier(ada, "call.parameters") == {"To": "+15550100009"}
    carrier(ada, "call.open()")
    expect(state(ada)).to_have_text("In call")


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


def test_a_supervisor_has_the_strip_on_the_board(web: Web, open_page: Open) -> None:
    web.person("Sam", "supervisor")
    page = open_page("sam@bank.test")
    page.goto("/board/")
    expect(state(page)).to_have_text("Phone ready")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, ViewportSize(width=1024, height=768), NARROW])
def test_the_strip_in_each_state(web: Web, open_page: Open, scheme: Scheme, viewport: ViewportSize) -> None:
    web.person("Ada", "agent", presence="available")
    page = open_page(scheme=scheme, viewport=viewport)
    expect(state(page)).to_have_text("Phone ready")
    kind = f"{scheme}-{viewport['width']}"
    look(page, f"strip-ready-{kind}")
    assert page.locator("#phone").evaluate("one => one.offsetHeight") <= (60 if viewport["width"] > 800 else 120)
    in_call(page)
    carrier(page, "call.emit('volume', 0.4, 0.7)")
    carrier(page, "call.emit('warning', 'high-rtt', {})")
    look(page, f"strip-call-{kind}")
    if viewport["width"] > 800:
        carrier(page, "call.emit('warning', 'constant-audio-input-level', {})")
        assert page.locator("#phone").evaluate("one => one.offsetHeight") <= 60
    page.get_by_role("button", name="Keypad").click()
    look(page, f"strip-keys-{kind}")


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
