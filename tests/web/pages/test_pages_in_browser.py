"""The pages in a real browser, fed by real server-sent events over a real Redis."""

import re

import pytest
from playwright.sync_api import expect

from ivr.store.models import Turn
from ivr.web.event_streams import Streams
from tests.harness import desk_browser
from tests.harness.browser import look, press
from tests.harness.desk_browser import Open, at_the_desk, offer
from tests.harness.handoff_world import World
from tests.harness.web_pages import CALL, Web

pytestmark = pytest.mark.browser

world, web, streams = desk_browser.world, desk_browser.web, desk_browser.streams
address, open_page = desk_browser.address, desk_browser.open_page


def test_seven_pages_of_one_browser_share_one_stream(web: Web, open_page: Open, streams: Streams) -> None:
    ada = web.person("Ada", "agent", presence="available")
    first = open_page("ada@bank.test")
    pages = [first, *(first.context.new_page() for _ in range(6))]
    for page in pages[1:]:
        page.goto("/agent/")
    for page in pages:
        expect(page.locator("#link")).to_have_attribute("data-state", "live")
    assert streams.open[ada] == 1
    offer(web, ada)
    for page in pages:
        expect(page.get_by_role("button", name=re.compile("Accept"))).to_be_visible(timeout=4_000)


def test_when_the_page_with_the_stream_is_closed_another_one_takes_it_over(web: Web, open_page: Open) -> None:
    ada = web.person("Ada", "agent", presence="available")
    first = open_page("ada@bank.test")
    expect(first.locator("#link")).to_have_attribute("data-state", "live")
    second = first.context.new_page()
    second.goto("/agent/")
    expect(second.locator("#link")).to_have_attribute("data-state", "live")
    with second.expect_request("**/events?**"):
        first.close()
    expect(second.locator("#link")).to_have_attribute("data-state", "live")
    offer(web, ada)
    expect(second.get_by_role("button", name=re.compile("Accept"))).to_be_visible(timeout=4_000)


def test_the_shared_stream_carries_the_words_of_the_call_that_a_later_page_follows(web: Web, open_page: Open) -> None:
    ada = web.person("Ada", "agent", presence="available")
    first = open_page("ada@bank.test")
    second = first.context.new_page()
    second.goto("/agent/")
    expect(second.locator("#link")).to_have_attribute("data-state", "live")
    offer(web, ada)
    expect(second.get_by_role("button", name=re.compile("Accept"))).to_be_visible(timeout=4_000)
    with web.sessions.begin() as tx:
        tx.add(Turn(call_sid=CALL, key="new", speaker="caller", text="Are you there?", start=40.0, end=41.0))
    web.live.publish(f"call:{CALL}", "turn")
    for page in (first, second):
        expect(page.get_by_text("Are you there?").first).to_be_visible(timeout=4_000)


def test_a_brief_appears_by_itself_and_is_accepted_by_key(web: Web, open_page: Open) -> None:
    ada = web.person("Ada", "agent", presence="available")
    page = open_page("ada@bank.test")
    expect(page.locator("#link")).to_have_text("Live")
    expect(page.get_by_role("heading", name="You are next")).to_be_visible()
    handoff = offer(web, ada)
    expect(page.get_by_role("heading", name="Grace Hopper")).to_be_visible()
    expect(page.locator("#accept")).to_be_focused()
    expect(page.locator("#announce")).to_contain_text("Incoming call: Grace Hopper")
    expect(page).to_have_title(re.compile("Grace Hopper is calling"))
    press(page, "a")
    expect(page.get_by_role("button", name="End the call")).to_be_visible()
    expect(page.get_by_role("heading", name="Grace Hopper")).to_be_focused()
    assert web.handoffs.asked == [("accept", handoff, ada)]


def test_words_appear_while_they_talk_and_survive_a_reload(web: Web, open_page: Open) -> None:
    ada = web.person("Ada", "agent", presence="available")
    page = open_page("ada@bank.test")
    offer(web, ada)
    page.locator("#accept").click()
    page.get_by_role("button", name="End the call").wait_for()
    with web.sessions.begin() as tx:
        tx.add(
            Turn(call_sid=CALL, key="later", speaker="agent", start=70, end=72, text="Hello Grace, I see the charge.")
        )
    web.live.publish(f"call:{CALL}", "turn")
    expect(page.locator("#said")).to_contain_text("I see the charge")
    page.reload()
    expect(page.locator("#said")).to_contain_text("I see the charge")
    page.get_by_role("button", name="End the call").click()
    expect(page.get_by_role("heading", name="Call ended")).to_be_focused()
    page.locator("#ready").click()
    expect(page.get_by_role("heading", name="You are next")).to_be_visible()


