"""Every state of every page is readable by all: nothing for axe to find, in three widths, light and dark."""

import re
from datetime import datetime, timedelta
from functools import partial

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from ivr.carrier.callbacks import CardUpdate
from ivr.desk.bot_brake import Brakes
from ivr.quality import facts_store
from ivr.store.models import Agent, Call, CallBack, Offer, SignIn, Turn
from tests.fakes.fake_carrier import leg
from tests.harness import desk_browser
from tests.harness.browser import look_everywhere, press
from tests.harness.desk_browser import QUIET_PHONE, Open, at_the_desk, offer
from tests.harness.handoff_world import CALLER, World
from tests.harness.web_pages import CALL, Web

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

world, web, streams = desk_browser.world, desk_browser.web, desk_browser.streams
address, open_noisily = desk_browser.address, desk_browser.open_page


@pytest.fixture
def open_page(open_noisily: Open) -> Open:
    """Pages whose phone is ready, and rings only where a test says so."""
    return partial(open_noisily, phone=QUIET_PHONE)


def phone(page: Page, state: str) -> None:
    """The phone in the page rings, talks or rests."""
    page.frame_locator("iframe").locator("body").evaluate("(_, state) => be(state, '+15550100001')", state)


def test_a_desk_without_a_call(web: Web, open_page: Open) -> None:
    ada = web.person("Ada", "agent", presence="available")
    page = open_page("ada@bank.test")
    expect(page.locator("#link")).to_have_text("Live")
    look_everywhere(page, "agent-idle")
    second = page.context.new_page()
    second.goto("/agent/")
    second.get_by_text("open in another tab").wait_for()
    look_everywhere(second, "agent-second-tab")
    second.close()
    page.bring_to_front()
    page.get_by_role("button", name="Keypad").click()
    look_everywhere(page, "agent-keypad")
    page.keyboard.press("Escape")
    page.locator("#presence-break").click()
    page.get_by_role("heading", name="On a break").wait_for()
    web.call("CA" + "2" * 32, outcome="message")
    web.handoff(None, "CA" + "2" * 32, state="message-taken")
    web.recording("CA" + "2" * 32, kind="message")
    web.handoff(None, web.call("CA" + "6" * 32), state="parked")
    web.live.publish("desk", "handoff", "1")
    page.reload()
    look_everywhere(page, "agent-break-with-message")
    page.locator("#presence-away").click()
    page.get_by_role("heading", name="Away").wait_for()
    look_everywhere(page, "agent-away")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    look_everywhere(page, "agent-keys")
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    expect(page.locator("#lost")).to_be_visible(timeout=15_000)
    look_everywhere(page, "agent-offline")
    assert ada


def test_a_call_at_the_desk(web: Web, open_page: Open) -> None:
    ada = web.person("Ada", "agent", presence="available")
    page = open_page("ada@bank.test")
    expect(page.locator("#link")).to_have_text("Live")
    handoff = offer(web, ada)
    page.locator("#accept").wait_for()
    phone(page, "ringing")
    look_everywhere(page, "agent-ringing")
    web.handoffs.refuse = "taken"
    page.locator("#accept").click()
    page.get_by_text("A colleague took this call").wait_for()
    look_everywhere(page, "agent-taken")
    web.handoffs.refuse = ""
    page.reload()
    page.locator("#accept").click()
    page.locator("#end").wait_for()
    phone(page, "connected")
    look_everywhere(page, "agent-talking")
    page.locator(f"#text-{handoff} summary").click()
    page.locator(f"#back-{handoff} summary").click()
    page.locator(f"#note-{handoff}").fill("Wants the receipt by post")
    page.locator("#mute").click()
    expect(page.locator(".eyebrow")).to_contain_text("you are muted")
    page.locator("#hold").click()
    expect(page.locator(".eyebrow")).to_contain_text("Caller on hold")
    look_everywhere(page, "agent-held-and-writing")
    page.locator("#end").click()
    page.get_by_role("heading", name="Call ended").wait_for()
    phone(page, "idle")
    look_everywhere(page, "agent-wrap-up")


def test_a_call_that_is_not_yet_briefed_and_not_verified(web: Web, open_page: Open) -> None:
    ada = web.person("Ada", "agent", presence="offered")
    web.call(verified=False, turns=False)
    web.handoff(ada, brief=False)
    page = open_page("ada@bank.test")
    page.get_by_text("The rest of the brief").wait_for()
    look_everywhere(page, "agent-ringing-unbriefed")


