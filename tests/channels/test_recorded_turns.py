"""The conversation without a media socket: the same dialogue, one webhook a turn."""

import io
import re
import wave
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select
from twilio.request_validator import RequestValidator

import twiml
from ivr.calls.one_time_codes import OneTimeCodes
from ivr.carrier.port import CarrierError
from ivr.carrier.twilio.dialect import twilio_dialect
from ivr.carrier.twilio.signatures import HEADER, TwilioSignatures
from ivr.channels.recorded_turns import RecordedTurns, read_wav
from ivr.handoff.request import request_handoff
from ivr.ledger.sql import SqlLedger
from ivr.store.engine import Sessions
from ivr.store.models import Call, Handoff, Outbox, Turn
from ivr.store.topics import TURN_DELETE
from ivr.web.hooks.call_documents import CallDocuments
from ivr.web.hooks.calls import make_voice_blueprint
from ivr.web.hooks.recorded_turns import make_turns_blueprint
from speech.events import Expectation
from speech.stt import Segment
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_executor import FakeExecutor
from tests.fakes.fake_handoffs import FakeHandoffs
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.fakes.fake_texts import FakeTexts
from tests.fakes.fake_turn_recogniser import FakeTurnRecogniser
from tests.harness.call_line import LINE, MEDIA, MORGAN, PUBLIC, SID, TOKEN, understand
from tests.harness.calls import Calls

pytestmark = pytest.mark.integration


@dataclass
class FakeRecordings:
    """The carrier's recordings."""

    deleted: list[str] = field(default_factory=list)
    fault: CarrierError | None = None
    fault_on_delete: CarrierError | None = None

    def fetch_recording(self, url: str) -> bytes:
        if self.fault:
            raise self.fault
        return wav()

    def delete_recording(self, recording_sid: str) -> None:
        if self.fault_on_delete:
            raise self.fault_on_delete
        self.deleted.append(recording_sid)


def wav(seconds: float = 1.0, channels: int = 1) -> bytes:
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.full(int(8000 * seconds) * channels, 3000, "<i2").tobytes())
    return data.getvalue()


@dataclass
class Carrier:
    """Follows documents as the carrier does: `step` posts to an address and keeps what came back."""

    client: Any
    document: ET.Element = field(default_factory=lambda: ET.Element("Response"))

    def step(self, address: str, **form: str) -> ET.Element:
        values = {"CallSid": SID, "From": MORGAN, "To": LINE, "CallStatus": "in-progress", **form}
        signature = RequestValidator(TOKEN).compute_signature(address, values)
        answer = self.client.post(address.removeprefix(PUBLIC), data=values, headers={HEADER: signature})
        assert answer.status_code == 200, answer.text
        self.document = ET.fromstring(answer.text)
        return self.document

    def begin(self) -> None:
        self.step(f"{PUBLIC}/voice/incoming")
        self.step(f"{PUBLIC}/voice/turn")

    def says(self, sid: str = "RE1", seconds: int = 2) -> ET.Element:
        recorded = {"RecordingUrl": "https://carrier/RE1", "RecordingSid": sid, "RecordingDuration": str(seconds)}
        return self.step(self.at("Record"), **recorded, Digits="")

    def keys(self, digits: str) -> ET.Element:
        return self.step(self.at("Gather"), Digits=digits)

    def at(self, verb: str) -> str:
        [found] = self.document.iter(verb)
        return found.get("action") or found.text or ""

    @property
    def told(self) -> str:
        return " ".join(say.text or "" for say in self.document.iter("Say"))


@pytest.fixture
def scribe() -> FakeTurnRecogniser:
    return FakeTurnRecogniser()


@pytest.fixture
def shelf() -> FakeRecordings:
    return FakeRecordings()


@pytest.fixture
def calls(sessions: Sessions, clock: FakeClock, ledger: SqlLedger) -> Calls:
    return Calls(
        sessions, clock, understand, ledger, FakeLiveUpdates(), request_handoff, company="Test Bank", notice="n",
        recorded_turns=True,
        codes=OneTimeCodes(sessions, clock, ledger, FakeTexts(), "Test Bank"),
    )  # fmt: skip


