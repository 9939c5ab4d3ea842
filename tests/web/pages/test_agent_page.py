"""The agent's page in each of its states."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from ivr.store.models import Agent, Audit, Call, Handoff, Recording
from ivr.web.pages.formats import words_of
from tests.harness.web_pages import CALL, Make, Web, with_token

pytestmark = pytest.mark.integration

FRAGMENT = {"X-Fragment": "1"}


def test_a_quiet_desk_says_that_calls_will_come(web: Web) -> None:
    page = web.signed_in("Ada", "agent", presence="available").get("/agent/").text
    assert "You are next" in page
    assert "No calls yet today" in page
    assert "Messages to answer" in page


def test_away_offers_to_become_available(web: Web) -> None:
    assert "I am available" in web.signed_in("Ada", "agent").get("/agent/panel").text


def test_waiting_callers_are_counted(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    web.call()
    web.handoff(None, state="parked")
    assert "1 caller is waiting" in client.get("/agent/panel").text


def test_who_waits_is_listed_the_next_one_first(web: Web) -> None:
    client = web.signed_in("Ada", "agent", presence="available")
    web.call()
    web.handoff(None, state="parked")
    web.clock.forward(75)
    web.call("CA" + "3" * 32, verified=False)
    web.handoff(None, "CA" + "3" * 32, state="parked")
    own = client.get("/agent/own").text
    assert own.index("Grace Hopper") < own.index("••• 0001")
    assert "1:15" in own
    assert "Dispute, Upset" in own
    assert "Calls again" in own


def test_the_brief_says_who_why_and_what_is_known(web: Web) -> None:
    client = web.signed_in("Ada", "agent", presence="offered")
    web.call()
    web.handoff(1)
    panel = client.get("/agent/panel").text
    for part in (
        "Incoming call", "Grace Hopper", "Verified: number on file and PIN", "Upset", "+15550100001", "40021177",
        "Acme Books", "$42.10", "Your balance is 243 dollars", "Resolved", "(PIN)", "Accept", "Decline",
    ):  # fmt: skip
        assert part in panel


def test_words_heard_with_doubt_are_marked(web: Web) -> None:
    client = web.signed_in("Ada", "agent", presence="offered")
    web.call()
    web.handoff(1)
    said = client.get(f"/agent/calls/{CALL}/transcript").text
    assert 'title="Heard with 41 % confidence">Acme</mark>' in said
    assert said.count("<mark") == 1


def test_a_word_that_was_hardly_heard_is_doubted_and_one_of_unknown_doubt_is_not() -> None:
    words = words_of("Hi Acme", [{"word": "Hi", "confidence": None}, {"word": "Acme", "confidence": 0.0}])
    assert [word.unsure for word in words] == [False, True]


def test_before_the_brief_is_written_the_request_already_stands(web: Web) -> None:
    client = web.signed_in("Ada", "agent", presence="offered")
    web.call(verified=False)
    web.handoff(1, brief=False)
    panel = client.get("/agent/panel").text
    assert "is being written" in panel
    assert "Not verified" in panel
    assert "Acme Books" in panel


def test_a_colleagues_offer_is_not_shown(web: Web) -> None:
    client = web.signed_in("Ada", "agent", presence="available")
    web.call()
    web.handoff(web.person("Bob", "agent"))
    assert "Grace Hopper" not in client.get("/agent/panel").text
    assert client.get(f"/agent/calls/{CALL}/transcript").status_code == 404


@pytest.mark.parametrize(("deed", "then"), [("accept", "End the call"), ("decline", "You are next")])
def test_answering_shows_what_comes_next(web: Web, deed: str, then: str) -> None:
    client = web.signed_in("Ada", "agent", presence="offered")
    web.call()
    handoff = web.handoff(1)
    answer = client.post(f"/agent/handoffs/{handoff}/{deed}", data=with_token(client), headers=FRAGMENT)
    assert web.handoffs.asked == [(deed, handoff, 1)]
    assert then in answer.text


def test_ending_leads_to_wrap_up_and_to_his_day(web: Web) -> None:
    client = web.signed_in("Ada", "agent", presence="offered")
    web.call()
    handoff = web.handoff(1)
    client.post(f"/agent/handoffs/{handoff}/accept", data=with_token(client))
    web.clock.forward(125)
    answer = client.post(f"/agent/handoffs/{handoff}/end", data=with_token(client), headers=FRAGMENT)
    assert "ready for the next call" in answer.text
    assert "2:05" in client.get("/agent/own").text


def test_his_day_begins_at_midnight_of_the_line(make_web: Make, clock) -> None:  # type: ignore[no-untyped-def]
    web = make_web(clock, time_zone="America/New_York")  # 9:00 UTC is 4:00 there
    client = web.signed_in("Ada", "agent", presence="offered")
    web.call()
    handoff = web.handoff(1)
    client.post(f"/agent/handoffs/{handoff}/accept", data=with_token(client))
    web.clock.forward(timedelta(hours=19).total_seconds())
    assert "Dispute" in client.get("/agent/own").text
    web.clock.forward(timedelta(hours=2).total_seconds())
    assert "No calls yet today" in client.get("/agent/own").text


@pytest.mark.parametrize("why", ["taken", "too-late", "caller-left", "not-offered", "ended"])
def test_a_lost_race_is_explained(web: Web, why: str) -> None:
    client = web.signed_in("Ada", "agent", presence="offered")
    web.call()
    handoff = web.handoff(1)
    web.handoffs.refuse = why
    answer = client.post(f"/agent/handoffs/{handoff}/accept", data=with_token(client), headers=FRAGMENT)
    assert "data-notice" in answer.text
    assert "did not work" not in answer.text


def test_presence_is_set_by_a_form_also_without_scripts(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    answer = client.post("/agent/presence", data=with_token(client, presence="break"))
    assert (answer.status_code, answer.location) == (303, "/agent/")
    with web.sessions() as tx:
        assert tx.scalar(select(Agent.presence)) == "break"


def test_presence_stays_while_a_call_is_on(web: Web) -> None:
    client = web.signed_in("Ada", "agent", presence="on-call")
    client.post("/agent/presence", data=with_token(client, presence="break"), headers=FRAGMENT)
    with web.sessions() as tx:
        assert tx.scalar(select(Agent.presence)) == "on-call"


def test_an_unknown_presence_is_refused(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    assert client.post("/agent/presence", data=with_token(client, presence="on-call")).status_code == 400


def test_a_message_is_a_task_until_it_is_done(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    web.call(outcome="message")
    web.handoff(None, state="message-taken")
    recording = web.recording(kind="message")
    listed = client.get("/agent/messages").text
    assert "Grace Hopper" in listed
    assert "What is my balance?" in listed
    assert client.get(f"/agent/messages/{recording}/audio").mimetype == "audio/wav"
    client.post(f"/agent/messages/{recording}/done", data=with_token(client))
    assert "Grace Hopper" not in client.get("/agent/messages").text
    with web.sessions() as tx:
        assert {"listen", "message-done"} <= {row.action for row in tx.scalars(select(Audit))}


@pytest.mark.parametrize(("outcome", "listed"), [("abandoned", False), ("message", True)])
def test_silence_is_no_task_unless_the_caller_was_told_that_we_have_his_message(
    web: Web, outcome: str, listed: bool
) -> None:
    client = web.signed_in("Ada", "agent")
    web.call(outcome=outcome)
    web.handoff(None, state="message-taken")
    recording = web.recording(kind="message")
    with web.sessions.begin() as tx:
        tx.get_one(Recording, recording).transcript = []
    page = client.get("/agent/messages").text
    assert ("Grace Hopper" in page) == ("No words were heard in it." in page) == listed


def test_an_agent_hears_messages_but_not_calls(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    web.call()
    recording = web.recording(kind="call")
    assert client.get(f"/agent/messages/{recording}/audio").status_code == 404


def test_his_phone_is_on_the_page_where_he_has_one_in_the_browser(make_web: Make, clock) -> None:  # type: ignore[no-untyped-def]
    web = make_web(clock, phone_url="http://127.0.0.1:8090/phone")
    page = web.signed_in("Ada", "agent").get("/agent/").text
    assert 'src="http://127.0.0.1:8090/phone?as=client%3Aada"' in page
    with web.sessions.begin() as tx:
        tx.get_one(Agent, 1).phone = "+15550109999"
    assert "phone-strip" not in web.app.test_client().get("/agent/").text


def test_what_a_caller_said_is_text_and_never_markup(web: Web) -> None:
    client = web.signed_in("Ada", "agent", presence="offered")
    web.call()
    handoff = web.handoff(1)
    with web.sessions.begin() as tx:
        tx.get_one(Handoff, handoff).summary = "<script>alert(1)</script>"
    assert "<script>alert" not in client.get("/agent/panel").text


@pytest.mark.parametrize(
    ("of_ada", "of_bob", "told"),
    [
        (["en"], ["en"], "speaks Spanish, which nobody at the desk does: whoever is free is asked"),
        (["en"], ["es"], "speaks Spanish: waits for Bob"),
        (["en", "es"], ["es"], None),
    ],
)
def test_a_caller_who_needs_another_language_says_so_in_the_queue(
    web: Web, of_ada: list[str], of_bob: list[str], told: str | None
) -> None:
    client = web.signed_in("Ada", "agent", presence="available")
    bob = web.person("Bob", "agent", presence="on-call")
    web.call(verified=False)
    web.handoff(None, state="parked")
    with web.sessions.begin() as tx:
        tx.get_one(Agent, 1).languages, tx.get_one(Agent, bob).languages = of_ada, of_bob
        tx.get_one(Call, CALL).language = "es"
    page = client.get("/agent/own").text
    assert ("speaks Spanish" in page) == bool(told)
    assert (told or "Dispute") in page


def test_a_supervisor_who_is_no_agent_has_no_presence_to_choose(web: Web) -> None:
    client = web.signed_in("Sam", "supervisor")
    page = client.get("/agent/").text
    assert "You have no call" in page
    assert 'name="presence"' not in page
    both = web.signed_in("Sue", "supervisor", "agent")
    assert 'name="presence"' in both.get("/agent/").text


def test_messages_without_words_come_last_and_are_closed_by_one_click(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    web.call(outcome="message")
    silent = web.recording(kind="message")
    web.call("CA" + "4" * 32, outcome="message", verified=False)
    web.recording("CA" + "4" * 32, kind="message")
    with web.sessions.begin() as tx:
        tx.get_one(Recording, silent).transcript = []
    page = client.get("/agent/messages").text
    assert page.index("+15550100001") < page.index("No words were heard")
    client.post("/agent/messages/empty/done", data=with_token(client))
    page = client.get("/agent/messages").text
    assert "No words were heard" not in page and "+15550100001" in page


def test_a_message_that_was_broken_into_and_went_on_is_one(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    web.call(outcome="message")
    first, second, silent = (in_part(web, number, words) for number, words in enumerate(["Please", "call me", ""]))
    page = client.get("/agent/messages").text
    assert page.count("<li>") == 1
    assert page.index("Part 1 of 2") < page.index("“Please”") < page.index("Part 2 of 2") < page.index("“call me”")
    assert "No words were heard" not in page
    client.post(f"/agent/messages/{first}/done", data=with_token(client))
    assert "<li>" not in client.get("/agent/messages").text
    with web.sessions() as tx:
        assert all(tx.get_one(Recording, part).done_at for part in (first, second, silent))


def in_part(web: Web, number: int, words: str) -> int:
    recording = web.recording(kind="message")
    with web.sessions.begin() as tx:
        row = tx.get_one(Recording, recording)
        row.sid = f"RE{number}"
        row.transcript = [{"channel": 1, "text": words, "start": 0.0, "end": 1.0}] if words else []
    return recording


def test_a_number_in_a_message_is_not_masked_beside_itself(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    web.call(outcome="message", verified=False)
    web.recording(kind="message")
    page = client.get("/agent/messages").text
    assert "•••" not in page and "<strong>+15550100001</strong>" in page
