"""Pay by card: unrecorded or not at all, charged once, and the caller comes back to the bot whatever happened."""

import threading
import time

import pytest
from sqlalchemy import select

from ivr.carrier.port import CarrierError
from ivr.dialogue.actions import HandOff, TakeCard
from ivr.dialogue.events import CardTaken, Resumed
from ivr.store.engine import Sessions
from ivr.store.models import Handoff, Turn
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_recorder import FakeRecorder
from tests.harness.call_line import SID, Post
from tests.harness.calls import Calls
from tests.harness.card_caller import GOOD, CardCaller, paid_url, promised, verbs
from tests.harness.media_caller import call_of, said

pytestmark = pytest.mark.integration

DECLINED = {"Result": "payment-connector-error", "ConnectorError": "card_declined"}


@pytest.fixture
def line(post: Post, calls: Calls) -> CardCaller:
    return CardCaller(post, calls)


def test_the_stream_ends_and_the_recording_is_paused_before_the_card_is_asked_for(
    line: CardCaller, recorder: FakeRecorder, sessions: Sessions
) -> None:
    agreed = line.agree()
    assert isinstance(agreed.actions[-1][1], TakeCard)
    assert verbs(line.post("/voice/resume")) == ["Pay", "Redirect"]
    assert recorder.asked == [SID]
    assert call_of(sessions).stage == "card"


def test_a_charged_card_is_told_on_a_new_stream_and_booked_once(line: CardCaller, sessions: Sessions) -> None:
    line.agree()
    url = paid_url(line.post("/voice/resume"))
    line.post(url, **GOOD)
    back = line.connect(line.post(url, **GOOD))
    assert line.connected.card == CardTaken("success", "48151623")
    assert "paid" in said(back)
    [booking] = promised(sessions, "card.book")
    assert booking.payload["key"] == f"{SID}:{url.rsplit('/', 1)[1]}"
    assert (booking.payload["account"], booking.payload["amount"]) == ("acc-1", 245017)


def test_no_card_data_is_kept(line: CardCaller, sessions: Sessions, caplog: pytest.LogCaptureFixture) -> None:
    line.agree()
    line.key("4242424242424242")  # too early: we still listen
    url = paid_url(line.post("/voice/resume"))
    line.post("/voice/card", For="security-code", PaymentCardNumber="xxxxxxxxxxxx4242", ExpirationDate="1230")
    line.connect(line.post(url, **GOOD))
    with sessions() as tx:
        kept = str([(turn.text, turn.words) for turn in tx.scalars(select(Turn))])
    assert "4242" not in kept + caplog.text + str(call_of(sessions).card) + str(call_of(sessions).dialogue)


def test_a_declined_card_is_told_and_another_way_is_offered(line: CardCaller, sessions: Sessions) -> None:
    line.agree()
    back = line.connect(line.post(paid_url(line.post("/voice/resume")), **DECLINED))
    assert "nothing was charged" in said(back)
    assert promised(sessions, "card.book") == []
    assert call_of(sessions).stage == "dialogue"


def test_a_recording_that_cannot_be_paused_takes_no_card(
    line: CardCaller, recorder: FakeRecorder, sessions: Sessions
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
    line: CardCaller, sessions: Sessions, clock: FakeClock, result: dict[str, str]
) -> None:
    line.agree()
    url = paid_url(line.post("/voice/resume"))
    line.post(url, **result)
    assert [row.due_at for row in promised(sessions, "card.resume")] == [clock.now()]


@pytest.mark.parametrize("lost", [("/voice/fallback", "in-progress"), ("/voice/status", "completed")])
def test_the_recording_goes_on_when_the_result_is_lost(
    line: CardCaller, sessions: Sessions, clock: FakeClock, lost: tuple[str, str]
) -> None:
    line.agree()
    line.post("/voice/resume")
    line.post("/voice/resume")
    [watch] = promised(sessions, "card.resume")
    assert watch.due_at > clock.now()
    line.post(lost[0], CallStatus=lost[1], ErrorCode="11200")
    assert [row.due_at for row in promised(sessions, "card.resume")] == [clock.now()]


def test_a_person_is_told_that_a_card_may_have_been_charged(line: CardCaller, sessions: Sessions) -> None:
    line.agree()
    line.post("/voice/resume")
    line.post("/voice/fallback", ErrorCode="11200")
    with sessions() as tx:
        assert "may have been charged" in tx.scalars(select(Handoff)).one().known["card"]


def test_who_pays_and_hangs_up_was_served(line: CardCaller, sessions: Sessions) -> None:
    line.agree()
    url = paid_url(line.post("/voice/resume"))
    line.post("/voice/status", CallStatus="completed")
    assert call_of(sessions).outcome == "abandoned"
    line.post(url, **GOOD, CallStatus="completed")
    assert call_of(sessions).outcome == "resolved"
    assert len(promised(sessions, "card.book")) == 1


def test_a_result_that_no_stream_could_tell_stands_in_the_brief(
    line: CardCaller, sessions: Sessions, clock: FakeClock
) -> None:
    line.agree()
    line.post(paid_url(line.post("/voice/resume")), **GOOD)
    for _ in range(2):
        clock.forward(10)
        line.post("/voice/resume")
    with sessions() as tx:
        assert tx.scalars(select(Handoff)).one().known["paid"] == "48151623"


def test_a_stream_lost_after_the_result_was_told_goes_on_where_it_was(line: CardCaller, clock: FakeClock) -> None:
    line.agree()
    line.connect(line.post(paid_url(line.post("/voice/resume")), **GOOD))
    clock.forward(10)
    line.connect(line.post("/voice/resume"))
    assert line.calls.dialogue.opening(line.connected) == Resumed()


def test_zero_while_the_card_is_announced_brings_a_person(line: CardCaller, sessions: Sessions) -> None:
    line.agree()
    line.key("0")
    assert verbs(line.post("/voice/resume")) == ["Stop", "Start", "Dial"]
    assert call_of(sessions).stage == "parked"


@pytest.mark.parametrize("code", ["x" * 40, "4242424242424242", "no spaces!"])
def test_a_confirmation_that_cannot_be_read_out_is_not(line: CardCaller, sessions: Sessions, code: str) -> None:
    line.agree()
    line.post(paid_url(line.post("/voice/resume")), Result="success", PaymentConfirmationCode=code)
    [booking] = promised(sessions, "card.book")
    assert booking.payload["confirmation"] == ""


def test_a_carrier_that_does_not_pause_the_recording_in_time_holds_no_webhook(
    line: CardCaller, recorder: FakeRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()
    monkeypatch.setattr(recorder, "pause_recording", lambda _sid: answered.wait(20))
    monkeypatch.setattr("ivr.web.hooks.calls.PAUSE_SECONDS", 0.05)
    began = time.monotonic()
    line.agree()
    assert verbs(line.post("/voice/resume")) == ["Connect", "Redirect"]
    assert time.monotonic() - began < 10
    answered.set()
