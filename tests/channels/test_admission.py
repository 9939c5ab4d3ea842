"""A media process that is full lets nobody else in, and the caller is not lost by it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient, WebSocketDenialResponse, WebSocketTestSession
from twilio.request_validator import RequestValidator

from ivr.calls.next_step import Reconnect
from ivr.carrier.twilio.signatures import HEADER, TwilioSignatures
from ivr.channels.admission import Admission, AtCapacityError
from ivr.channels.media_app import MediaOptions, make_media_app
from ivr.store.engine import Sessions
from ivr.store.models import Call
from speech.tts import TextToSpeech
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_speech import FakeQuickVoice, FakeRecogniser, loud
from tests.harness.call_line import LINE, MEDIA, MORGAN, PUBLIC, SID, TOKEN
from tests.harness.calls import Calls
from tests.harness.media_socket import play_until, start

pytestmark = pytest.mark.integration

OTHER = "CA" + "2" * 32
Dial = Callable[[], WebSocketTestSession]


@pytest.fixture
def admission() -> Admission:
    return Admission(1)


@pytest.fixture
def dial(calls: Calls, admission: Admission, tmp_path: Path) -> Iterator[Dial]:
    signatures, speaker = TwilioSignatures(TOKEN, PUBLIC, MEDIA), TextToSpeech(FakeQuickVoice(), tmp_path / "prompts")
    app = make_media_app(calls.dialogue, signatures, FakeRecogniser(), speaker, lambda: loud, MediaOptions(admission))
    signature = RequestValidator(TOKEN).compute_signature(MEDIA, {})
    with TestClient(app) as client:
        yield lambda: client.websocket_connect("/media", headers={HEADER: signature})


def test_the_caller_past_the_limit_is_asked_to_come_again(
    dial: Dial, calls: Calls, sessions: Sessions, clock: FakeClock, admission: Admission
) -> None:
    with dial() as first:
        first.send_text(start(calls.answer(SID, MORGAN, LINE).token))
        play_until(first, lambda: admission.taken == 1)
        calls.answer(OTHER, MORGAN, LINE)
        with pytest.raises(WebSocketDenialResponse) as refused, dial() as second:
            second.receive_text()
    assert (refused.value.status_code, admission.refused) == (503, 1)  # a balancer asks another process
    clock.forward(2)
    assert isinstance(calls.resume(OTHER, MORGAN, LINE), Reconnect)
    with sessions() as tx:
        [problem] = tx.scalars(select(Call.problems).where(Call.sid == OTHER)).one()
    assert problem["what"] == "stream-refused"


def test_a_place_is_free_again_when_its_caller_has_gone() -> None:
    admission = Admission(1)
    with admission.place(), pytest.raises(AtCapacityError), admission.place():
        pass
    with admission.place():
        assert admission.taken == 1


def test_admission_without_a_limit_is_never_full() -> None:
    admission = Admission()
    with admission.place(), admission.place():
        assert admission.taken == 2


def test_where_words_wait_too_long_nobody_comes_in_until_they_wait_half_as_long() -> None:
    waits = iter((0.7, 0.9, 0.7, 0.5, 0.3, 0.7))
    admission = Admission(wait=lambda: next(waits), longest=0.8)
    admission.taken = 1
    assert [admission.full for _ in range(6)] == [False, True, True, True, False, False]


def test_an_empty_process_takes_a_caller_however_slow_it_was() -> None:
    admission = Admission(wait=lambda: 9.0, longest=0.8)
    with admission.place():
        assert admission.full
    assert not admission.full


def test_both_limits_hold() -> None:
    admission = Admission(1, wait=lambda: 0.0, longest=0.8)
    with admission.place():
        assert admission.full