def test_a_missed_call(web: Web, world: World, open_page: Open) -> None:
    at_the_desk(web, world)
    world.leaves("caller", CALLER)
    page = open_page("ann@bank.test")
    page.get_by_role("heading", name="Call ended").wait_for()
    page.locator("#note-1").fill("They want the receipt by post")
    page.wait_for_timeout(1_500)
    with world.sessions.begin() as tx:
        tx.get_one(Agent, 1).wrap_up_until = world.clock.now()
    world.service.wrap_up_over(1)
    page.get_by_role("heading", name="You are next").wait_for()
    look_everywhere(page, "agent-note-kept")
    web.handoff(1, web.call(), state="parked")
    at = web.clock.now()
    with web.sessions.begin() as tx:
        offer = tx.scalars(select(Offer).where(Offer.handoff_id == 2)).one()
        offer.outcome, offer.ended_at = "no-answer", at
        agent = tx.get_one(Agent, 1)
        agent.presence, agent.presence_since = "away", at
    page.reload()
    page.get_by_role("heading", name="Away: you missed a call").wait_for()
    look_everywhere(page, "agent-missed")


def test_a_card_payment(web: Web, open_page: Open) -> None:
    ada = web.person("Ada", "agent", presence="on-call")
    web.call()
    web.handoff(ada, state="bridged")
    page = open_page("ada@bank.test")
    expect(page.locator("#link")).to_have_text("Live")
    press(page, "p")
    page.get_by_label(re.compile("The minimum")).check()
    look_everywhere(page, "card-asked")
    page.get_by_role("button", name="Take card payment").click()
    expect(page.locator(".steps [aria-current]")).to_contain_text("Card number")
    expect(page.locator("#announce")).to_have_text("The caller keys in: card number")
    web.cards.update(1, CardUpdate(required=("expiration-date", "security-code"), error=""))
    web.cards.update(1, CardUpdate(required=("expiration-date", "security-code"), error="invalid-date"))
    expect(page.locator(".steps [aria-current]")).to_contain_text("Expiry date again")
    look_everywhere(page, "card-keyed")
    web.cards.update(1, CardUpdate(result="success", confirmation="48213377"))
    expect(page.locator(".pay")).to_contain_text("Confirmation 48213377")
    look_everywhere(page, "card-paid")


def test_a_transfer(web: Web, world: World, open_page: Open) -> None:
    _, bob = at_the_desk(web, world)
    page, beside = (open_page(f"{name}@bank.test") for name in ("ann", "bob"))
    page.locator("#transfer-1 summary").click()
    look_everywhere(page, "transfer-nobody")
    world.service.presence(bob, "available")
    page.get_by_label("Colleague who is free").select_option(str(bob))
    page.locator("#why-1").fill("Wants the fee explained")
    look_everywhere(page, "transfer-whom")
    page.locator("#transfer").click()
    page.locator("#transfer-news", has_text="Bob’s phone rings").wait_for()
    look_everywhere(page, "transfer-ringing")
    beside.get_by_text("Transfer from Ann").wait_for()
    look_everywhere(beside, "transfer-asked")
    bob_comes(world)
    page.locator("#transfer-news", has_text="You talk with Bob alone").wait_for()
    look_everywhere(page, "transfer-alone")
    news, head = (page.locator(what).bounding_box() for what in ("#transfer-news", ".brief-head"))
    assert news
    assert head
    assert news["width"] == head["width"]
    beside.locator("#transfer-news", has_text="Ann briefs you").wait_for()
    look_everywhere(beside, "transfer-briefed")
    page.locator("#together").click()
    page.locator("#transfer-news", has_text="hear each other").wait_for()
    look_everywhere(page, "transfer-together")
    beside.locator("#transfer-news", has_text="hear each other").wait_for()
    look_everywhere(beside, "transfer-second")


def test_the_board(web: Web, open_page: Open) -> None:
    sam = web.person("Sam", "supervisor")
    page = open_page("sam@bank.test")
    look_everywhere(page, "board-quiet")
    furnish_board(web)
    web.supervision.announce("Card payments are slow this morning. We are on it.", sam)
    page.goto("/board/?call=1")
    look_everywhere(page, "board")
    page.locator("#listen").click()
    expect(page.locator("#listen")).to_have_attribute("aria-pressed", "true")
    look_everywhere(page, "board-listening")
    page.goto(f"/board/?sid={'CA' + '8' * 32}")
    page.locator("#take-from-bot").wait_for()
    look_everywhere(page, "board-bot-call")
    web.supervision.refuse = "the call is over"
    page.locator("#take-from-bot").click()
    page.get_by_text("the call is over").first.wait_for()
    look_everywhere(page, "board-refused")


def test_the_call_backs(web: Web, open_page: Open) -> None:
    web.person("Ada", "agent", presence="available")
    page = open_page("ada@bank.test")
    page.goto("/call-backs/")
    look_everywhere(page, "call-backs-empty")
    web.call()
    now = web.clock.now()
    promised(web, now + timedelta(hours=1))
    promised(web, now - timedelta(minutes=10), number="+15550199999")
    promised(web, now, state="trying")
    page.goto("/call-backs/")
    page.locator("#cancel-1 summary").click()
    look_everywhere(page, "call-backs")


