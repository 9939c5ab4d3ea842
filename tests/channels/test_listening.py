"""Listening in on a call of the bot: its sound goes to Redis while somebody asks for it, and not otherwise."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from redis import Redis
from starlette.testclient import TestClient, WebSocketTestSession
from twilio.request_validator import RequestValidator

from ivr.carrier.twilio.signatures import HEADER, TwilioSignatures
from ivr.channels.listening import ASKED, HOLDS, QUEUED, SOUND, SoundRelay
from ivr.channels.media_app import MediaOptions, make_media_app
from ivr.dialogue import machine
from ivr.store.engine import Sessions
from ivr.store.models import Call
from speech.audio import FRAME, SILENCE, decode, encode
from speech.tts import TextToSpeech
from tests.fakes.fake_clock import FakeMonotonicClock
from tests.fakes.fake_speech import FakeRecogniser, FakeVoice, loud
from tests.harness.call_line import LINE, MEDIA, MORGAN, PUBLIC, SID, TOKEN
from tests.harness.calls import Calls
from tests.harness.eventually import eventually
from tests.harness.media_socket import media, start

pytestmark = pytest.mark.integration

HUM = encode(np.full(FRAME, 300, np.int16))
FRAME_SECONDS = 0.02


class Caller:
    """Their side of the socket: a quiet hum without end, and marks for what is played."""

    def __init__(self, line: WebSocketTestSession) -> None:
        self._line, self._over = line, threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._hum, self._mark)]
        for thread in self._threads:
            thread.start()

    def _hum(self) -> None:
        for number in range(10_000):
            if self._over.wait(FRAME_SECONDS):
                return
            self._line.send_text(media(HUM, 20 * number))

    def _mark(self) -> None:
        with contextlib.suppress(Exception):  # the socket's end
            while True:
                message = json.loads(self._line.receive_text())
                if message["event"] == "mark":
                    self._line.send_text(json.dumps({"event": "mark", "mark": message["mark"]}))

    def key(self, digits: str) -> None:
        for digit in digits:
            self._line.send_text(json.dumps({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": digit}}))

    def end(self) -> None:
        self._over.set()


class Ear:
    """Who listens to the call, over Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._channel = redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._channel.subscribe(SOUND + SID)

    def hears(self, seconds: float, asks: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """The caller's samples and the bot's, of so much time."""
        both, until, asked = b"", time.monotonic() + seconds, 0.0
        while time.monotonic() < until:
            if asks and time.monotonic() > asked + 1:
                self._redis.publish(ASKED, SID)
                asked = time.monotonic()
            message = self._channel.get_message(timeout=0.05)
            both += message["data"] if message and message["type"] == "message" else b""
        return decode(both[::2]), decode(both[1::2])


@pytest.fixture
def caller(calls: Calls, redis_url: str, redis: Redis, tmp_path: Path) -> Iterator[Caller]:
    signatures, voice = TwilioSignatures(TOKEN, PUBLIC, MEDIA), TextToSpeech(FakeVoice(), tmp_path / "prompts")
    options = MediaOptions(relay=SoundRelay(redis_url))
    app = make_media_app(calls.dialogue, signatures, FakeRecogniser(), voice, lambda: loud, options)
    signature = RequestValidator(TOKEN).compute_signature(MEDIA, {})
    with TestClient(app) as client, client.websocket_connect("/media", headers={HEADER: signature}) as line:
        eventually(lambda: redis.pubsub_numsub(ASKED)[0][1])
        line.send_text(start(calls.answer(SID, MORGAN, LINE).token))
        caller = Caller(line)
        yield caller
        caller.end()


def test_while_nobody_listens_nothing_is_sent(caller: Caller, redis: Redis) -> None:
    heard, _ = Ear(redis).hears(0.5, asks=False)
    assert len(heard) == 0


def test_who_listens_hears_both_sides(caller: Caller, redis: Redis) -> None:
    said, bot = Ear(redis).hears(1.5)
    assert len(said) > 4000
    assert np.median(said[-800:]) == decode(HUM)[0]
    assert np.abs(bot).max() > 0


def test_a_caller_who_is_asked_for_their_pin_is_not_heard_until_it_is_checked(
    caller: Caller, redis: Redis, sessions: Sessions
) -> None:
    def asked() -> str:
        with sessions() as tx:
            state = machine.restore(tx.get_one(Call, SID).dialogue)
            return state.question if state.phase == "asking" else ""

    ear = Ear(redis)
    eventually(asked)
    caller.key("1")  # the balance, for which the PIN is needed
    eventually(lambda: asked() == "pin")
    ear.hears(0.3)
    said, _ = ear.hears(0.8)
    assert len(said) > 0
    assert not said.any()
    caller.key("2749")
    eventually(lambda: asked() not in ("", "pin"))
    ear.hears(0.3)
    said, _ = ear.hears(0.5)
    assert np.median(said) == decode(HUM)[0]


def test_an_ask_holds_for_a_few_seconds_and_for_one_call() -> None:
    clock = FakeMonotonicClock()
    relay = SoundRelay("redis://nowhere", clock)
    assert not relay.wanted("CA1")
    relay.ask("CA1")
    assert (relay.wanted("CA1"), relay.wanted("CA2")) == (True, False)
    clock.time += HOLDS + 0.1
    assert not relay.wanted("CA1")


def test_what_cannot_be_sent_at_once_makes_way_for_what_is_newer() -> None:
    relay = SoundRelay("redis://nowhere")
    for number in range(QUEUED + 10):
        relay.give("CA1", bytes([number]))
    assert relay._waiting.get_nowait() == ("CA1", bytes([10]))
    assert relay._waiting.qsize() == QUEUED - 1


def test_a_redis_that_is_away_costs_the_caller_nothing(calls: Calls, tmp_path: Path) -> None:
    signatures, voice = TwilioSignatures(TOKEN, PUBLIC, MEDIA), TextToSpeech(FakeVoice(), tmp_path / "prompts")
    options = MediaOptions(relay=SoundRelay("redis://127.0.0.1:1"))
    app = make_media_app(calls.dialogue, signatures, FakeRecogniser(), voice, lambda: loud, options)
    signature = RequestValidator(TOKEN).compute_signature(MEDIA, {})
    with TestClient(app) as client, client.websocket_connect("/media", headers={HEADER: signature}) as line:
        line.send_text(start(calls.answer(SID, MORGAN, LINE).token))
        line.send_text(media(SILENCE, 0))
        assert json.loads(line.receive_text())["event"] in ("media", "mark")
