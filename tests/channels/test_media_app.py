"""The carrier's sockets: who is let in, and a call that is heard and answered over one."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from sqlalchemy import select
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect
from twilio.request_validator import RequestValidator
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from ivr.carrier.twilio.signatures import HEADER, TwilioSignatures
from ivr.channels.media_app import RECENT, Once, make_media_app
from ivr.dialogue.actions import HandOff
from ivr.handoff.request import request_handoff
from ivr.store.engine import Sessions
from ivr.store.models import Call, Handoff, Turn
from ivr.traces import Span, taken_by
from speech.audio import SILENCE, encode
from speech.tts import TextToSpeech
from tests.fakes.fake_speech import FakeQuickVoice, FakeRecogniser, loud
from tests.harness.call_line import LINE, MEDIA, MORGAN, PUBLIC, SID, TOKEN
from tests.harness.calls import Calls
from tests.harness.eventually import eventually
from tests.harness.media_socket import close_code, media, play_until, start

pytestmark = pytest.mark.integration

VOICED = encode(np.full(160, 8000, np.int16))
Open = Callable[..., WebSocketTestSession]


@pytest.fixture
def recogniser() -> FakeRecogniser:
    return FakeRecogniser()


@pytest.fixture
def socket(calls: Calls, recogniser: FakeRecogniser, tmp_path: Path) -> Iterator[Open]:
    signatures = TwilioSignatures(TOKEN, PUBLIC, MEDIA)
    speaker = TextToSpeech(FakeQuickVoice(), tmp_path / "prompts")
    app = make_media_app(calls.dialogue, signatures, recogniser, speaker, lambda: loud)
    with TestClient(app) as client:

        def dial(below: str = "", token: str = TOKEN) -> WebSocketTestSession:
            signature = RequestValidator(token).compute_signature(MEDIA + below, {})
            return client.websocket_connect("/media" + below, headers={HEADER: signature})

        yield dial


@pytest.mark.parametrize("below", ["", "/listen"])
def test_an_unsigned_or_forged_socket_is_refused_before_the_handshake(socket: Open, below: str) -> None:
    with pytest.raises(WebSocketDisconnect), socket(below, token="somebody else's"):
        pass


@pytest.mark.parametrize("below", ["", "/listen"])
def test_a_wrong_token_is_refused(socket: Open, calls: Calls, below: str) -> None:
    calls.answer(SID, MORGAN, LINE)
    with socket(below) as line:
        line.send_text(start("guessed"))
        assert close_code(line) == 1008


def test_an_unknown_call_is_refused(socket: Open) -> None:
    with socket() as line:
        line.send_text(start("guessed", "CA" + "9" * 32))
        assert close_code(line) == 1008


def test_a_socket_without_a_start_is_refused(socket: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.channels.media_app.START_SECONDS", 0.05)
    with socket() as line:
        assert close_code(line) == 1008


def test_the_bot_speaks_first_and_what_was_heard_is_kept(socket: Open, calls: Calls, sessions: Sessions) -> None:
    def heard() -> bool:
        with sessions() as tx:
            return tx.scalars(select(Turn.played).where(Turn.speaker == "bot").order_by(Turn.id)).first() == 1.0

    with socket() as line:
        line.send_text(start(calls.answer(SID, MORGAN, LINE).token))
        play_until(line, heard)


def test_zero_brings_a_person_and_closes_the_socket(socket: Open, calls: Calls, sessions: Sessions) -> None:
    with socket() as line:
        line.send_text(start(calls.answer(SID, MORGAN, LINE).token))
        line.send_text(json.dumps({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": "0"}}))
        assert close_code(line) == 1000
    with sessions() as tx:
        assert tx.scalars(select(Handoff.reason)).one() == "asked"
        assert tx.get_one(Call, SID).stage == "parked"
        assert [(t.text, t.via) for t in tx.scalars(select(Turn).where(Turn.speaker == "caller"))] == [("0", "keys")]


def test_spoken_words_are_understood_and_answered(
    socket: Open, calls: Calls, sessions: Sessions, recogniser: FakeRecogniser
) -> None:
    recogniser.texts = ["agent"]
    with socket() as line:
        line.send_text(start(calls.answer(SID, MORGAN, LINE).token))
        for number in range(130):
            line.send_text(media(VOICED if 10 <= number < 50 else SILENCE, 100 + 20 * number))
        assert close_code(line) == 1000
    with sessions() as tx:
        turn = tx.scalars(select(Turn).where(Turn.speaker == "caller")).one()
        assert (turn.text, turn.intent, turn.via) == ("agent", "human_agent", "voice")


def test_the_socket_and_each_hearing_are_traced(socket: Open, calls: Calls, recogniser: FakeRecogniser) -> None:
    spans: list[Span] = []
    recogniser.texts = ["agent"]
    with taken_by(spans.append), socket() as line:
        line.send_text(start(calls.answer(SID, MORGAN, LINE).token))
        for number in range(130):
            line.send_text(media(VOICED if 10 <= number < 50 else SILENCE, 100 + 20 * number))
        assert close_code(line) == 1000
    assert {(span.call, span.name) for span in spans} >= {(SID, "socket"), (SID, "hearing")}
    assert not any("agent" in map(str, span.values.values()) for span in spans)


def test_a_fault_closes_the_socket_and_the_call_goes_on_elsewhere(
    socket: Open, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(calls.dialogue, "apply", broken)
    with socket() as line:
        line.send_text(start(calls.answer(SID, MORGAN, LINE).token))
        assert close_code(line) == 1011


def test_an_agent_s_words_are_kept_once_he_is_bridged(
    socket: Open, calls: Calls, sessions: Sessions, recogniser: FakeRecogniser
) -> None:
    calls.answer(SID, MORGAN, LINE)
    after = calls.fault(SID, MORGAN, LINE, "document")
    with sessions.begin() as tx:
        call = tx.get_one(Call, SID)
        call.stage = "bridged"
        asked = HandOff("asked", "human_agent", "They ask for a person.")
        request_handoff(tx, call, asked, call.started_at).times = {"bridged": call.started_at.isoformat()}
        call.stage = "bridged"
    recogniser.texts = ["this is Sam"]
    with socket("/listen") as line:
        line.send_text(start(after.token, tracks=("inbound", "outbound")))  # type: ignore[union-attr]
        for number in range(130):
            sound = VOICED if 10 <= number < 50 else SILENCE
            line.send_text(media(sound, 100 + 20 * number, "outbound"))
        line.send_text(json.dumps({"event": "stop", "stop": {}}))
        assert close_code(line) == 1000
    with sessions() as tx:
        assert [(t.speaker, t.text) for t in tx.scalars(select(Turn))] == [("agent", "this is Sam")]


def test_the_process_says_that_it_is_alive(calls: Calls, recogniser: FakeRecogniser, tmp_path: Path) -> None:
    tts = TextToSpeech(FakeQuickVoice(), tmp_path)
    app = make_media_app(calls.dialogue, TwilioSignatures(TOKEN, PUBLIC, MEDIA), recogniser, tts, lambda: loud)
    assert TestClient(app).get("/health").json() == {"ok": True}


def test_the_refusal_of_a_socket_is_403_on_the_wire(calls: Calls, recogniser: FakeRecogniser, tmp_path: Path) -> None:
    tts = TextToSpeech(FakeQuickVoice(), tmp_path)
    app = make_media_app(calls.dialogue, TwilioSignatures(TOKEN, PUBLIC, MEDIA), recogniser, tts, lambda: loud)
    config = uvicorn.Config(app, port=0, ws="websockets-sansio", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        eventually(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        with pytest.raises(InvalidStatus) as refused, connect(f"ws://127.0.0.1:{port}/media"):
            pass
        assert refused.value.response.status_code == 403
    finally:
        server.should_exit = True
        thread.join()


def test_a_message_that_comes_again_is_taken_once() -> None:
    once = Once()
    key = '{"event":"dtmf","sequenceNumber":"4","dtmf":{"digit":"1"}}'
    assert [once(key), once(key.replace('"4"', '"5"')), once(key)] == [True, True, False]


def test_of_a_long_call_only_the_recent_messages_are_remembered() -> None:
    once = Once()
    numbered = [f'{{"event":"media","sequenceNumber":"{number}"}}' for number in range(RECENT + 1)]
    assert all(once(message) for message in numbered)
    assert [once(numbered[1]), once(numbered[0])] == [False, True]


def test_messages_without_a_number_are_all_taken() -> None:
    once = Once()
    assert all(once('{"event":"connected"}') for _ in range(2 * RECENT))