def test_accepting_on_the_page_answers_the_phone_beside_it(web: Web, open_page: Open) -> None:
    ada = web.person("Ada", "agent", presence="available")
    page = open_page("ada@bank.test")
    web.handoffs.accepting = "accepted"  # the phone still rings
    offer(web, ada)
    expect(page.frame_locator("iframe").locator("body")).to_have_text("ringing")
    page.locator("#accept").wait_for()
    press(page, "a")
    expect(page.frame_locator("iframe").locator("body")).to_have_text("answer")


def test_a_lost_race_is_told_and_stays_readable(web: Web, open_page: Open) -> None:
    ada = web.person("Ada", "agent", presence="available")
    page = open_page("ada@bank.test")
    offer(web, ada)
    page.locator("#accept").wait_for()
    web.handoffs.refuse = "taken"
    press(page, "a")
    expect(page.locator("#notice")).to_contain_text("A colleague took this call")


def test_a_lost_connection_is_shown_and_made_good(web: Web, open_page: Open) -> None:
    ada = web.person("Ada", "agent", presence="available")
    page = open_page("ada@bank.test")
    expect(page.locator("#link")).to_have_text("Live")
    page.context.set_offline(True)
    expect(page.locator("#lost")).to_be_visible(timeout=15_000)
    look(page, "agent-offline")
    offer(web, ada)  # while nobody listens
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="Grace Hopper")).to_be_visible()
    expect(page.locator("#lost")).to_be_hidden()


def test_the_words_follow_the_sound_and_the_sound_the_words(web: Web, open_page: Open) -> None:
    web.person("Rosa", "reviewer")
    web.call(outcome="handed-off")
    web.recording()
    page = open_page("rosa@bank.test")
    page.goto(f"/quality/calls/{CALL}")
    balance = page.locator("#live .turn", has_text="What is my balance?")
    balance.locator(".text").click()
    expect(balance).to_have_class(re.compile("now"))
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator("#live .turn", has_text="Please key")).to_have_class(re.compile("now"))
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#live .turn", has_text="(PIN)")).to_have_class(re.compile("now"))
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".clock .now")).to_have_text("0:07")
    page.get_by_role("button", name="From the recording").click()
    expect(page.locator("#recorded")).to_be_visible()
    expect(page.locator("#live")).to_be_hidden()


