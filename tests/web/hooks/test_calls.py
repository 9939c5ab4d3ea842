"""The carrier's webhooks: answered at once, signed, and harmless however often they come."""

from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from ivr.dialling.dials import Dials
from ivr.dialling.policy import DialPolicy
from ivr.dialogue.events import Started
from ivr.store.engine import Sessions
from ivr.store.models import Base, Call, Dial, Handoff, Outbox, Recording
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_handoffs import FakeHandoffs
from tests.harness.call_line import LINE, MORGAN, SID, Post
from tests.harness.calls import Calls

pytestmark = pytest.mark.integration

RE = "RE" + "1" * 32
MZ = "MZ" + "1" * 32
COMPLETED = {
    "RecordingSid": RE,
    "RecordingStatus": "completed",
    "RecordingUrl": f"https://api/{RE}",
    "RecordingDuration": "42",
    "RecordingChannels": "2",
    "RecordingSource": "StartCallRecordingAPI",
}
LEFT = {"RecordingSid": RE, "RecordingUrl": f"https://api/{RE}", "RecordingDuration": "9"}


def verbs(response: TestResponse) -> list[str]:
    assert response.status_code == 200
    assert response.mimetype == "text/xml"
    return [verb.tag for verb in ET.fromstring(response.get_data(as_text=True))]


def call_of(sessions: Sessions) -> Call:
    with sessions() as tx:
        return tx.get_one(Call, SID)


def put_in_stage(sessions: Sessions, stage: str) -> None:
    with sessions.begin() as tx:
        tx.get_one(Call, SID).stage = stage


def test_a_call_is_on_record_before_it_is_answered(post: Post, sessions: Sessions) -> None:
    assert verbs(post("/voice/incoming", CallStatus="ringing")) == ["Play", "Start", "Connect", "Redirect"]
    call = call_of(sessions)
    assert (call.caller, call.called, call.stage, call.notice) == (MORGAN, LINE, "dialogue", "en-test")


def test_what_carriers_say_of_the_number_is_kept(post: Post, sessions: Sessions) -> None:
    post("/voice/incoming", StirVerstat="TN-Validation-Passed-B")
    post("/voice/incoming", StirVerstat="TN-Validation-Passed-A")
    assert call_of(sessions).verstat == "TN-Validation-Passed-B"


@pytest.mark.parametrize(
    ("verstat", "account"), [("TN-Validation-Failed-A", None), ("TN-Validation-Passed-A", "acc-1"), ("", "acc-1")]
)
def test_a_number_that_is_not_the_callers_opens_no_account(
    post: Post, calls: Calls, verstat: str, account: str | None
) -> None:
    root = ET.fromstring(post("/voice/incoming", StirVerstat=verstat).get_data(as_text=True))
    stream = root.find("Connect/Stream")
    assert stream is not None
    opening = calls.dialogue.opening(calls.dialogue.connect(SID, stream[0].get("value", "")))
    assert isinstance(opening, Started) and opening.account == account
    assert opening.texts == (account is not None)


def sent_text(sessions: Sessions, clock: FakeClock) -> int:
    with sessions.begin() as tx:
        dials = Dials(DialPolicy.parse("US"), "US")
        return dials.permit(tx, MORGAN, "receipt", "line", SID, clock.now()).id


@pytest.mark.parametrize(
    ("news", "status", "problems"),
    [
        (("sent", "delivered"), "delivered", 0),
        (("delivered", "sent"), "delivered", 0),
        (("sent", "undelivered", "undelivered"), "undelivered", 1),
        (("failed", "sent"), "failed", 1),
    ],
)
def test_what_became_of_a_text_is_known_in_whatever_order_it_is_told(
    post: Post, sessions: Sessions, clock: FakeClock, news: tuple[str, ...], status: str, problems: int
) -> None:
    post("/voice/incoming")
    dial = sent_text(sessions, clock)
    for told in news:
        assert post(f"/voice/text/{dial}", MessageSid="SM" + "1" * 32, MessageStatus=told).status_code == 204
    with sessions() as tx:
        assert tx.get_one(Dial, dial).status == status
    assert [problem["what"] for problem in call_of(sessions).problems] == ["text-not-delivered"] * problems


def test_news_of_a_text_that_we_forgot_is_harmless(post: Post) -> None:
    assert post("/voice/text/4711", MessageSid="SM" + "1" * 32, MessageStatus="failed").status_code == 204