def test_the_calls_of_reviewers(web: Web, open_page: Open) -> None:
    web.person("Rosa", "reviewer")
    page = open_page("rosa@bank.test")
    page.get_by_role("heading", name="Calls", exact=True).wait_for()
    look_everywhere(page, "quality-empty")
    web.call(outcome="handed-off")
    web.recording()
    web.handoff(web.person("Adelaide Featherstonehaugh-Cholmondeley", "agent"), state="bridged")
    with web.sessions.begin() as tx:
        facts_store.keep(tx, CALL)
    page.goto("/quality/")
    look_everywhere(page, "quality-calls")
    page.goto("/quality/?q=acme+-refund&agent=&rating=none&wait=&longer=0:10&range=today&flag=odd")
    page.get_by_label("Name of this search").fill("Acme this week")
    page.get_by_role("button", name="Keep").click()
    page.locator("mark").wait_for()
    page.get_by_text("Acme this week").click()
    look_everywhere(page, "quality-search")
    page.goto("/quality/?q=zebra&range=today")
    look_everywhere(page, "quality-nothing-found")
    page.goto(f"/quality/calls/{CALL}")
    page.locator("#live .turn", has_text="from Acme").locator(".text").click()
    look_everywhere(page, "quality-call")
    page.goto("/quality/calls/nothing")
    look_everywhere(page, "not-found")
    page.goto("/board/")
    look_everywhere(page, "not-yours")


def test_a_sign_in_that_is_refused_or_over_and_a_fault(
    web: Web, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("nobody@bank.test")
    page.locator("#error").wait_for()
    look_everywhere(page, "sign-in-refused")
    web.person("Ada", "agent", presence="available")
    page = open_page("ada@bank.test")
    page.get_by_role("heading", name="You are next").wait_for()
    ago = web.clock.now() - timedelta(days=9)
    with web.sessions.begin() as tx:
        tx.execute(update(SignIn).values(seen_at=ago, expires_at=ago))
    page.goto("/agent/")
    page.locator("#why-over").wait_for()
    look_everywhere(page, "sign-in-over")
    monkeypatch.setitem(web.app.view_functions, "people.sign_in", broken)
    page.goto("/sign-in")
    page.get_by_role("heading", name="Something went wrong").wait_for()
    look_everywhere(page, "fault")


def broken() -> str:
    raise RuntimeError("the database is gone")


def furnish_board(web: Web) -> None:
    """A busy hour: three at the desk, one talks, two wait, one brake is on."""
    for nth, (name, presence) in enumerate([("Bob", "on-call"), ("Mia", "break"), ("Noor", "available")], 3):
        agent = web.person(name, "agent", presence=presence)
        for part, minutes in [("available", 40), ("on-call", 25 + 11 * nth), ("wrap-up", 4 + nth), ("break", 15)]:
            web.spell(agent, part, minutes)
    with web.sessions() as tx:
        bob = tx.scalars(select(Agent.id).where(Agent.name == "Bob")).one()
    web.call("CA" + "5" * 32)
    web.handoff(bob, "CA" + "5" * 32, state="bridged")
    for sign, verified in (("6", True), ("7", False)):
        web.call("CA" + sign * 32, verified=verified)
        web.handoff(None, "CA" + sign * 32, state="parked")
    web.call("CA" + "8" * 32)
    with web.sessions.begin() as tx:
        call = tx.get_one(Call, "CA" + "8" * 32)
        call.stage, call.dialogue = "dialogue", {"wanted": ["balance"]}
    waits = (180, 240, 310, 380, 420, 440, 460, 470, 490, 530, 560, 590, 620, 680, 740, 820, 960, 1240, 1700)
    with web.sessions.begin() as tx:
        for nth, wait in enumerate(waits, 30):
            more = {"start": nth, "text": "One moment.", "latency": {"total": wait}}
            tx.add(Turn(call_sid="CA" + "7" * 32, key=f"bot{nth}", speaker="bot", **more))
    Brakes(web.sessions, web.clock, web.live).put_on("payment", "quality", "5 of the last 10 calls went badly")


def promised(web: Web, at: datetime, number: str = "+15550100001", state: str = "booked") -> None:
    """Grace took a call-back, which missed her once."""
    attempts = [{"at": web.clock.now().isoformat(), "outcome": "no-answer", "handoff": 1}]
    with web.sessions.begin() as tx:
        tx.add(
            CallBack(
                call_sid=CALL, number=number, place_at=at, booked_at=at, booked_by="caller",
                next_at=at if state == "booked" else None,
                state=state, tries=1, outcome="no-answer", attempts=attempts,
            )
        )  # fmt: skip


def bob_comes(world: World) -> None:
    world.hook("2/agent", CallSid=leg(2))
    world.hook("2/accept", CallSid=leg(2), Digits="1")
    world.joins("agent-2", leg(2))
