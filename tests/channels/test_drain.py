"""A media process that is told to end lets nobody in, and its callers go on elsewhere at a pause."""

import asyncio
import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse
from twilio.request_validator import RequestValidator

from ivr.calls.next_step import Reconnect
from ivr.carrier.twilio.signatures import HEADER, TwilioSignatures
from ivr.channels.drain import Drain
from ivr.channels.media_app import MediaOptions, make_media_app
from ivr.dialogue.actions import Listen
from ivr.store.engine import Sessions
from ivr.store.health import FAILURES, Watch
from speech.events import Closed, Command, Event, Expectation, Speak, Spoken, UserTurn
from speech.events import Listen as Hear
from speech.tts import TextToSpeech
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_speech import FakeQuickVoice, FakeRecogniser, loud
from tests.harness.call_line import LINE, MEDIA, MORGAN, PUBLIC, SID, TOKEN
from tests.harness.calls import Calls
from tests.harness.media_stream import MediaStream
from tests.harness.session_line import SessionLine

pytestmark = pytest.mark.integration


def test_it_ends_at_once_when_nobody_is_there() -> None:
    async def drained() -> list[str]:
        ended: list[str] = []
        drain = Drain(20.0)
        drain.begin(lambda: ended.append("ended"))
        await asyncio.sleep(0.01)
        return ended

    assert asyncio.run(drained()) == ["ended"]


def test_it_waits_for_the_last_caller_to_leave() -> None:
    async def drained() -> list[str]:
        told: list[str] = []
        drain = Drain(20.0)
        with drain.talking(lambda: told.append("leave")):
            drain.begin(lambda: told.append("ended"))
            await asyncio.sleep(0.01)
            assert told == ["leave"]
        await asyncio.sleep(0.01)
        return told

    assert asyncio.run(drained()) == ["leave", "ended"]


def test_who_was_let_in_a_moment_before_is_asked_to_leave_too() -> None:
    async def drained() -> list[str]:
        told: list[str] = []
        drain = Drain(20.0)
        with drain.talking(lambda: None):
            drain.begin(lambda: told.append("ended"))
            with drain.talking(lambda: told.append("leave")):
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)
        return told

    assert asyncio.run(drained()) == ["leave", "ended"]


def test_it_waits_no_longer_than_it_may() -> None:
    async def drained() -> list[str]:
        told: list[str] = []
        drain = Drain(0.01)
        with drain.talking(lambda: None):
            drain.begin(lambda: told.append("ended"))
            drain.begin(lambda: told.append("once more"))
            await asyncio.sleep(0.05)
            return list(told)

    assert asyncio.run(drained()) == ["ended"]


@pytest.fixture
def line(tmp_path: Path) -> SessionLine:
    line = SessionLine(tmp_path, FakeRecogniser())
    line.cache("Hello.")
    return line


def test_a_stream_changes_hands_once_neither_side_says_anything(line: SessionLine) -> None:
    async def script() -> None:
        async with line:
            await line.call(Speak("a", "Hello."), Hear(Expectation()))
            line.session.leave(lambda: True)
            await line.silence(0.2)
            assert not line.task.done()  # the bot speaks
            await line.silence(0.4)
            await line.say(1.0, "What's my balance?")
            assert not line.task.done()  # the caller speaks
            await line.silence(0.9)
            assert not line.task.done()  # their words are being answered
            await line.silence(1.2)
            await asyncio.wait_for(line.task, 1)

    asyncio.run(script())
    assert [event.text for event in line.events if hasattr(event, "text")] == ["What's my balance?"]
    assert line.of(Closed) == [Closed(by_us=True)]
    assert line.session.left


def test_where_two_talk_briskly_a_shorter_pause_will_do_in_time(line: SessionLine) -> None:
    rounds = 0

    def answer(event: Event) -> list[Command]:
        return [Speak(f"b{rounds}", "Hello."), Hear(Expectation())] if isinstance(event, UserTurn) else []

    line.answers = answer

    async def script() -> None:
        nonlocal rounds
        async with line:
            await line.call(Speak("a", "Hello."), Hear(Expectation()))
            line.session.leave(lambda: True)
            while rounds < 12 and not line.task.done():
                while len(line.of(Spoken)) <= rounds and not line.task.done():
                    await line.silence(0.02)
                await line.silence(0.5)  # then it is the caller's turn again
                rounds += 1
                await line.say(0.6, "What's my balance?")

    asyncio.run(script())
    assert 2 < rounds < 12
    assert line.session.left


def test_a_stream_does_not_change_hands_while_the_ledger_is_asked(line: SessionLine) -> None:
    async def script() -> None:
        async with line:
            await line.call(Hear(Expectation()))
            line.session.leave(lambda: False)
            await line.silence(3.0)
            assert not line.task.done()

    asyncio.run(script())


def test_the_next_stream_goes_on_without_an_apology_and_nothing_counts_as_lost(calls: Calls, clock: FakeClock) -> None:
    token = calls.answer(SID, MORGAN, LINE).token
    for _ in range(6):
        stream = MediaStream(calls, calls.dialogue.connect(SID, token))
        clock.forward(10)
        calls.dialogue.hand_over(SID)
        after = calls.resume(SID, MORGAN, LINE)
        assert isinstance(after, Reconnect) and after.pause == 0
        token = after.token
    assert [type(action) for _, action in stream.last.actions] == [Listen]


def test_a_process_that_drains_takes_no_caller_and_says_so(calls: Calls, tmp_path: Path, sessions: Sessions) -> None:
    signatures = TwilioSignatures(TOKEN, PUBLIC, MEDIA)
    tts = TextToSpeech(FakeQuickVoice(), tmp_path)
    app = make_media_app(calls.dialogue, signatures, FakeRecogniser(), tts, lambda: loud)
    with TestClient(app) as client:
        assert client.get("/readyz").json() == {"ready": True, "away": []}
        app.state.drain.begun = True
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"ready": False, "away": ["drain"]})
        assert client.get("/healthz").json() == {"ok": True}
        signature = RequestValidator(TOKEN).compute_signature(MEDIA, {})
        token = calls.answer(SID, MORGAN, LINE).token
        refused = pytest.raises(WebSocketDenialResponse)
        with refused as denial, client.websocket_connect("/media", headers={HEADER: signature}) as socket:
            socket.receive_text()
        assert denial.value.status_code == 503
    assert isinstance(calls.dialogue.connect(SID, token).number, int)  # its token is good elsewhere


def test_a_process_without_its_database_is_not_ready(calls: Calls, tmp_path: Path) -> None:
    def away() -> None:
        raise OSError

    watch = Watch("database", away, every=60.0)
    for _ in range(FAILURES):
        watch.look_once()
    app = make_media_app(
        calls.dialogue, TwilioSignatures(TOKEN, PUBLIC, MEDIA), FakeRecogniser(),
        TextToSpeech(FakeQuickVoice(), tmp_path), lambda: loud, MediaOptions(watches=[watch]),
    )  # fmt: skip
    assert json.loads(TestClient(app).get("/readyz").text) == {"ready": False, "away": ["database"]}