def test_the_answer_s_token_opens_the_socket(post: Post, calls: Calls) -> None:
    root = ET.fromstring(post("/voice/incoming").get_data(as_text=True))
    stream = root.find("Connect/Stream")
    assert stream is not None
    assert stream.get("url") == "wss://line.example.com/media"
    assert calls.dialogue.connect(SID, stream[0].get("value", "")).number == 1


@pytest.mark.parametrize("path", ["incoming", "resume", "fallback", "status", "stream", "recording", "message"])
def test_unsigned_and_forged_webhooks_are_refused(client: FlaskClient, path: str) -> None:
    assert client.post(f"/voice/{path}", data={"CallSid": SID}).status_code == 403
    forged = {"X-Twilio-Signature": "AAAA"}
    assert client.post(f"/voice/{path}", data={"CallSid": SID}, headers=forged).status_code == 403


def test_a_request_without_a_call_is_said_to_be_wrong(post: Post) -> None:
    response = post("/voice/incoming", CallSid="")
    assert response.status_code == 400
    assert "CallSid is missing" in response.get_data(as_text=True)


def test_a_lost_socket_leads_back_to_the_bot(post: Post, calls: Calls) -> None:
    root = ET.fromstring(post("/voice/incoming").get_data(as_text=True))
    calls.dialogue.connect(SID, root.findall("Connect/Stream/Parameter")[0].get("value", ""))
    assert verbs(post("/voice/resume")) == ["Connect", "Redirect"]


def test_a_handed_off_caller_waits_in_a_conference_of_his_own(post: Post) -> None:
    post("/voice/incoming")
    post("/voice/fallback", ErrorCode="11200", ErrorUrl="https://line.example.com/voice/resume")
    root = ET.fromstring(post("/voice/resume").get_data(as_text=True))
    assert [verb.tag for verb in root] == ["Stop", "Start", "Dial"]
    room = root.find("Dial/Conference")
    assert room is not None
    assert (room.text or "").startswith(f"xfer-{SID}-")
    assert (room.get("waitUrl") or "").startswith("https://line.example.com/handoff/1/wait#")


def test_with_nobody_there_a_message_is_taken(post: Post, sessions: Sessions) -> None:
    post("/voice/incoming")
    put_in_stage(sessions, "message")
    assert verbs(post("/voice/resume")) == ["Play", "Record", "Redirect"]


def test_a_message_is_kept_fetched_and_shown(post: Post, sessions: Sessions, handoffs: FakeHandoffs) -> None:
    post("/voice/incoming")
    put_in_stage(sessions, "message")
    assert verbs(post("/voice/message", **LEFT)) == ["Say", "Hangup"]
    post("/voice/recording", **{**COMPLETED, "RecordingSource": "RecordVerb"})
    with sessions() as tx:
        row = tx.scalars(select(Recording)).one()
        assert (row.kind, row.sid, row.seconds) == ("message", RE, 42.0)
        assert tx.scalars(select(Outbox.topic).where(Outbox.topic == "recording.fetch")).all() == ["recording.fetch"]
    assert call_of(sessions).outcome == "message"
    assert ("message", SID, RE) in handoffs.told


def test_no_message_is_no_message(post: Post, sessions: Sessions, handoffs: FakeHandoffs) -> None:
    post("/voice/incoming")
    put_in_stage(sessions, "message")
    assert verbs(post("/voice/message")) == ["Say", "Hangup"]
    assert (call_of(sessions).outcome, handoffs.told) == (None, [])


@pytest.mark.parametrize("path", ["/voice/status", "/voice/resume"])
def test_a_call_that_is_over_is_over(post: Post, sessions: Sessions, handoffs: FakeHandoffs, path: str) -> None:
    post("/voice/incoming")
    post(path, CallStatus="completed")
    assert call_of(sessions).ended_at is not None
    assert handoffs.told == [("gone", SID)]


def test_recordings_are_fetched_once_in_any_order(post: Post, sessions: Sessions) -> None:
    post("/voice/incoming")
    begun = {**COMPLETED, "RecordingStatus": "in-progress", "RecordingDuration": "-1"}
    del begun["RecordingDuration"]
    for form in (COMPLETED, begun, COMPLETED, begun):
        assert post("/voice/recording", **form).status_code == 204
    with sessions() as tx:
        row = tx.scalars(select(Recording)).one()
        assert (row.state, row.seconds, row.channels, row.kind) == ("announced", 42.0, 2, "call")
        assert tx.scalars(select(Outbox.payload)).all() == [{"recording": row.id}]