@pytest.fixture
def app(
    calls: Calls, sessions: Sessions, clock: FakeClock, scribe: FakeTurnRecogniser, shelf: FakeRecordings, tmp_path: Any
) -> Flask:
    dialect, app = twilio_dialect(TwilioSignatures(TOKEN, PUBLIC, MEDIA)), Flask(__name__)
    channel = RecordedTurns(calls.dialogue, sessions, clock, lambda: scribe, FakeExecutor())
    app.register_blueprint(make_turns_blueprint(channel, shelf, dialect, PUBLIC, FakeExecutor()))
    documents = CallDocuments(twiml, PUBLIC, MEDIA)
    app.register_blueprint(make_voice_blueprint(calls, FakeHandoffs(), dialect, documents))
    return app


@pytest.fixture
def carrier(app: Flask) -> Carrier:
    return Carrier(app.test_client())


def turns(sessions: Sessions) -> list[tuple[str, str]]:
    with sessions() as tx:
        return [(turn.speaker, turn.text) for turn in tx.scalars(select(Turn).order_by(Turn.id))]


def test_a_caller_whose_socket_never_opens_goes_on_by_turns(carrier: Carrier, clock: FakeClock) -> None:
    carrier.step(f"{PUBLIC}/voice/incoming")
    for _ in range(2):
        clock.forward(2)
        carrier.step(f"{PUBLIC}/voice/resume")
    assert carrier.at("Redirect") == f"{PUBLIC}/voice/turn"


def test_the_bot_speaks_first_then_records(carrier: Carrier) -> None:
    carrier.begin()
    assert "how can I help" in carrier.told
    [record] = carrier.document.iter("Record")
    assert (record.get("timeout"), record.get("playBeep")) == ("2", "false")


def test_a_balance_is_told_after_the_pin(carrier: Carrier, scribe: FakeTurnRecogniser, sessions: Sessions) -> None:
    scribe.says = ["balance", "2749"]
    carrier.begin()
    carrier.says()
    assert "PIN" in carrier.told
    carrier.says()
    assert "two thousand four hundred" in carrier.told
    assert scribe.asked[1] == Expectation("digits", 4)
    assert ("caller", "(PIN)") in turns(sessions)


def test_a_pin_is_keyed_one_key_and_then_the_others(carrier: Carrier, scribe: FakeTurnRecogniser) -> None:
    scribe.says = ["balance"]
    carrier.begin()
    carrier.says()
    carrier.keys("2")
    [gather] = carrier.document.iter("Gather")
    assert gather.get("numDigits") == "3"
    carrier.keys("749")
    assert "two thousand four hundred" in carrier.told


def test_keys_that_no_longer_can_be_read_are_asked_for_again(
    carrier: Carrier, scribe: FakeTurnRecogniser, shelf: FakeRecordings
) -> None:
    scribe.says = ["balance"]
    carrier.begin()
    carrier.says()
    carrier.keys("2")
    address = re.sub("first=[^&]*", "first=sealed-by-another", carrier.at("Gather"))
    carrier.step(address, Digits="")
    assert carrier.document.findall("Record"), "the caller is listened to"
    assert waits_until_asked(carrier) <= 7


def test_a_key_ends_the_recording_and_counts(carrier: Carrier) -> None:
    carrier.begin()
    carrier.step(carrier.at("Record"), RecordingUrl="https://carrier/RE1", RecordingSid="RE1", Digits="0")
    assert carrier.at("Redirect") == f"{PUBLIC}/voice/resume"


def test_a_person_is_a_word_away(carrier: Carrier, scribe: FakeTurnRecogniser, sessions: Sessions) -> None:
    scribe.says = ["agent"]
    carrier.begin()
    carrier.says()
    carrier.step(carrier.at("Redirect"))
    assert list(carrier.document.iter("Conference"))
    with sessions() as tx:
        assert tx.scalars(select(Handoff.reason)).all() == ["asked"]


def test_silence_twice_brings_a_person_but_not_before_six_seconds(carrier: Carrier) -> None:
    carrier.begin()
    for _ in range(2):
        assert not carrier.step(carrier.at("Redirect")).findall("Gather")  # still listening, nothing is said
        carrier.step(carrier.at("Redirect"))
        carrier.step(carrier.at("Redirect"))
    assert carrier.at("Redirect") == f"{PUBLIC}/voice/resume"


def waits_until_asked(carrier: Carrier) -> int:
    """How many times nothing comes before the line speaks again."""
    for count in range(1, 40):
        if carrier.step(carrier.at("Redirect")).findall("Gather"):
            return count
    raise AssertionError("the line never asked again")


def test_a_caller_has_as_long_to_answer_as_on_the_socket(carrier: Carrier, scribe: FakeTurnRecogniser) -> None:
    scribe.says = ["balance"]
    carrier.begin()
    carrier.says()
    assert waits_until_asked(carrier) == 7  # two seconds each; an account number is waited for fifteen


