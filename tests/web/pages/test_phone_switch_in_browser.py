"""The strip over the phone of the local switch: what it asks of the frame that carries the sound, and what it hears."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.harness import desk_browser
from tests.harness.desk_browser import PHONE, Open
from tests.harness.web_pages import Web

pytestmark = pytest.mark.browser

web, streams, address = desk_browser.web, desk_browser.streams, desk_browser.address
open_page = desk_browser.open_page

NOTES = (  # a phone that only writes down what it is asked
    "<html lang=en><title>Phone</title><body><script>globalThis.asked = [];"
    "addEventListener('message', ({ source, data }) => { globalThis.desk = source; asked.push(data); });</script>"
)


@pytest.fixture
def ada(web: Web, open_page: Open) -> Page:
    """Ada's desk, her phone in its frame."""
    web.person("Ada", "agent", presence="available")
    page = open_page("ada@bank.test")
    page.context.unroute(f"{PHONE}/**")
    page.context.route(f"{PHONE}/**", lambda route: route.fulfill(content_type="text/html", body=NOTES))
    page.reload()
    expect(page.locator("#link")).to_have_text("Live")
    page.frame_locator("iframe").locator("body").wait_for(state="attached")
    page.wait_for_function("document.querySelector('iframe')?.contentWindow !== null")
    was_asked(page, 1)
    tells(page, "state", state="idle", peer="", muted=False)
    expect(page.locator("#phone-state")).to_have_text("Phone ready")
    return page


def frame(page: Page) -> Any:
    found = page.frame(url=f"{PHONE}/**")
    assert found
    return found


def was_asked(page: Page, times: int) -> None:
    """Waits by the clock: a browser draws no picture of a frame that nobody sees, and would never look again."""
    frame(page).wait_for_function(f"globalThis.asked?.length >= {times}", polling=50)


def tells(page: Page, what: str, **more: object) -> None:
    frame(page).evaluate(f"desk.postMessage({json.dumps({'warmline': what, **more})}, '*')")


def asked(page: Page) -> list[dict[str, object]]:
    """All that the phone was asked, since it was greeted."""
    found: list[dict[str, object]] = frame(page).evaluate("asked")
    assert found[0] == {"warmline": "hello"}
    return found[1:]


def test_keys_mute_and_the_end_are_asked_of_the_phone(ada: Page) -> None:
    tells(ada, "state", state="connected", peer="+15550100001", muted=False)
    expect(ada.locator("#phone-peer")).to_have_text("+15550100001")
    ada.get_by_role("button", name="Keypad").click()
    ada.locator("#phone-pad").get_by_text("5", exact=True).click()
    ada.keyboard.press("#")
    ada.keyboard.press("Escape")
    ada.locator("#phone-mute").click()
    ada.locator("#phone-hang-up").click()
    assert asked(ada) == [
        {"warmline": "press", "digits": "5"},
        {"warmline": "press", "digits": "#"},
        {"warmline": "mute", "on": True},
        {"warmline": "hang_up"},
    ]
    tells(ada, "state", state="ended", status="completed", peer="", muted=False)
    expect(ada.locator("#phone-state")).to_have_text("Call ended")


def test_a_call_is_answered_declined_and_dialled_by_the_phone(ada: Page) -> None:
    tells(ada, "state", state="ringing", peer="+15550100001", muted=False)
    ada.locator("#phone-answer").click()
    ada.locator("#phone-decline").click()
    tells(ada, "state", state="ended", status="declined", peer="", muted=False)
    expect(ada.locator("#phone-state")).to_have_text("Declined")
    ada.get_by_role("button", name="Keypad").click()
    ada.get_by_label("Call a number").fill("+15550100009")
    ada.keyboard.press("Enter")
    assert asked(ada) == [{"warmline": "answer"}, {"warmline": "decline"}, {"warmline": "dial", "to": "+15550100009"}]


def test_devices_are_chosen_at_the_phone_and_again_after_a_reload(ada: Page) -> None:
    headset = {"id": "h", "name": "Headset"}
    devices: dict[str, object] = {"microphones": [headset], "speakers": [headset]}
    tells(ada, "devices", **devices, microphone="", speaker="")
    ada.get_by_role("button", name="Sound").click()
    ada.get_by_label("Microphone").select_option("Headset")
    ada.get_by_label("Loudspeaker").select_option("Headset")
    chosen = [{"warmline": "microphone", "id": "h"}, {"warmline": "speaker", "id": "h"}]
    assert asked(ada) == chosen
    ada.reload()
    expect(ada.locator("#link")).to_have_text("Live")
    ada.frame_locator("iframe").locator("body").wait_for(state="attached")
    was_asked(ada, 1)
    tells(ada, "devices", **devices, microphone="", speaker="")
    was_asked(ada, 3)
    assert asked(ada) == chosen


def test_what_the_phone_reports_is_told_and_what_another_page_says_is_not(ada: Page) -> None:
    tells(ada, "problem", text="That device cannot be used.")
    expect(ada.locator("#phone-problem")).to_have_text("That device cannot be used.")
    tells(ada, "state", state="connected", peer="+15550100001", muted=False)
    tells(ada, "level", microphone=0.5, speaker=0.25)
    expect(ada.locator("#phone-level")).to_have_js_property("value", 0.5)
    ada.evaluate("postMessage({ warmline: 'state', state: 'ended', status: 'failed' }, '*')")
    tells(ada, "level", microphone=0.5, speaker=0.75)
    expect(ada.locator("#phone-heard")).to_have_js_property("value", 0.75)
    expect(ada.locator("#phone-state")).to_have_text("In call")


def test_a_call_of_the_switch_is_left_without_a_question(ada: Page) -> None:
    tells(ada, "state", state="connected", peer="+15550100001", muted=False)
    expect(ada.locator("#phone-state")).to_have_text("In call")
    assert ada.evaluate("dispatchEvent(new Event('beforeunload', { cancelable: true }))")
