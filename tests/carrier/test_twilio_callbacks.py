"""Twilio's form fields become values of our own, in one module and nowhere else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.carrier.callbacks import CallbackError, CardUpdate, ConferenceEvent, RecordingNews, TextStatus, Utterance
from ivr.carrier.twilio import callbacks

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
TWILIO = ROOT / "ivr" / "carrier" / "twilio"
FIELD = re.compile(r"(?:[A-Z][a-z]+)+")


def strings(file: Path) -> Iterator[str]:
    """Every string of a module that stands for itself: no docstring, no piece of a longer text."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_other_module_of_the_line_names_a_field_of_twilios() -> None:
    fields = {text for text in strings(TWILIO / "callbacks.py") if FIELD.fullmatch(text)}
    assert {"CallSid", "From", "Digits", "CallStatus", "ErrorUrl", "StirVerstat"} <= fields
    others = [ROOT / "app.py", *(ROOT / "ivr").rglob("*.py"), *(ROOT / "workers").rglob("*.py")]
    named = {
        f"{file.relative_to(ROOT)}: {text}"
        for file in others
        if TWILIO not in file.parents
        for text in strings(file)
        if text in fields
    }
    assert not named


def test_a_call_is_read_with_its_numbers_status_and_attestation() -> None:
    form = {
        "CallSid": "CA1",
        "From": "+1555",
        "To": "+1556",
        "CallStatus": "busy",
        "StirVerstat": "TN-Validation-Passed-A",
    }
    call = callbacks.call_update(form)
    assert (call.sid, call.caller, call.called, call.status) == ("CA1", "+1555", "+1556", "busy")
    assert (call.over, call.machine, call.attestation) == (True, False, "TN-Validation-Passed-A")


def test_what_the_carrier_does_not_say_of_a_call_is_unknown() -> None:
    call = callbacks.call_update({"CallSid": "CA1", "CallStatus": "a new word"})
    assert (call.caller, call.called, call.status, call.over) == ("unknown", "unknown", None, False)


@pytest.mark.parametrize(("said", "machine"), [("machine_start", True), ("human", False), ("", False)])
def test_an_answering_machine_is_told_from_a_person(said: str, machine: bool) -> None:
    assert callbacks.call_update({"CallSid": "CA1", "AnsweredBy": said}).machine is machine


def test_a_recording_is_a_message_where_a_caller_was_asked_for_one() -> None:
    form = {"RecordingSid": "RE1", "RecordingStatus": "completed", "RecordingUrl": "/RE1", "RecordingDuration": "3"}
    of_call = RecordingNews("RE1", "completed", "/RE1", "call", 3.0, None)
    assert callbacks.recording(form | {"RecordingChannels": "two"}) == of_call
    assert callbacks.recording(form | {"RecordingSource": "RecordVerb"}).kind == "message"
    assert callbacks.message({"RecordingUrl": "https://carrier.test/RE2"}) == RecordingNews(
        "RE2", "in-progress", "https://carrier.test/RE2", "message"
    )
    assert callbacks.message({"CallSid": "CA1"}) is None


def test_a_turns_recording_may_end_with_a_key_or_with_the_call() -> None:
    assert callbacks.utterance({"Digits": "4", "RecordingSid": "RE1"}) == Utterance("4", "RE1", "")
    assert callbacks.utterance({"Digits": "hangup", "RecordingUrl": "/RE1"}) == Utterance("", "", "/RE1")
    assert callbacks.recorded_seconds({"RecordingDuration": "7"}) == 7
    assert callbacks.recorded_seconds({"RecordingDuration": "long"}) is None


def test_the_progress_of_a_card_holds_no_digit_of_it() -> None:
    form = {"Required": "expiration-date, security-code", "PartialResult": "true", "PaymentCardNumber": "xxxx1111"}
    assert callbacks.card_update(form) == CardUpdate(("expiration-date", "security-code"), True, reason=" ")
    assert callbacks.card_update({"Result": "success", "PaymentConfirmationCode": "A1"}).required is None


def test_whoever_was_moved_out_of_a_conference_has_not_hung_up() -> None:
    form = {"CallSid": "CA1", "ConferenceSid": "CF1", "FriendlyName": "xfer-1", "ParticipantLabel": "caller"}
    left = form | {"StatusCallbackEvent": "participant-leave"}
    assert callbacks.conference_event(left) == ConferenceEvent("leave", "xfer-1", "CF1", "CA1", "caller", True, False)
    assert not callbacks.conference_event(left | {"ReasonParticipantLeft": "participant_updated_via_api"}).hung_up
    assert callbacks.conference_event(left | {"ParticipantCallStatus": "failed"}).dropped
    assert callbacks.conference_event({"StatusCallbackEvent": "conference-end"}).kind == "other"


def test_a_failed_document_says_what_its_request_brought() -> None:
    form = {"CallSid": "CA1", "ErrorUrl": "https://line.test/voice/paid/3", "ErrorCode": "11200", "Result": "success"}
    failed = callbacks.failed_document(form)
    assert (failed.url, failed.code, failed.answered) == ("https://line.test/voice/paid/3", "11200", False)
    assert failed.brought == frozenset({"card"})
    assert dict(failed.request) == {"CallSid": "CA1", "Result": "success"}
    assert callbacks.failed_document({"ErrorCode": "12100"}).answered


def test_a_phone_was_answered_only_if_the_two_have_talked() -> None:
    assert callbacks.was_answered({"DialCallStatus": "completed"})
    assert not callbacks.was_answered({"DialCallStatus": "completed", "DialBridged": "false"})
    assert not callbacks.was_answered({"DialCallStatus": "no-answer"})


def test_news_of_texts_and_sockets() -> None:
    assert callbacks.text_status({"MessageSid": "SM1", "MessageStatus": "delivered"}) == TextStatus("SM1", "delivered")
    assert callbacks.stream_fault({"StreamEvent": "stream-started"}) is None


@pytest.mark.parametrize(
    ("read", "form", "missing"),
    [
        (callbacks.call_update, {}, "CallSid"),
        (callbacks.recording, {"CallSid": "CA1"}, "RecordingStatus"),
        (callbacks.utterance, {"CallSid": "CA1"}, "RecordingUrl"),
        (callbacks.text_status, {"MessageSid": "SM1"}, "MessageStatus"),
        (callbacks.stream_fault, {"StreamEvent": "stream-error", "CallSid": "CA1"}, "StreamSid"),
        (callbacks.conference_event, {"StatusCallbackEvent": "participant-join", "CallSid": "CA1"}, "ConferenceSid"),
        (callbacks.conference_event, {"StatusCallbackEvent": "participant-leave"}, "CallSid"),
    ],
)
def test_what_always_comes_and_does_not_is_named(read, form, missing) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(CallbackError, match=f"^{missing} is missing"):
        read(form)


@pytest.mark.parametrize("told", ["²", "nan", "inf", "9" * 5000, "1e309", "x", ""])
def test_a_length_that_is_no_number_is_none(told: str) -> None:
    fields = {
        "RecordingStatus": "completed",
        "RecordingSid": "RE1",
        "RecordingDuration": told,
        "RecordingChannels": told,
    }
    news = callbacks.recording(fields)
    assert (news.seconds, news.channels) == (None, None)
    assert callbacks.recorded_seconds(fields) is None


def test_only_what_a_telephone_can_send_is_a_key() -> None:
    assert callbacks.keys({"Digits": "1²2\u0663#*"}) == "12#*"
