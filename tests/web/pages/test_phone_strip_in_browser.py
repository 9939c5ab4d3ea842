"""The strip of the browser phone: what it says, and what its buttons do."""

import re

import pytest
from playwright.sync_api import Dialog, Page, ViewportSize, expect
from sqlalchemy import update

from ivr.store.models import Agent, SignIn
from tests.harness import phone_browser
from tests.harness.browser import MIDDLE, NARROW, WIDE, Scheme, look, press
from tests.harness.phone_browser import Open, carrier, in_call, plugged, ring, state
from tests.harness.web_pages import Web

pytestmark = pytest.mark.browser

web, open_page, ada = phone_browser.web, phone_browser.open_page, phone_browser.ada

PERMISSION = (  # the browser's answer to whether the microphone may be used
    "Object.defineProperty(navigator, 'permissions',"
    " {{value: {{query: async () => ({{state: '{}', addEventListener() {{}}}})}}}})"
)


def test_an_incoming_call_says_who_and_is_answered(ada: Page) -> None:
    ring(ada)
    expect(ada.locator("#phone-peer")).to_have_text("+15550100001")
    ada.locator("html[data-keys=on]").wait_for()
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


def test_a_poor_connection_is_told_while_it_lasts(ada: Page) -> None:
    in_call(ada)
    expect(ada.locator("#phone-quality")).to_have_text("Good connection")
    carrier(ada, "call.emit('warning', 'high-packet-loss', {})")
    carrier(ada, "call.emit('warning', 'constant-audio-input-level', {})")
    expect(ada.locator("#phone-quality")).to_have_text("Sound gets lost, No sound from your microphone")
    carrier(ada, "call.emit('warning-cleared', 'high-packet-loss')")
    carrier(ada, "call.emit('warning-cleared', 'constant-audio-input-level')")
    expect(ada.locator("#phone-quality")).to_have_text("Good connection")


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


def test_what_was_chosen_is_used_again_whenever_it_is_there(ada: Page) -> None:
    plugged(ada)
    ada.get_by_role("button", name="Sound").click()
    ada.get_by_label("Microphone").select_option("Headset")
    ada.get_by_label("Loudspeaker").select_option("Headset")
    ada.reload()
    expect(state(ada)).to_have_text("Phone ready")
    carrier(ada, "device.audio.plug([['o', 'Laptop']], [['o', 'Laptop']])")
    ada.get_by_role("button", name="Sound").click()
    expect(ada.get_by_label("Microphone")).to_have_value("")
    plugged(ada)
    expect(ada.get_by_label("Microphone")).to_have_value("h")
    expect(ada.get_by_label("Loudspeaker")).to_have_value("h")
    assert carrier(ada, "device.audio.speakerDevices.chosen") == ["h"]
    in_call(ada)
    assert carrier(ada, "device.audio.inputs") == ["h"]


def test_a_device_that_cannot_be_used_is_not_tried_without_end(ada: Page) -> None:
    ada.evaluate("localStorage.setItem('warmline-sound', JSON.stringify({microphone: 'h', speaker: 'h'}))")
    ada.reload()
    expect(state(ada)).to_have_text("Phone ready")
    carrier(
        ada,
        "(device.audio.tries = 0, device.audio.speakerDevices.set = async () => {"
        " device.audio.tries += 1; throw new Error(); }, null)",
    )
    plugged(ada)
    expect(ada.locator("#phone-problem")).to_contain_text("That loudspeaker cannot be used")
    in_call(ada)
    assert carrier(ada, "device.audio.tries") == 1
    expect(ada.get_by_label("Loudspeaker")).to_have_value("")


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


def asked_before_leaving(page: Page) -> bool:
    """Whether the browser asks before the page is left."""
    return bool(page.evaluate("!dispatchEvent(new Event('beforeunload', { cancelable: true }))"))


def test_whoever_leaves_the_page_in_a_call_that_this_would_cut_is_asked_first(ada: Page) -> None:
    assert not asked_before_leaving(ada)
    ring(ada)
    assert not asked_before_leaving(ada)
    ada.get_by_role("button", name="Answer").click()
    expect(state(ada)).to_have_text("In call")
    assert asked_before_leaving(ada)
    carrier(ada, "(call.state = 'reconnecting', call.emit('reconnecting', new Error('lost')))")
    assert asked_before_leaving(ada)
    carrier(ada, "(call.state = 'open', call.emit('reconnected'))")
    questions: list[str] = []

    def leave(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.accept()

    ada.once("dialog", leave)
    ada.reload()
    assert questions == ["beforeunload"]
    expect(state(ada)).to_have_text("Phone ready")
    in_call(ada)
    ada.locator("#phone-hang-up").click()
    expect(state(ada)).to_have_text("Call ended")
    assert not asked_before_leaving(ada)


def test_a_sign_in_that_ends_in_a_call_does_not_cut_it(web: Web, ada: Page) -> None:
    in_call(ada)
    with web.sessions.begin() as tx:
        tx.execute(update(SignIn).values(ended_at=web.clock.now()))
    ada.locator("#presence-break").click()
    expect(ada.locator("#notice")).to_contain_text("You were signed out. Your call goes on.")
    expect(state(ada)).to_have_text("In call")
    with web.sessions.begin() as tx:
        tx.execute(update(SignIn).values(ended_at=None))  # as by signing in again in another tab
    ada.clock.run_for(6000)
    ada.locator("#presence-break").click()
    expect(ada.get_by_role("heading", name="On a break")).to_be_visible()
    expect(ada.locator("#notice")).to_be_hidden()


def test_a_sign_in_that_has_ended_leads_away_once_the_call_is_over(web: Web, ada: Page) -> None:
    in_call(ada)
    with web.sessions.begin() as tx:
        tx.execute(update(SignIn).values(ended_at=web.clock.now()))
    ada.locator("#presence-break").click()
    expect(ada.locator("#notice")).to_contain_text("You were signed out.")
    ada.locator("#phone-hang-up").click()
    ada.clock.run_for(6000)
    expect(ada).to_have_url(re.compile("/sign-in"))


def test_nothing_is_clipped_when_a_call_has_ended(ada: Page) -> None:
    in_call(ada)
    ada.locator("#phone-hang-up").click()
    clipped = ada.locator("#phone").evaluate(
        """strip => [strip, ...strip.querySelectorAll(":scope :not(.unseen, .unseen *)")]
          .filter((one) => one.checkVisibility() && getComputedStyle(one).display !== "inline")
          .filter((one) => one.scrollHeight > one.clientHeight + 1).map((one) => one.outerHTML)"""
    )
    assert clipped == []
    expect(ada.locator("#phone iframe")).to_have_count(0)
    expect(state(ada)).to_have_text("Call ended")
    expect(state(ada)).to_be_in_viewport(ratio=1)


def test_a_number_is_called_from_the_strip(ada: Page) -> None:
    ada.get_by_role("button", name="Keypad").click()
    ada.get_by_label("Call a number").fill("+15550100009")
    ada.keyboard.press("Enter")
    expect(state(ada)).to_have_text("Calling")
    assert carrier(ada, "call.parameters") == {"To": "+15550100009"}
    carrier(ada, "call.open()")
    expect(state(ada)).to_have_text("In call")


def test_a_supervisor_has_the_strip_on_the_board(web: Web, open_page: Open) -> None:
    web.person("Sam", "supervisor")
    page = open_page("sam@bank.test")
    page.goto("/board/")
    expect(state(page)).to_have_text("Phone ready")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, MIDDLE, NARROW])
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
