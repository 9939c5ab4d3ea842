"""A result of the carrier counts once, whichever address brings it: its own, or the fallback's."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from twilio.request_validator import RequestValidator

import twiml
from ivr.carrier.twilio.dialect import twilio_dialect
from ivr.carrier.twilio.signatures import HEADER, TwilioSignatures
from ivr.store.engine import Sessions
from ivr.store.models import Call, Handoff, Outbox, Recording
from ivr.web.hooks.call_documents import CallDocuments
from ivr.web.hooks.calls import make_voice_blueprint
from ivr.web.hooks.handoffs import make_handoff_blueprint
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_handoffs import FakeHandoffs
from tests.harness.call_line import SID, Post
from tests.harness.calls import Calls
from tests.harness.card_caller import GOOD, CardCaller, paid_url, promised, verbs
from tests.harness.handoff_world import CALLER, PUBLIC, TOKEN, World

pytestmark = pytest.mark.integration

NOT_FETCHED, NOT_READ = "11200", "12100"
MESSAGE = {"RecordingSid": "RE" + "1" * 32, "RecordingUrl": "https://api.twilio.com/RE" + "1" * 32}
FAILED = "https://line.example.com/voice/message"


@pytest.fixture
def line(post: Post, calls: Calls) -> CardCaller:
    return CardCaller(post, calls)


def call_of(sessions: Sessions) -> Call:
    with sessions() as tx:
        return tx.get_one(Call, SID)


def test_a_charged_card_whose_answer_was_lost_is_booked_and_told(line: CardCaller, sessions: Sessions) -> None:
    line.agree()
    url = paid_url(line.post("/voice/resume"))
    failed = {"ErrorCode": NOT_FETCHED, "ErrorUrl": f"https://line.example.com{url}"}
    back = line.connect(line.post("/voice/fallback", **failed, **GOOD))
    assert "paid" in " ".join(getattr(action, "text", "") for _, action in back.actions)
    [booking] = promised(sessions, "card.book")
    assert booking.payload["confirmation"] == "48151623"


@pytest.mark.parametrize("order", [("own", "fallback"), ("fallback", "own"), ("fallback", "fallback")])
def test_a_charged_card_is_booked_once_in_any_order(
    line: CardCaller, sessions: Sessions, order: tuple[str, ...]
) -> None:
    line.agree()
    url = paid_url(line.post("/voice/resume"))
    for way in order:
        failed = {"ErrorCode": NOT_FETCHED, "ErrorUrl": f"https://line.example.com{url}"}
        line.post(url, **GOOD) if way == "own" else line.post("/voice/fallback", **failed, **GOOD)
    assert len(promised(sessions, "card.book")) == 1


def test_after_an_answer_that_the_carrier_could_not_read_the_card_is_booked_and_a_person_comes(
    line: CardCaller, sessions: Sessions
) -> None:
    line.agree()
    url = paid_url(line.post("/voice/resume"))
    failed = {"ErrorCode": NOT_READ, "ErrorUrl": f"https://line.example.com{url}"}
    assert verbs(line.post("/voice/fallback", **failed, **GOOD)) == ["Say", "Redirect"]
    assert len(promised(sessions, "card.book")) == 1
    with sessions() as tx:
        known = tx.scalars(select(Handoff)).one().known
    assert known["paid"] == "48151623"
    assert "card" not in known


@pytest.mark.parametrize("code", [NOT_FETCHED, NOT_READ])
def test_a_message_that_was_left_is_not_asked_for_again(
    post: Post, sessions: Sessions, handoffs: FakeHandoffs, code: str
) -> None:
    post("/voice/incoming")
    answer = post("/voice/fallback", ErrorCode=code, ErrorUrl=FAILED, **MESSAGE)
    assert "Record" not in verbs(answer)
    with sessions() as tx:
        assert tx.scalars(select(Recording.kind)).all() == ["message"]
    assert handoffs.told == [("message", SID, MESSAGE["RecordingSid"])]
    assert call_of(sessions).outcome == "message"


def test_a_failed_document_without_a_result_still_leads_to_a_person(line: CardCaller, sessions: Sessions) -> None:
    line.agree()
    url = paid_url(line.post("/voice/resume"))
    lost = {"ErrorCode": NOT_FETCHED, "ErrorUrl": f"https://line.example.com{url}"}
    assert verbs(line.post("/voice/fallback", **lost)) == ["Say", "Redirect"]
    with sessions() as tx:
        assert "may have been charged" in tx.scalars(select(Handoff)).one().known["card"]


@pytest.mark.parametrize(
    "address",
    [
        "/voice/paid/x", "/voice/fallback", "/voice/../voice/paid/1", "//evil.example/voice/message",
        "/handoff/9/confirm/1", "", "https://[",
    ],
)  # fmt: skip
def test_any_other_address_is_a_fault_of_ours_and_no_more(post: Post, sessions: Sessions, address: str) -> None:
    post("/voice/incoming")
    brought = {"Result": "success", "Digits": "1", "CallStatus": "in-progress"}
    assert verbs(post("/voice/fallback", ErrorCode=NOT_FETCHED, ErrorUrl=address, **brought)) == ["Say", "Redirect"]


def test_a_call_back_confirmed_by_a_request_that_failed_is_booked_once(
    sessions: Sessions, clock: FakeClock, calls: Calls, tmp_path: Path
) -> None:
    """With all the line's webhooks in one application, as it runs."""
    w = World(sessions, clock)
    w.parked()
    dialect, app = twilio_dialect(TwilioSignatures(TOKEN, PUBLIC, "wss://line.test/media")), Flask("line")
    documents = CallDocuments(twiml, PUBLIC, "wss://line.test/media")
    app.register_blueprint(make_handoff_blueprint(w.service, dialect))
    app.register_blueprint(make_voice_blueprint(calls, w.service, dialect, documents))
    failed = f"{PUBLIC}/handoff/{w.id}/confirm/15550001111"
    form = {"CallSid": CALLER, "CallStatus": "in-progress", "Digits": "1", "ErrorUrl": failed, "ErrorCode": NOT_FETCHED}
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/voice/fallback", form)
    for _ in range(2):
        answer = app.test_client().post("/voice/fallback", data=form, headers={HEADER: signature})
        assert verbs(answer) == ["Say", "Hangup"]
    with sessions() as tx:
        assert len(tx.scalars(select(Outbox).where(Outbox.topic == "callback.try")).all()) == 1