def test_who_waits_for_a_code_by_text_is_not_taken_for_silent(carrier: Carrier, scribe: FakeTurnRecogniser) -> None:
    scribe.says = ["balance", "I've forgotten my PIN", "yes"]
    carrier.begin()
    for _ in scribe.says.copy():
        carrier.says()
    assert "six digits" in carrier.told
    assert waits_until_asked(carrier) == 15


def test_a_noise_without_words_is_waited_through_like_silence(
    carrier: Carrier, scribe: FakeTurnRecogniser, sessions: Sessions
) -> None:
    scribe.says = ["", ""]
    carrier.begin()
    carrier.says(seconds=3)
    assert carrier.told == "" and list(carrier.document.iter("Record"))
    carrier.says(seconds=4)
    assert "how can I help" not in carrier.told and carrier.told
    assert [speaker for speaker, _ in turns(sessions)].count("caller") == 0


def test_a_turn_delivered_twice_counts_once(carrier: Carrier, scribe: FakeTurnRecogniser, sessions: Sessions) -> None:
    scribe.says = ["balance", "balance"]
    carrier.begin()
    first = carrier.at("Record")
    carrier.says()
    carrier.step(first, RecordingUrl="https://carrier/RE1", RecordingSid="RE1", Digits="")
    assert "PIN" in carrier.told
    assert turns(sessions).count(("caller", "balance")) == 1


def test_what_was_said_in_a_request_that_failed_is_heard_all_the_same(
    carrier: Carrier, scribe: FakeTurnRecogniser, shelf: FakeRecordings, sessions: Sessions
) -> None:
    scribe.says = ["balance"]
    carrier.begin()
    recorded = {"RecordingUrl": "https://carrier/RE7", "RecordingSid": "RE7", "RecordingDuration": "2", "Digits": ""}
    carrier.step(f"{PUBLIC}/voice/fallback", ErrorCode="11200", ErrorUrl=carrier.at("Record"), **recorded)
    assert "PIN" in carrier.told and shelf.deleted == ["RE7"]
    carrier.step(f"{PUBLIC}/voice/fallback", ErrorCode="11205", ErrorUrl=carrier.at("Gather"), Digits="2")
    carrier.keys("749")
    assert "two thousand four hundred" in carrier.told
    with sessions() as tx:
        assert not tx.scalars(select(Handoff)).all()


def test_what_was_said_stays_nowhere(carrier: Carrier, scribe: FakeTurnRecogniser, shelf: FakeRecordings) -> None:
    scribe.says = ["balance"]
    carrier.begin()
    carrier.says("RE7")
    assert shelf.deleted == ["RE7"]


def test_a_recording_that_cannot_be_fetched_is_asked_for_again(carrier: Carrier, shelf: FakeRecordings) -> None:
    shelf.fault = CarrierError("gone", again=True)
    carrier.begin()
    carrier.says()
    assert list(carrier.document.iter("Record"))


def test_turns_stand_in_the_order_in_which_they_were_said(
    carrier: Carrier, scribe: FakeTurnRecogniser, sessions: Sessions, clock: FakeClock
) -> None:
    scribe.says = ["balance"]
    carrier.begin()
    clock.forward(5)
    carrier.says()
    with sessions() as tx:
        ordered = [turn.speaker for turn in tx.get_one(Call, SID).turns]
    assert ordered == ["bot", "bot", "caller", "bot"]


def test_who_is_heard_for_long_hears_a_word_and_then_the_same_answer(
    carrier: Carrier, scribe: FakeTurnRecogniser, monkeypatch: pytest.MonkeyPatch, sessions: Sessions
) -> None:
    monkeypatch.setattr("ivr.web.hooks.recorded_turns.FIRST_WORD", 0.02)
    monkeypatch.setattr("ivr.web.hooks.recorded_turns.NEXT_WORD", 0.02)
    scribe.says, scribe.gate = ["balance"], Event()
    carrier.begin()
    carrier.says()
    assert carrier.told == "One moment."
    carrier.step(carrier.at("Redirect"))
    assert carrier.told == "I'm still looking that up."
    scribe.gate.set()
    monkeypatch.setattr("ivr.web.hooks.recorded_turns.NEXT_WORD", 5.0)
    carrier.step(carrier.at("Redirect"))
    assert "PIN" in carrier.told and carrier.document.findall("Record")
    monkeypatch.setattr("ivr.web.hooks.recorded_turns.FIRST_WORD", 5.0)
    carrier.keys("2")
    carrier.keys("749")
    assert "two thousand four hundred" in carrier.told


