"""The supervisor's board: what it shows, what may be done on it, and by whom."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from ivr.store.models import Audit, Brake, Call, Turn
from ivr.web.pages.formats import hours
from tests.harness.web_pages import CALL, Web, with_token

pytestmark = pytest.mark.integration

FRAGMENT = {"X-Fragment": "1"}
OTHER = "CA" + "2" * 32


def supervisor(web: Web) -> FlaskClient:
    return web.signed_in("Sam", "supervisor")


def do(client: FlaskClient, path: str, **form: str) -> str:
    return client.post(f"/board/{path}", data=with_token(client, **form), headers=FRAGMENT).text


def talking(web: Web, name: str = "Ada") -> int:
    """An agent talks with Grace."""
    web.call()
    return web.handoff(web.person(name, "agent", presence="on-call"), state="bridged")


@pytest.mark.parametrize("role", ["agent", "reviewer"])
def test_the_board_is_for_supervisors(web: Web, role: str) -> None:
    assert web.signed_in("Ada", role).get("/board/").status_code == 403


def test_a_supervisor_is_led_to_the_board(web: Web) -> None:
    assert supervisor(web).get("/").location == "/board/"


def test_an_empty_board_says_so(web: Web) -> None:
    board = supervisor(web).get("/board/").text
    for part in ("Nobody waits", "No caller is on the line", "Nobody has a place", "None: the bot does all", "–"):
        assert part in board


def test_who_waits_how_long_and_why(web: Web) -> None:
    client = supervisor(web)
    web.call()
    web.handoff(None, state="parked")
    web.clock.forward(95)
    panel = client.get("/board/panel").text
    for part in ("Grace Hopper", "1:35", "Dispute, Upset", "0 %"):
        assert part in panel


def test_people_stand_by_name_with_what_they_do(web: Web) -> None:
    client = supervisor(web)
    for name, presence in [("Zoe", "available"), ("ada", "break"), ("Mia", "wrap-up")]:
        web.person(name, "agent", presence=presence)
    panel = client.get("/board/panel").text
    names = [panel.index(f'<th scope="row" class="cut" title="{name}">') for name in ("ada", "Mia", "Zoe")]
    assert names == sorted(names)
    assert "Wrap up" in panel


def test_load_is_drawn_to_one_scale(web: Web) -> None:
    client = supervisor(web)
    ada, bob = web.person("Ada", "agent"), web.person("Bob", "agent")
    web.spell(ada, "on-call", 60)
    web.spell(bob, "on-call", 15)
    panel = client.get("/board/panel").text
    assert '<rect class="talk" x="0.0" width="100.0"' in panel
    assert '<rect class="talk" x="0.0" width="25.0"' in panel
    assert '<td class="figure">1:00:00</td>' in panel


def test_a_caller_is_moved_up(web: Web) -> None:
    client = supervisor(web)
    web.call()
    web.handoff(None, state="parked")
    web.clock.forward(5)
    web.call(OTHER, verified=False)
    later = web.handoff(None, OTHER, state="parked")
    panel = do(client, f"queue/{later}/up")
    assert panel.index("••• 0001") < panel.index("Grace Hopper")


def test_a_live_call_is_read_along(web: Web) -> None:
    client, handoff = supervisor(web), talking(web)
    assert "Grace Hopper" in client.get("/board/panel").text
    call = client.get(f"/board/calls/{handoff}").text
    assert "that charge from" in call
    assert "Listen" in call
    assert "Take over" not in call


@pytest.mark.parametrize("mode", ["listen", "coach", "barge"])
def test_joining_rings_his_phone_and_shows_how_he_is_in_it(web: Web, mode: str) -> None:
    client, handoff = supervisor(web), talking(web)
    do(client, f"calls/{handoff}/{mode}")
    call = client.get(f"/board/calls/{handoff}").text
    assert web.supervision.asked == [(mode, handoff, 1)]
    assert "data-answer" in call
    assert f"Sam: {mode}" in call
    assert "Take over" in call
    do(client, f"calls/{handoff}/leave")
    assert "data-answer" not in client.get(f"/board/calls/{handoff}").text


def test_a_call_taken_over_is_his(web: Web) -> None:
    client, handoff = supervisor(web), talking(web)
    do(client, f"calls/{handoff}/barge")
    do(client, f"calls/{handoff}/take-over")
    assert "You have this call" in client.get(f"/board/calls/{handoff}").text
    assert "End the call" in client.get("/agent/").text


def test_a_refusal_is_said_in_the_services_words(web: Web) -> None:
    client, handoff = supervisor(web), talking(web)
    web.supervision.refuse = "that call is over"
    assert "That call is over." in do(client, f"calls/{handoff}/listen")
    assert "That call is over." in do(client, f"queue/{handoff}/up")


def test_an_announcement_is_made_and_taken_away(web: Web) -> None:
    client = supervisor(web)
    do(client, "announcement", text="Cards are slow today.")
    assert "“Cards are slow today.”" in client.get("/board/rules").text
    do(client, "announcement", clear="1", text="")
    assert "Cards are slow" not in client.get("/board/rules").text
    assert client.post("/board/announcement", data=with_token(client, text="x" * 301)).status_code == 400


def test_a_brake_is_put_on_and_cleared(web: Web) -> None:
    client = supervisor(web)
    do(client, "brakes", intent="payment", why="The ledger is slow")
    rules = client.get("/board/rules").text
    assert "The ledger is slow" in rules
    assert '<option value="payment">' not in rules
    with web.sessions() as tx:
        assert tx.scalars(select(Brake)).one().by == "sam@bank.test"
    do(client, "brakes/payment/clear")
    assert "None: the bot does all" in client.get("/board/rules").text
    assert "taken off already" in do(client, "brakes/payment/clear")


def test_an_intent_that_the_bot_has_not_cannot_be_braked(web: Web) -> None:
    client = supervisor(web)
    assert client.post("/board/brakes", data=with_token(client, intent="weather")).status_code == 400


def test_the_load_is_a_file_to_keep(web: Web) -> None:
    client = supervisor(web)
    web.spell(web.person("Ada", "agent"), "on-call", 30)
    answer = client.get("/board/load.csv")
    assert answer.mimetype == "text/csv"
    assert "Ada" in answer.text


def test_an_agent_keeps_his_own_days_and_no_one_elses(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    web.spell(1, "on-call", 30)
    web.spell(web.person("Bob", "agent"), "on-call", 30)
    answer = client.get("/agent/days.csv")
    assert "Ada" in answer.text
    assert "Bob" not in answer.text
    assert "30 min" in client.get("/agent/own").text


def with_bot(web: Web, sid: str = CALL, **changes: Any) -> str:
    """A caller who talks with the bot."""
    web.call(sid, turns=False)
    with web.sessions.begin() as tx:
        call = tx.get_one(Call, sid)
        call.stage, call.dialogue = "dialogue", {"wanted": ["balance", "payment"]}
        for name, value in changes.items():
            setattr(call, name, value)
        tx.add(Turn(call_sid=sid, key="s1.1", speaker="caller", start=3, end=5, text="This is ridiculous, you robot."))
    return sid


def test_a_call_of_the_bot_is_on_the_board_with_its_wish_and_mood(web: Web) -> None:
    client = supervisor(web)
    sid = with_bot(web)
    panel = client.get("/board/panel").text
    for part in ("Grace Hopper", "With the bot", "Payment", "Upset", "The bot", ">1:00<", f"/board/bot-calls/{sid}"):
        assert part in panel, part


@pytest.mark.parametrize(
    ("stage", "words"), [("card", "Keys in a card"), ("message", "Leaves a message"), ("goodbye", "Goodbye")]
)
def test_a_live_call_says_where_it_is(web: Web, stage: str, words: str) -> None:
    client = supervisor(web)
    with_bot(web, stage=stage)
    assert words in client.get("/board/panel").text


def test_a_call_of_the_bot_is_read_along_and_noted(web: Web) -> None:
    client = supervisor(web)
    sid = with_bot(web)
    for page in (f"/board/bot-calls/{sid}", f"/board/?sid={sid}"):
        text = client.get(page).text
        for part in ("ridiculous", "with the bot", "Take over", "Listen"):
            assert part in text, (page, part)
    with web.sessions() as tx:
        noted = select(Audit.actor).where(Audit.action == "read-call", Audit.subject == f"call:{sid}")
        assert set(tx.scalars(noted)) == {"sam@bank.test"}


def test_a_call_of_the_bot_is_taken_over_and_is_then_the_supervisors(web: Web) -> None:
    client = supervisor(web)
    sid = with_bot(web)
    assert "Your phone rings" in do(client, f"bot-calls/{sid}/take-over")
    assert web.supervision.asked == [("take-from-bot", sid, 1)]
    text = client.get(f"/board/bot-calls/{sid}").text
    assert "You have this call: answer your phone" in text
    assert "data-answer" in text  # the phone in the page picks up


def test_a_form_that_goes_without_the_script_comes_back_to_its_call(web: Web) -> None:
    client = supervisor(web)
    sid = with_bot(web)
    answer = client.post(f"/board/bot-calls/{sid}/take-over", data=with_token(client))
    assert answer.headers["Location"] == f"/board/?sid={sid}"


def test_a_call_that_the_bot_cannot_give_away_is_refused_in_the_services_words(web: Web) -> None:
    client = supervisor(web)
    sid = with_bot(web, stage="card")
    assert "disabled" in client.get(f"/board/bot-calls/{sid}").text
    web.supervision.refuse = "the caller is keying in a card"
    assert "The caller is keying in a card." in do(client, f"bot-calls/{sid}/take-over")


def test_a_bots_call_that_is_over_is_no_call(web: Web) -> None:
    client = supervisor(web)
    web.call(outcome="resolved")
    assert "No call open" in client.get(f"/board/bot-calls/{CALL}").text
    assert "No call open" in client.get("/board/bot-calls/CA9").text


@pytest.mark.parametrize("role", ["agent", "reviewer"])
def test_only_supervisors_see_and_take_calls_of_the_bot(web: Web, role: str) -> None:
    sid = with_bot(web)
    client = web.signed_in("Ada", role)
    assert client.get(f"/board/bot-calls/{sid}").status_code == 403
    assert client.post(f"/board/bot-calls/{sid}/take-over", data=with_token(client)).status_code == 403


@pytest.mark.parametrize(
    ("roles", "first"),
    [
        (["supervisor"], ["Board", "Call-backs", "Calls"]),
        (["agent", "supervisor"], ["Board", "Desk", "Call-backs", "My reviews", "Calls"]),
        (["agent"], ["Desk", "Call-backs", "My reviews"]),
        (["reviewer"], ["Calls"]),
        (["agent", "reviewer"], ["Desk", "Call-backs", "My reviews", "Calls"]),
    ],
)
def test_pages_stand_in_the_order_of_a_persons_work(web: Web, roles: list[str], first: list[str]) -> None:
    page = web.signed_in("Ada", *roles).get("/me/").text
    nav = page[page.index("<nav") : page.index("</nav>")]
    assert re.findall(r">([^<>\s][^<>]*)</a>", nav) == first


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0 s"), (23, "23 s"), (59.6, "1 min"), (720, "12 min")])
def test_a_share_of_the_day_below_a_minute_is_told_in_seconds(seconds: float, shown: str) -> None:
    assert hours(seconds) == shown