def test_every_deed_has_its_key_unless_one_types_or_has_none_of_it(web: Web, open_page: Open) -> None:
    ada = web.person("Ada", "agent", presence="on-call")
    web.call()
    web.handoff(ada, state="bridged")
    page = open_page("ada@bank.test")
    expect(page.locator("#link")).to_have_text("Live")
    press(page, "m")
    expect(page.locator(".eyebrow")).to_contain_text("you are muted")
    press(page, "n")
    page.keyboard.type("mh")
    expect(page.locator("#note-1")).to_have_value("mh")
    page.keyboard.press("Escape")
    press(page, "b")
    expect(page.locator("#number-1")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    look(page, "agent-keys")
    page.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    page.keyboard.press("Shift+E")
    expect(page.locator("#hold")).to_have_attribute("aria-pressed", "false")
    assert {deed for deed, *_ in web.handoffs.asked} <= {"writing"}


def test_what_is_half_written_survives_news_and_a_reload_and_goes_when_sent(web: Web, open_page: Open) -> None:
    ada = web.person("Ada", "agent", presence="on-call")
    web.call()
    web.handoff(ada, state="bridged")
    page = open_page("ada@bank.test")
    expect(page.locator("#link")).to_have_text("Live")
    page.locator("#note-1").fill("Wants the receipt by post")
    page.locator("#text-1 summary").click()
    page.locator("#sms-1").fill("Your case is 4711.")
    page.locator("#send-text").click()
    expect(page.locator("#notice")).to_contain_text("was sent")
    expect(page.locator("#note-1")).to_have_value("Wants the receipt by post")
    page.wait_for_timeout(1_500)
    assert page.evaluate("sessionStorage.length") == 0  # the server has the note, and what was sent is no draft
    page.reload()
    expect(page.locator("#note-1")).to_have_value("Wants the receipt by post")
    expect(page.locator("#sms-1")).to_have_value("")
    page.locator("#save-note").click()
    expect(page.locator("#note-1")).to_have_value("")
    expect(page.locator(".notes")).to_contain_text("Wants the receipt by post")


def test_a_transfer_by_key_is_seen_to_ring_survives_a_reload_and_is_taken_back(
    web: Web, world: World, open_page: Open
) -> None:
    _, bob = at_the_desk(web, world)
    page = open_page("ann@bank.test")
    expect(page.locator("#link")).to_have_text("Live")
    world.service.presence(bob, "available")
    expect(page.locator("#to-1 option")).to_have_count(2)
    press(page, "x")
    expect(page.locator("#why-1")).to_be_focused()
    look(page, "transfer-by-key")
    page.keyboard.type("Wants the fee explained")
    page.get_by_label("Colleague who is free").select_option(str(bob))
    page.get_by_role("button", name="Hold the caller and ring").click()
    expect(page.locator("#transfer-news")).to_contain_text("Bob’s phone rings with your note")
    expect(page.locator("#announce")).to_contain_text("Bob’s phone rings")
    expect(page.get_by_role("heading", name="Unknown caller")).to_be_focused()  # the button that was pressed is gone
    page.reload()
    expect(page.locator("#transfer-news")).to_contain_text("Bob’s phone rings")
    press(page, "c")
    expect(page.locator("#transfer-1")).to_be_attached()
    expect(page.locator("#transfer-news")).to_have_count(0)
    assert (world.presence(bob), world.state.held) == ("available", False)


def test_two_tabs_show_the_same_and_one_has_the_phone(web: Web, open_page: Open) -> None:
    ada = web.person("Ada", "agent", presence="available")
    first = open_page("ada@bank.test")
    expect(first.locator("iframe")).to_be_attached()
    second = first.context.new_page()
    second.goto("/agent/")
    expect(second.get_by_text("open in another tab")).to_be_visible()
    expect(second.locator("iframe")).not_to_be_attached()
    offer(web, ada)
    first.locator("#accept").wait_for()
    second.locator("#accept").click()
    expect(first.locator("#end")).to_be_visible()
    second.get_by_role("button", name="Use the phone here").click()
    expect(second.locator("iframe")).to_be_attached()
    expect(first.locator("iframe")).not_to_be_attached()
    second.close()
    expect(first.locator("iframe")).to_be_attached()


def test_the_board_stays_true_and_a_call_opens_beside_it(web: Web, open_page: Open) -> None:
    ada = web.person("Ada", "agent", presence="on-call")
    web.person("Sam", "supervisor")
    page = open_page("sam@bank.test")
    expect(page.locator("#link")).to_have_text("Live")
    web.call()
    web.handoff(ada, state="bridged")
    web.live.publish("desk", "handoff", "1")
    page.get_by_role("link", name="Grace Hopper with Ada").click()
    expect(page.locator("#said")).to_contain_text("What is my balance?")
    with web.sessions.begin() as tx:
        tx.add(Turn(call_sid=CALL, key="later", speaker="agent", start=70, end=72, text="I see the charge."))
    web.live.publish(f"call:{CALL}", "turn")
    expect(page.locator("#said")).to_contain_text("I see the charge")
    with web.sessions.begin() as tx:
        tx.add(Turn(call_sid=CALL, key="quick", speaker="bot", start=80, end=81, text="Yes.", latency={"total": 200}))
    web.live.publish("desk", "handoff", "1")
    expect(page.locator("#answers")).to_contain_text("Half of 3 answers")
    press(page, "c")
    expect(page.locator("#coach")).to_have_attribute("aria-pressed", "true")
    expect(page.frame_locator("iframe").locator("body")).to_have_text("answer")
    page.get_by_role("button", name="Take over").click()
    expect(page.get_by_text("You have this call")).to_be_visible()
