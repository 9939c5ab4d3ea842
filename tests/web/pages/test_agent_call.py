"""What an agent can do for the caller from the page, and that he can do it in his own calls alone."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from ivr.calls.pin_guard import PinGuard
from ivr.carrier.callbacks import CardUpdate
from ivr.carrier.port import CarrierError
from ivr.ledger.port import LedgerError
from ivr.ledger.sql import SqlLedger
from ivr.recordings.retention import purge_older
from ivr.recordings.storage import RecordingFiles
from ivr.store.models import Account, Agent, Audit, Call, Draft, Handoff, Note, Offer
from tests.harness.web_pages import CALL, Web, with_token

pytestmark = pytest.mark.integration

FRAGMENT = {"X-Fragment": "1"}


def in_call(web: Web) -> tuple[FlaskClient, int]:
    """Ada talks with Grace."""
    client = web.signed_in("Ada", "agent", presence="on-call")
    web.call()
    return client, web.handoff(1, state="bridged")


def do(client: FlaskClient, handoff: int, deed: str, **form: str) -> str:
    return client.post(f"/agent/handoffs/{handoff}/{deed}", data=with_token(client, **form), headers=FRAGMENT).text


def notes(web: Web) -> list[tuple[str, str]]:
    with web.sessions() as tx:
        return [(note.kind, note.text) for note in tx.scalars(select(Note).order_by(Note.id))]


@pytest.mark.parametrize(("deed", "shown"), [("mute", "you are muted"), ("hold", "Caller on hold")])
def test_muting_and_holding_are_shown_and_taken_back(web: Web, deed: str, shown: str) -> None:
    client, handoff = in_call(web)
    assert shown in do(client, handoff, deed, on="1")
    assert shown in client.get("/agent/panel").text
    assert shown not in do(client, handoff, deed, on="0")


def test_nothing_is_muted_after_the_call(web: Web) -> None:
    client, handoff = in_call(web)
    do(client, handoff, "end")
    assert "This call is over" in do(client, handoff, "mute", on="1")


def test_a_note_stands_beside_the_call(web: Web) -> None:
    client, handoff = in_call(web)
    do(client, handoff, "note", text="  Wants the receipt by post. ")
    assert notes(web) == [("note", "Wants the receipt by post.")]
    assert "Wants the receipt by post." in client.get("/agent/work").text


@pytest.mark.parametrize("deed", ["note", "text"])
def test_no_secret_is_kept_in_what_an_agent_writes(web: Web, deed: str) -> None:
    client, handoff = in_call(web)
    do(client, handoff, deed, text="Card 4111 1111 1111 1111, PIN 2749")
    assert notes(web) == [(deed, "Card (card number), PIN (PIN)")]


def written(web: Web) -> dict[str, dict[str, str]]:
    with web.sessions() as tx:
        return {draft.form: draft.fields for draft in tx.scalars(select(Draft).order_by(Draft.id))}


@pytest.mark.parametrize(
    ("form", "fields", "shown"),
    [
        ("note", {"text": "Wants the receipt"}, ">Wants the receipt</textarea>"),
        ("text", {"text": "Your case is"}, ">Your case is</textarea>"),
        ("call-back", {"number": "+15550100002", "at": "2026-03-02T10:00"}, 'value="+15550100002"'),
    ],
)
def test_what_is_being_written_is_there_in_another_browser(
    web: Web, form: str, fields: dict[str, str], shown: str
) -> None:
    client, handoff = in_call(web)
    assert do(client, handoff, f"drafts/{form}", **fields) == ""
    assert written(web) == {form: fields}
    assert shown in client.get("/agent/work").text


@pytest.mark.parametrize("outcome", ["failed", "no-answer", "caller-left", "too-late"])
def test_what_was_written_before_the_phone_failed_is_kept(web: Web, outcome: str) -> None:
    client, handoff = in_call(web)
    with web.sessions.begin() as tx:
        tx.get_one(Handoff, handoff).agent_id = None  # accepted, and their phone was never joined
        tx.scalars(select(Offer)).one().outcome = outcome
    do(client, handoff, "drafts/note", text="Wants the receipt")
    assert written(web) == {"note": {"text": "Wants the receipt"}}
    do(client, handoff, "note", text="Wants the receipt")
    assert notes(web) == [("note", "Wants the receipt")]


def test_what_is_being_written_about_how_it_ended_is_there_after_a_reload(web: Web) -> None:
    client, handoff = in_call(web)
    do(client, handoff, "end")
    do(client, handoff, "drafts/note", text="Wants", outcome="follow-up")
    page = client.get("/agent/panel").text
    assert ">Wants</textarea>" in page
    assert re.search(r'value="follow-up"[^>]* checked', page)


@pytest.mark.parametrize("deed", ["note", "text", "call-back", "wrap-up"])
def test_what_was_sent_is_no_draft_any_more(web: Web, deed: str) -> None:
    client, handoff = in_call(web)
    fields = {"number": "+15550100002"} if deed == "call-back" else {"text": "Wants the receipt"}
    do(client, handoff, f"drafts/{'note' if deed == 'wrap-up' else deed}", **fields)
    do(client, handoff, deed, **fields)
    assert written(web) == {}


def test_what_another_page_wrote_meanwhile_is_a_note_beside_what_this_one_sends(web: Web) -> None:
    client, handoff = in_call(web)
    do(client, handoff, "drafts/note", text="Wants the receipt", seen='{"text": ""}')
    do(client, handoff, "wrap-up", text="Call the bank", seen='{"text": ""}')
    assert notes(web) == [("note", "Wants the receipt"), ("note", "Call the bank")]
    assert written(web) == {}


def test_no_secret_is_kept_in_a_draft(web: Web) -> None:
    client, handoff = in_call(web)
    do(client, handoff, "drafts/note", text="Card 4111 1111 1111 1111, PIN 2749")
    assert written(web) == {"note": {"text": "Card (card number), PIN (PIN)"}}


def test_an_outcome_that_does_not_exist_and_an_unknown_form_are_no_drafts(web: Web) -> None:
    client, handoff = in_call(web)
    for form, outcome in (("note", "great"), ("poem", "")):
        data = with_token(client, outcome=outcome)
        answer = client.post(f"/agent/handoffs/{handoff}/drafts/{form}", data=data, headers=FRAGMENT)
        assert answer.status_code in (400, 404)
    assert written(web) == {}


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_an_empty_or_endless_note_is_refused(web: Web, text: str) -> None:
    client, handoff = in_call(web)
    answer = client.post(f"/agent/handoffs/{handoff}/note", data=with_token(client, text=text))
    assert (answer.status_code, notes(web)) == (400, [])


def test_a_text_goes_to_the_caller_and_is_kept(web: Web) -> None:
    client, handoff = in_call(web)
    assert "was sent to +15550100001" in do(client, handoff, "text", text="Your case is 4711.")
    assert web.texts.sent == [("+15550100001", "Your case is 4711.")]
    assert notes(web) == [("text", "Your case is 4711.")]


def test_a_text_that_the_carrier_refuses_is_told_and_not_kept(web: Web) -> None:
    client, handoff = in_call(web)
    web.texts.fault = CarrierError("the carrier does not answer", again=False)
    assert "Nothing was sent" in do(client, handoff, "text", text="Hello")
    assert notes(web) == []


@pytest.mark.parametrize("caller", ["anonymous", "client:grace", "+442071838750", "sip:bob@pbx.test", "+266696687"])
def test_a_phone_that_cannot_be_sent_a_text_is_told(web: Web, caller: str) -> None:
    client, handoff = in_call(web)
    with web.sessions.begin() as tx:
        tx.get_one(Call, CALL).caller = caller
    assert "cannot be sent a text" in do(client, handoff, "text", text="Hello")
    assert web.texts.sent == []


def test_a_text_abroad_is_refused_with_the_setting_that_would_allow_it(web: Web) -> None:
    client, handoff = in_call(web)
    with web.sessions.begin() as tx:
        tx.get_one(Call, CALL).caller = "+18765551234"
    assert "WARMLINE_DIAL_COUNTRIES" in do(client, handoff, "text", text="Hello")
    assert web.texts.sent == []


def test_an_agents_texts_to_one_number_are_limited(web: Web) -> None:
    client, handoff = in_call(web)
    for _ in range(5):
        assert "was sent" in do(client, handoff, "text", text="Hello")
    assert "limit" in do(client, handoff, "text", text="Hello")
    assert len(web.texts.sent) == 5


@pytest.mark.parametrize(("deed", "form"), [("text", {"text": "Hello"}), ("call-back", {"number": "+15550100009"})])
def test_a_call_of_long_ago_is_no_way_to_a_telephone(web: Web, deed: str, form: dict[str, str]) -> None:
    client, handoff = in_call(web)
    with web.sessions.begin() as tx:
        tx.get_one(Call, CALL).ended_at = web.clock.now() - timedelta(hours=13)
    assert "long over" in do(client, handoff, deed, **form)
    assert web.texts.sent == []


def guessed(web: Web) -> PinGuard:
    """A caller was wrong three times."""
    guard = PinGuard(web.sessions, web.clock, SqlLedger(web.sessions, web.clock))
    for _ in range(3):
        guard.check(CALL, "grace", "0000")
    return guard


def test_an_agent_sees_a_locked_pin_and_lifts_the_lock(web: Web) -> None:
    client, handoff = in_call(web)
    guard = guessed(web)
    assert "too many wrong PINs" in client.get("/agent/work").text
    assert "The PIN is taken again" in do(client, handoff, "pin-lock")
    assert not guard.locked("grace", "+15550100001")
    assert "too many wrong PINs" not in client.get("/agent/work").text
    with web.sessions() as tx:
        assert tx.scalars(select(Audit.subject).where(Audit.action == "pin-unlocked")).all() == [f"call:{CALL}"]


def test_a_lock_of_anothers_call_is_not_lifted(web: Web) -> None:
    in_call(web)
    guard = guessed(web)
    bob = web.signed_in("Bob", "agent")
    assert bob.post("/agent/handoffs/1/pin-lock", data=with_token(bob)).status_code == 404
    assert guard.locked("grace", "+15550100001")


def test_what_carriers_say_of_the_number_stands_beside_it(web: Web) -> None:
    client, _ = in_call(web)
    told = {
        "TN-Validation-Passed-A": "number confirmed by their carrier",
        "TN-Validation-Failed-A": "number not theirs",
        "NULL": "number not confirmed",
    }
    for verstat, shown in told.items():
        with web.sessions.begin() as tx:
            tx.get_one(Call, CALL).verstat = verstat
        assert shown in client.get("/agent/panel").text


def test_a_call_back_is_booked_in_the_time_of_the_line(make_web, clock) -> None:  # type: ignore[no-untyped-def]
    web = make_web(clock, time_zone="America/New_York")
    client, handoff = in_call(web)
    do(client, handoff, "call-back", number="+1 (555) 010-0009", at="2026-03-02T14:30")
    at = datetime(2026, 3, 2, 19, 30, tzinfo=UTC)
    assert web.handoffs.booked == [(handoff, "+15550100009", at, "ada@bank.test")]


def test_without_a_time_the_call_back_is_as_soon_as_possible(web: Web) -> None:
    client, handoff = in_call(web)
    do(client, handoff, "call-back", number="+15550100001", at="")
    assert web.handoffs.booked == [(handoff, "+15550100001", None, "ada@bank.test")]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"number": "5550100001", "at": ""}, "not a telephone number"),
        ({"number": "+15550100001", "at": "2026-03-02T08:00"}, "time is past"),
    ],
)
def test_a_call_back_that_cannot_be_is_explained(web: Web, form: dict[str, str], told: str) -> None:
    client, handoff = in_call(web)
    assert told in do(client, handoff, "call-back", **form)
    assert web.handoffs.booked == []


def test_the_services_refusal_is_said_in_its_words(web: Web) -> None:
    client, handoff = in_call(web)
    web.handoffs.refuse = "a call-back to this number is booked already"
    assert "A call-back to this number is booked already." in do(client, handoff, "call-back", number="+15550100001")


def test_the_outcome_and_a_note_are_saved_on_the_way_to_the_next_call(web: Web) -> None:
    client, handoff = in_call(web)
    do(client, handoff, "end")
    assert "You are next" in do(client, handoff, "wrap-up", outcome="solved", text="Refunded.", then="ready")
    assert notes(web) == [("outcome", "solved"), ("note", "Refunded.")]


def test_more_time_is_given(web: Web) -> None:
    client, handoff = in_call(web)
    do(client, handoff, "end")
    assert "0:30" in do(client, handoff, "wrap-up", then="more")


def test_an_unknown_outcome_is_refused(web: Web) -> None:
    client, handoff = in_call(web)
    answer = client.post(f"/agent/handoffs/{handoff}/wrap-up", data=with_token(client, outcome="great"))
    assert (answer.status_code, notes(web)) == (400, [])


@pytest.mark.parametrize("deed", ["note", "text", "call-back", "wrap-up", "card", "card/cancel", "drafts/note"])
def test_a_colleagues_call_is_not_his_to_write_on(web: Web, deed: str) -> None:
    client = web.signed_in("Ada", "agent", presence="available")
    web.call()
    handoff = web.handoff(web.person("Bob", "agent"), state="bridged")
    answer = client.post(f"/agent/handoffs/{handoff}/{deed}", data=with_token(client, text="x", number="+15550100001"))
    assert (answer.status_code, notes(web)) == (404, [])


def test_the_account_is_shown_of_a_verified_caller_alone(web: Web) -> None:
    client, _ = in_call(web)
    assert "$243.10" in client.get("/agent/work").text
    with web.sessions.begin() as tx:
        tx.scalars(select(Call)).one().verified_at = None
    assert "$243.10" not in client.get("/agent/work").text


def test_what_there_is_to_pay_from_and_a_locked_pin_are_shown_to_the_agent(web: Web) -> None:
    client, _ = in_call(web)
    card = client.get("/agent/work").text
    assert "In checking" in card and "$912.00" in card
    assert "PIN locked" not in card
    with web.sessions.begin() as tx:
        tx.get_one(Account, "grace").locked_at = web.clock.now()
    assert "PIN locked" in client.get("/agent/work").text


def test_a_break_asked_for_in_a_call_is_promised(web: Web) -> None:
    client, _ = in_call(web)
    client.post("/agent/presence", data=with_token(client, presence="break"))
    assert "begins after this call" in client.get("/agent/own").text
    with web.sessions() as tx:
        assert tx.scalars(select(Agent)).one().next_presence == "break"


def test_what_was_written_is_forgotten_with_the_calls_words(web: Web, tmp_path: Path) -> None:
    client, handoff = in_call(web)
    do(client, handoff, "note", text="Lives alone.")
    do(client, handoff, "wrap-up", outcome="solved")
    do(client, handoff, "drafts/text", text="Lives al")
    with web.sessions.begin() as tx:
        tx.scalars(select(Call)).one().ended_at = web.clock.now()
    purge_older(web.sessions, web.clock.now(), web.clock, RecordingFiles(tmp_path.as_uri()), rest=lambda _: None)
    assert notes(web) == [("note", ""), ("outcome", "solved")]
    assert written(web) == {}


def test_a_card_is_taken_from_the_page_and_its_progress_shown(web: Web) -> None:
    client, handoff = in_call(web)
    do(client, handoff, "card", share="minimum")
    assert ("begin", CALL, f"{CALL}:card1:begin", 3_500, "USD", "https://line.test/card/1") in web.carrier.asked
    assert "$35.00</strong> · The caller keys in: card number" in client.get("/agent/work").text
    web.cards.update(1, CardUpdate(required=("security-code",)))
    assert "The caller keys in: security code" in client.get("/agent/work").text
    web.cards.update(1, CardUpdate(required=()))
    assert "Being charged" in client.get("/agent/work").text
    web.cards.update(1, CardUpdate(result="success", confirmation="48213377"))
    assert "Confirmation <strong>48213377</strong>" in client.get("/agent/work").text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"share": "other", "amount": "a lot"}, "is not an amount"),
        ({"share": "other", "amount": "12.345"}, "is not an amount"),
        ({"share": "other", "amount": "NaN"}, "is not an amount"),
        ({"share": "other", "amount": "999"}, "at most $243.10"),
        ({"share": "full", "amount": "10"}, "choose which"),
        ({"share": "full", "account": "999"}, "There is no account 999"),
    ],
)
def test_an_entry_that_cannot_be_is_explained_and_not_begun(web: Web, form: dict[str, str], told: str) -> None:
    client, handoff = in_call(web)
    assert told in do(client, handoff, "card", **form)
    assert web.carrier.asked == []


def test_an_account_that_the_agent_writes_down_is_paid_into(web: Web) -> None:
    client = web.signed_in("Ada", "agent", presence="on-call")
    web.call(verified=False)
    handoff = web.handoff(1, state="bridged")
    assert "Write the number of the account" in do(client, handoff, "card", share="full")
    do(client, handoff, "card", share="other", amount="$20.50", account="4002 1177")
    assert web.carrier.asked[2][3] == 2_050


def test_the_entry_is_stopped_from_the_page(web: Web) -> None:
    client, handoff = in_call(web)
    do(client, handoff, "card", share="full")
    do(client, handoff, "card/cancel")
    assert "Stopped: nothing was charged" in client.get("/agent/work").text
    assert "is over" in do(client, handoff, "card/cancel")


def test_a_ledger_that_does_not_answer_is_told(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    client, handoff = in_call(web)

    def silent(*_: object) -> None:
        raise LedgerError("no answer")

    monkeypatch.setattr(SqlLedger, "facts", silent)
    assert "The ledger does not answer." in client.get("/agent/work").text
    assert "The ledger does not answer" in do(client, handoff, "card", share="full")