def test_a_noise_that_is_heard_for_long_is_waited_through_like_silence(
    carrier: Carrier, scribe: FakeTurnRecogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.web.hooks.recorded_turns.FIRST_WORD", 0.02)
    scribe.says, scribe.gate = [""], Event()
    carrier.begin()
    carrier.says(seconds=3)
    scribe.gate.set()
    carrier.step(carrier.at("Redirect"))
    assert carrier.told == "" and carrier.document.findall("Record")


def test_who_waits_in_vain_is_brought_to_a_person(
    app: Flask, carrier: Carrier, scribe: FakeTurnRecogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.web.hooks.recorded_turns.FIRST_WORD", 0.01)
    monkeypatch.setattr("ivr.web.hooks.recorded_turns.NEXT_WORD", 0.01)
    scribe.says, scribe.gate = ["balance"], Event()
    carrier.begin()
    carrier.says()
    with pytest.raises(AssertionError):  # 503: the carrier goes to /voice/fallback
        for _ in range(8):
            carrier.step(carrier.at("Redirect"))
    scribe.gate.set()


def test_a_turn_delivered_again_is_answered_as_it_was(carrier: Carrier, scribe: FakeTurnRecogniser) -> None:
    scribe.says = ["balance"]
    carrier.begin()
    first = carrier.at("Record")
    answer = ET.tostring(carrier.says())
    told = carrier.told
    carrier.step(first, RecordingUrl="https://carrier/RE1", RecordingSid="RE1", Digits="")
    assert answer and carrier.told == told


def test_the_deletion_of_what_was_said_is_promised_before_it_is_heard(
    carrier: Carrier, scribe: FakeTurnRecogniser, shelf: FakeRecordings, sessions: Sessions
) -> None:
    def promised() -> list[tuple[str, bool]]:
        with sessions() as tx:
            rows = tx.scalars(select(Outbox).where(Outbox.topic == TURN_DELETE))
            return [(row.payload["recording"], row.done_at is not None) for row in rows]

    before: list[tuple[str, bool]] = []

    def killed(*_: object, **__: object) -> list[Segment]:
        before.extend(promised())
        raise SystemError("killed in mid-work")

    carrier.begin()
    again, hear = carrier.at("Record"), scribe.transcribe_long
    scribe.transcribe_long = killed  # type: ignore[method-assign]
    shelf.fault_on_delete = CarrierError("gone with the process", again=True)
    with pytest.raises(AssertionError):  # no answer: the carrier asks again
        carrier.says("RE7")
    assert before == [("RE7", False)]
    scribe.transcribe_long, scribe.says = hear, ["balance"]  # type: ignore[method-assign]
    carrier.step(again, RecordingUrl="https://carrier/RE7", RecordingSid="RE7", RecordingDuration="2", Digits="")
    assert "PIN" in carrier.told
    assert promised()[0] == ("RE7", False)


def test_a_key_of_a_pin_stands_in_no_address(carrier: Carrier, scribe: FakeTurnRecogniser) -> None:
    scribe.says = ["balance"]
    carrier.begin()
    carrier.says()
    carrier.keys("2")
    [sealed] = parse_qs(urlsplit(carrier.at("Gather")).query)["first"]
    assert len(sealed) > 50
    another = carrier.at("Gather").replace(sealed, "2")
    carrier.keys("749")
    assert "two thousand four hundred" in carrier.told
    carrier.step(another, Digits="749")  # nobody's key: what comes with it begins anew


def test_nobody_is_greeted_late(carrier: Carrier, calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stuck(FakeExecutor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
            return Future()

    monkeypatch.setattr("ivr.channels.recorded_turns.GREETING_SECONDS", 0.01)
    monkeypatch.setattr(FakeExecutor, "submit", Stuck.submit)
    carrier.begin()
    assert "how can I help" in carrier.told


def test_an_unsigned_turn_is_refused(app: Flask) -> None:
    assert app.test_client().post("/voice/turn", data={"CallSid": SID}).status_code == 403


def test_the_first_channel_of_a_recording_is_the_caller() -> None:
    assert len(read_wav(wav(0.5, channels=2))) == 4000


def test_what_is_no_recording_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no WAV file"):
        read_wav(b"<html>")
