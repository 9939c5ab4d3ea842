"""Pay by card: unrecorded or not at all, charged once, and the caller comes back to the bot whatever happened."""

import threading
import time
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from ivr.calls.dialogue_steps import Applied
from ivr.carrier.port import CarrierError
from ivr.dialogue.actions import HandOff, Query, Say, TakeCard
from ivr.dialogue.events import CardTaken, Keyed, Resumed
from ivr.store.engine import Sessions
from ivr.store.models import Call, Handoff, Outbox, Turn
from ivr.store.stream_tokens import Connected
from speech.events import UserTurn
from tests.fakes.fake_clock import FakeClock
from tests.harness.call_line import SID, Post, RecorderTwin
from tests.harness.calls import Calls

FULL, CARD, YES = "1", "3", "1"
GOOD = {"Result": "success", "PaymentConfirmationCode": "48151623", "PaymentCardNumber": "xxxxxxxxxxxx4242"}
DECLINED = {"Result": "payment-connector-error", "ConnectorError": "card_declined"}


class Line:
    """A caller on the line as carrier and media process bring him: webhooks posted, events applied."""

    def __init__(self, post: Post, calls: Calls) -> None:
        self.post, self.calls, self.stream, self.number = post, calls, 0, 0

    def connect(self, document: TestResponse) -> Applied:
        """The carrier opens the socket that the document names; the bot says its first words there."""
        parameter = ET.fromstring(document.get_data(as_text=True)).find("Connect/Stream/Parameter")
        assert parameter is not None
        self.connected: Connected = self.calls.dialogue.connect(SID, parameter.get("value", ""))
        self.stream, self.number = self.connected.number, 0
        return self.follow(self.apply(self.calls.dialogue.opening(self.connected)))

    def apply(self, event: object, turn: UserTurn | None = None) -> Applied:
        self.number += 1
        return self.calls.dialogue.apply(SID, event, f"s{self.stream}.{self.number}", turn)  # type: ignore[arg-type]

    def say(self, text: str) -> Applied:
        heard = UserTurn(text, 0.9, (), 1.0, 1.5, {})
        return self.follow(self.apply(self.calls.dialogue.event_of(heard, "open"), heard))

    def key(self, digits: str) -> Applied:
        return self.follow(self.apply(Keyed(digits), UserTurn.of_keys(digits, 2.0)))

    def follow(self, applied: Applied) -> Applied:
        done = applied.actions
        while done and isinstance(done[-1][1], Query):
            done = (*done, *self.apply(self.calls.dialogue.ask(SID, done[-1][1])).actions)
            if len(done) == len(applied.actions):
                break
            applied = Applied(done)
        return applied

    def agree(self) -> Applied:
        """As far as the yes to paying everything by card."""
        self.connect(self.post("/voice/incoming"))
        self.say("pay")
        for keys in ("2749", FULL, CARD):
            self.key(keys)
        return self.key(YES)


@pytest.fixture
def line(post: Post, calls: Calls) -> Line:
    return Line(post, calls)


def verbs(response: TestResponse) -> list[str]:
    assert response.status_code == 200
    return [verb.tag for verb in ET.fromstring(response.get_data(as_text=True))]


def call_of(sessions: Sessions) -> Call:
    with sessions() as tx:
        return tx.get_one(Call, SID)


def paid_url(document: TestResponse) -> str:
    entry = ET.fromstring(document.get_data(as_text=True)).find("Pay")
    assert entry is not None
    return entry.get("action", "").removeprefix("https://line.example.com")


def promised(sessions: Sessions, topic: str) -> list[Outbox]:
    with sessions() as tx:
        return list(tx.scalars(select(Outbox).where(Outbox.topic == topic)))


def said(applied: Applied) -> str:
    return " ".join(action.text for _, action in applied.actions if isinstance(action, Say))


def test_the_stream_ends_and_the_recording_is_paused_before_the_card_is_asked_for(
    line: Line, recorder: RecorderTwin, sessions: Sessions
) -> None:
    agreed = line.agree()
    assert isinstance(agreed.actions[-1][1], TakeCard)
    assert verbs(line.post("/voice/resume")) == ["Pay", "Redirect"]
    assert recorder.asked == [SID]
    assert call_of(sessions).stage == "card"


def test_a_charged_card_is_told_on_a_new_stream_and_booked_once(line: Line, sessions: Sessions) -> None:
    line.agree()
    url = paid_url(line.post("/voice/resume"))
    line.post(url, **GOOD)
    back = line.connect(line.post(url, **GOOD))
    assert line.connected.card == CardTaken("success", "48151623")
    assert "paid" in said(back)
    [booking] = promised(sessions, "card.book")
    assert booking.payload["key"] == f"{SID}:{url.rsplit('/', 1)[1]}"
    assert (booking.payload["account"], booking.payload["amount"]) == ("acc-1", 245017)


def test_no_card_data_is_kept(line: Line, sessions: Sessions, caplog: pytest.LogCaptureFixture) -> None:
    line.agree()
    line.key("4242424242424242")  # too early: we still listen
    url = paid_url(line.post("/voice/resume"))
    line.post("/voice/card", For="security-code", PaymentCardNumber="xxxxxxxxxxxx4242", ExpirationDate="1230")
    line.connect(line.post(url, **GOOD))
    with sessions() as tx:
        kept = str([(turn.text, turn.words) for turn in tx.scalars(select(Turn))])
    assert "4242" not in kept + caplog.text + str(call_of(sessions).card) + str(call_of(sessions).dialogue)