def test_a_recording_starts_where_the_notice_ended(post: Post, sessions: Sessions, clock: FakeClock) -> None:
    post("/voice/incoming")
    clock.forward(9)
    post("/voice/recording", RecordingSid=RE, RecordingStatus="in-progress", RecordingUrl="https://api/x")
    clock.forward(42)
    post("/voice/recording", **COMPLETED)
    with sessions() as tx:
        assert tx.scalars(select(Recording.offset)).one() == 9.0


def test_an_absent_recording_is_noted(post: Post, sessions: Sessions) -> None:
    post("/voice/incoming")
    post("/voice/recording", **{**COMPLETED, "RecordingStatus": "absent"})
    with sessions() as tx:
        assert tx.scalars(select(Recording.state)).one() == "absent"
        assert tx.scalars(select(Outbox)).all() == []


def test_a_failed_document_brings_a_person(post: Post, sessions: Sessions) -> None:
    post("/voice/incoming")
    failed = {"ErrorCode": "11200", "ErrorUrl": "https://line.example.com/voice/resume"}
    assert verbs(post("/voice/fallback", **failed)) == ["Say", "Redirect"]
    with sessions() as tx:
        assert tx.scalars(select(Handoff.reason)).one() == "fault"


def test_documents_that_keep_failing_end_in_a_message(post: Post, clock: FakeClock) -> None:
    answers = []
    for _ in range(3):
        clock.forward(5)
        answers.append(verbs(post("/voice/fallback", ErrorCode="11200")))
    assert answers == [["Say", "Redirect"], ["Say", "Redirect"], ["Say", "Record", "Redirect"]]


def test_a_message_left_without_a_hand_off_still_comes_before_the_agents(post: Post, sessions: Sessions) -> None:
    post("/voice/message", **LEFT)
    with sessions() as tx:
        assert tx.scalars(select(Handoff.reason)).one() == "fault"
        assert tx.get_one(Call, SID).stage == "goodbye"


def test_after_an_agents_last_word_the_thanks_are_not_listened_to_as_his(post: Post, sessions: Sessions) -> None:
    post("/voice/incoming")
    with sessions.begin() as tx:
        call = tx.get_one(Call, SID)
        handoff = Handoff(
            call_sid=SID, state="served", reason="asked", intent="", summary="", known={}, times={},
            requested_at=call.started_at,
        )  # fmt: skip
        tx.add(handoff)
        call.stage = "goodbye"
    assert verbs(post("/voice/resume")) == ["Stop", "Say", "Hangup"]
    with sessions.begin() as tx:
        tx.get_one(Handoff, handoff.id).state = "callback-booked"
    assert verbs(post("/voice/resume")) == ["Hangup"], "he has heard our goodbye"


HOOKS: list[tuple[str, dict[str, str]]] = [
    ("/voice/incoming", {}),
    ("/voice/resume", {}),
    ("/voice/fallback", {"ErrorCode": "11200", "ErrorUrl": "https://line.example.com/voice/resume"}),
    ("/voice/stream", {"StreamSid": MZ, "StreamEvent": "stream-error"}),
    ("/voice/recording", {**COMPLETED, "RecordingStatus": "in-progress"}),
    ("/voice/recording", COMPLETED),
    ("/voice/message", LEFT),
    ("/voice/status", {"CallStatus": "completed"}),
]


def rows(sessions: Sessions) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but for a token's hash, which is new each time."""
    with sessions() as tx:
        return {
            table.name: sorted(
                tuple((c.name, str(v)) for c, v in zip(table.c, row, strict=True) if c.name != "stream_token")
                for row in tx.execute(select(table))
            )
            for table in Base.metadata.sorted_tables
            if table.name != "accounts"
        }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hooks=st.lists(st.sampled_from(HOOKS), max_size=8))
def test_a_webhook_delivered_again_changes_no_row(
    hooks: list[tuple[str, dict[str, str]]], post: Post, sessions: Sessions, clock: FakeClock
) -> None:
    with sessions.begin() as tx:
        for table in reversed(Base.metadata.sorted_tables):
            tx.execute(table.delete())
    for path, form in hooks:
        post(path, **form)
        once = rows(sessions)
        post(path, **form)
        assert rows(sessions) == once, path
        clock.forward(7)
