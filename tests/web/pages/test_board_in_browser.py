"""The board in a browser: dense, whatever people are called, and with the newest words in view."""

import pytest
from playwright.sync_api import Page, expect
from redis import Redis

from ivr.channels.listening import SOUND
from ivr.store.models import Account, Call, Turn
from tests.harness import desk_browser
from tests.harness.browser import look_everywhere, press
from tests.harness.desk_browser import Open
from tests.harness.eventually import eventually
from tests.harness.web_pages import CALL, Web

pytestmark = pytest.mark.browser

web, streams = desk_browser.web, desk_browser.streams
address, open_page = desk_browser.address, desk_browser.open_page

# what comes out of the page's loudspeaker, of all contexts that are open
HEARD = """
const ears = [];
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...more) {
  if (to instanceof AudioDestinationNode) {
    const ear = new AnalyserNode(this.context);
    connect.call(this, ear);
    ears.push(ear);
  }
  return connect.call(this, to, ...more);
};
let most = 0;
window.loudest = () => {
  for (const ear of ears) {
    const sound = new Float32Array(ear.fftSize);
    ear.getFloatTimeDomainData(sound);
    most = Math.max(most, ...sound.map(Math.abs));
  }
  return most;
};
"""
LOUD = b"\x90"  # mu-law, nearly half of full scale
LONG = "Wilhelmina Featherstonehaugh-Cholmondeley van der Bruggen-Montgomery Esquire III"


def with_bot(web: Web, sid: str = CALL, turns: int = 0) -> None:
    web.call(sid, turns=False)
    with web.sessions.begin() as tx:
        call = tx.get_one(Call, sid)
        call.stage, call.dialogue = "dialogue", {"wanted": ["balance"]}
        tx.add_all(said(sid, number) for number in range(turns))


def said(sid: str, number: int) -> Turn:
    who = "caller" if number % 2 else "bot"
    return Turn(
        call_sid=sid, key=f"n{number}", speaker=who, start=number, text=f"These are The words of turn {number}."
    )


def heights(page: Page, selector: str) -> list[float]:
    return [box["height"] for one in page.locator(selector).all() if (box := one.bounding_box()) is not None]


def test_long_names_take_one_line_and_stand_whole_in_the_title(web: Web, open_page: Open) -> None:
    web.person("Sam", "supervisor")
    web.handoff(web.person(LONG, "agent", presence="on-call"), web.call(), state="bridged")
    with web.sessions.begin() as tx:
        tx.get_one(Account, "grace").holder = LONG
    with_bot(web, "CA" + "2" * 32)
    page = open_page("sam@bank.test")
    rows = heights(page, ".dense tbody tr")
    assert len(rows) == 3
    assert max(rows) <= 37
    assert max(heights(page, ".tally > div")) <= 73
    for row in page.locator("#live-calls tbody tr").all():
        expect(row.locator("th")).to_have_attribute("title", LONG)
    expect(page.locator("#people th[scope=row]")).to_have_attribute("title", LONG)


def test_the_newest_words_are_in_view_unless_the_reader_has_scrolled_back(web: Web, open_page: Open) -> None:
    web.person("Sam", "supervisor")
    with_bot(web, turns=40)
    page = open_page("sam@bank.test")
    page.get_by_role("link", name="Grace Hopper with The bot").click()
    expect(page.get_by_text("The words of turn 39.")).to_be_in_viewport()
    add(web, said(CALL, 40))
    expect(page.get_by_text("The words of turn 40.")).to_be_in_viewport()
    page.locator("#said").evaluate("said => { said.scrollTop = 0; }")
    add(web, said(CALL, 41))
    expect(page.get_by_text("The words of turn 41.")).to_be_attached()
    expect(page.get_by_text("The words of turn 0.")).to_be_in_viewport()
    with web.sessions.begin() as tx:
        tx.get_one(Call, CALL).stage = "card"  # the panel around the words is another one now
    web.live.publish("desk", "handoff", CALL)
    expect(page.locator("#take-from-bot")).to_be_disabled()
    expect(page.get_by_text("The words of turn 0.")).to_be_in_viewport()
    page.reload()
    expect(page.get_by_text("The words of turn 41.")).to_be_in_viewport()


def test_a_call_of_the_bot_is_taken_over_by_one_click_and_the_phone_in_the_page_picks_up(
    web: Web, open_page: Open
) -> None:
    web.person("Sam", "supervisor")
    with_bot(web, turns=2)
    page = open_page("sam@bank.test")
    page.get_by_role("link", name="Grace Hopper with The bot").click()
    page.get_by_role("button", name="Take over").click()
    expect(page.get_by_text("You have this call: answer your phone")).to_be_visible()
    expect(page.frame_locator("iframe").locator("body")).to_have_text("answer")


def test_a_call_of_the_bot_is_listened_to_by_one_click_until_it_is_stopped(
    web: Web, open_page: Open, redis: Redis
) -> None:
    web.person("Sam", "supervisor")
    with_bot(web, turns=2)
    page = open_page("sam@bank.test")
    page.add_init_script(HEARD)
    page.goto(f"/board/?sid={CALL}")
    page.get_by_role("button", name="Listen").click()
    expect(page.get_by_role("status").filter(has_text="Listening to Grace Hopper")).to_be_visible()
    for _ in range(4):
        eventually(lambda: redis.publish(SOUND + CALL, LOUD * 1600))
    page.wait_for_function("loudest() > 0.1")
    add(web, said(CALL, 40))  # the words beside it go on, and it stays
    expect(page.get_by_text("The words of turn 40.")).to_be_visible()
    look_everywhere(page, "board-listening-to-the-bot")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#listening")).to_be_hidden()
    eventually(lambda: not redis.pubsub_numsub(SOUND + CALL)[0][1])
    assert ("listen-to-bot", CALL, 1) in web.supervision.asked


def test_who_listens_is_told_when_the_bot_has_the_call_no_more(web: Web, open_page: Open) -> None:
    web.person("Sam", "supervisor")
    with_bot(web, turns=2)
    page = open_page("sam@bank.test")
    page.goto(f"/board/?sid={CALL}")
    press(page, "l")
    expect(page.locator("#listening")).to_be_visible()
    with web.sessions.begin() as tx:
        tx.get_one(Call, CALL).stage = "parked"
    expect(page.locator("#listening")).to_be_hidden()
    expect(page.get_by_text("you hear nothing of it now")).to_be_visible()


def test_a_full_board_is_readable_by_all(web: Web, open_page: Open) -> None:
    web.person("Sam", "supervisor")
    web.handoff(web.person("Bob", "agent", presence="on-call"), web.call("CA" + "5" * 32), state="bridged")
    web.person(LONG, "agent", presence="available")
    web.handoff(None, web.call("CA" + "6" * 32), state="parked")
    web.handoff(None, web.call("CA" + "7" * 32, verified=False), state="parked")
    with_bot(web, turns=30)
    page = open_page("sam@bank.test")
    page.goto(f"/board/?sid={CALL}")
    look_everywhere(page, "board-full")


def add(web: Web, turn: Turn) -> None:
    with web.sessions.begin() as tx:
        tx.add(turn)
    web.live.publish(f"call:{turn.call_sid}", "turn")