def test_a_declined_card_is_told_and_another_way_is_offered(line: Line, sessions: Sessions) -> None:
    line.agree()
    back = line.connect(line.post(paid_url(line.post("/voice/resume")), **DECLINED))
    assert "nothing was charged" in said(back)
    assert promised(sessions, "card.book") == []
    assert call_of(sessions).stage == "dialogue"


def test_a_recording_that_cannot_be_paused_takes_no_card(
    line: Line, recorder: RecorderTwin, sessions: Sessions
) -> None:
    recorder.fault = CarrierError("the carrier does not answer", again=True)
    line.agree()
    document = line.post("/voice/resume")
    assert verbs(document) == ["Connect", "Redirect"]
    assert isinstance(line.connect(document).actions[-1][1], HandOff)
    assert call_of(sessions).stage == "parked"


@pytest.mark.parametrize(
    "result",
    [
        {"Result": "success"},
        DECLINED,
        {"Result": "too-many-failed-attempts"},
        {"Result": "caller-interrupted-with-star"},
        {"Result": "caller-hung-up", "CallStatus": "completed"},
        {"Result": "internal-error"},
        {},
    ],
)
def test_the_recording_goes_on_after_every_result(
    line: Line, sessions: Sessions, clock: FakeClock, result: dict[str, str]
) -> None:
    line.agree()
    url = paid_url(line.post("/voice/resume"))
    line.post(url, **result)
    assert [row.due_at for row in promised(sessions, "card.resume")] == [clock.now()]


@pytest.mark.parametrize("lost", [("/voice/fallback", "in-progress"), ("/voice/status", "completed")])
def test_the_recording_goes_on_when_the_result_is_lost(
    line: Line, sessions: Sessions, clock: FakeClock, lost: tuple[str, str]
) -> None:
    line.agree()
    line.post("/voice/resume")
    line.post("/voice/resume")
    [watch] = promised(sessions, "card.resume")
    assert watch.due_at > clock.now()
    line.post(lost[0], CallStatus=lost[1], ErrorCode="11200")
    assert [row.due_at for row in promised(sessions, "card.resume")] == [clock.now()]


def test_a_person_is_told_that_a_card_may_have_been_charged(line: Line, sessions: Sessions) -> None:
    line.agree()
    line.post("/voice/resume")
    line.post("/voice/fallback", ErrorCode="11200")
    with sessions() as tx:
        assert "may have been charged" in tx.scalars(select(Handoff)).one().known["card"]


def test_who_pays_and_hangs_up_was_served(line: Line, sessions: Sessions) -> None:
    line.agree()
    url = paid_url(line.post("/voice/resume"))
    line.post("/voice/status", CallStatus="completed")
    assert call_of(sessions).outcome == "abandoned"
    line.post(url, **GOOD, CallStatus="completed")
    assert call_of(sessions).outcome == "resolved"
    assert len(promised(sessions, "card.book")) == 1


def test_a_result_that_no_stream_could_tell_stands_in_the_brief(
    line: Line, sessions: Sessions, clock: FakeClock
) -> None:
    line.agree()
    line.post(paid_url(line.post("/voice/resume")), **GOOD)
    for _ in range(2):
        clock.forward(10)
        line.post("/voice/resume")
    with sessions() as tx:
        assert tx.scalars(select(Handoff)).one().known["paid"] == "48151623"


def test_a_stream_lost_after_the_result_was_told_goes_on_where_it_was(line: Line, clock: FakeClock) -> None:
    line.agree()
    line.connect(line.post(paid_url(line.post("/voice/resume")), **GOOD))
    clock.forward(10)
    line.connect(line.post("/voice/resume"))
    assert line.calls.dialogue.opening(line.connected) == Resumed()


def test_zero_while_the_card_is_announced_brings_a_person(line: Line, sessions: Sessions) -> None:
    line.agree()
    line.key("0")
    assert verbs(line.post("/voice/resume")) == ["Stop", "Start", "Dial"]
    assert call_of(sessions).stage == "parked"


@pytest.mark.parametrize("code", ["x" * 40, "4242424242424242", "no spaces!"])
def test_a_confirmation_that_cannot_be_read_out_is_not(line: Line, sessions: Sessions, code: str) -> None:
    line.agree()
    line.post(paid_url(line.post("/voice/resume")), Result="success", PaymentConfirmationCode=code)
    [booking] = promised(sessions, "card.book")
    assert booking.payload["confirmation"] == ""


def test_a_carrier_that_does_not_pause_the_recording_in_time_holds_no_webhook(
    line: Line, recorder: RecorderTwin, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()
    monkeypatch.setattr(recorder, "pause_recording", lambda _sid: answered.wait(20))
    monkeypatch.setattr("ivr.web.hooks.calls.PAUSE_SECONDS", 0.05)
    began = time.monotonic()
    line.agree()
    assert verbs(line.post("/voice/resume")) == ["Connect", "Redirect"]
    assert time.monotonic() - began < 10
    answered.set()
