"""A stream that stops bringing sound is noticed by the clock: what was said is heard, and nobody is left in silence."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from speech.audio import SILENCE
from speech.events import Close, Closed, Command, DtmfDigits, Event, Expectation, Listen, NoInput, Speak, UserTurn
from speech.media_streams import Start
from speech.monitor import Monitor, TrackTurn
from speech.session import Session
from speech.stalls import DEAD, STALLED
from speech.tts import TextToSpeech
from tests.fakes.fake_speech import FakeInterruptionDetector, FakeRecogniser, FakeVoice, loud
from tests.harness.jumping_loop import Jumping
from tests.harness.session_line import START, VOICED

pytestmark = pytest.mark.unit

HOLD = Listen(Expectation(), no_input_timeout=60.0)
PIN = Listen(Expectation("digits", 4), no_input_timeout=10.0)
PROMPT = "This is a rather long prompt. It goes on for some time."


class Caller:
    """Frames by the loop's clock, until they stop; the socket itself stays open."""

    def __init__(self, folder: Path, *texts: str) -> None:
        self.recogniser, self.speaker = FakeRecogniser(*texts), TextToSpeech(FakeVoice(), folder)
        self.speaker.prepare([PROMPT, "Yes.", "One moment."])
        self.events: list[tuple[float, Event]] = []
        self.answers: Callable[[Event], list[Command]] = lambda event: []
        self._in: asyncio.Queue[str] = asyncio.Queue()
        self._at = 0

    async def call(self, *opening: Command) -> None:
        loop = asyncio.get_running_loop()
        session = Session(
            START,
            self.recogniser,
            self.speaker,
            lambda: loud,
            clock=loop.time,
            interruption_detector=FakeInterruptionDetector,
            filler="One moment.",
        )
        self.task = asyncio.create_task(session.run(self._receive(), self._send, self._handle, opening))

    async def frames(self, frame: bytes, seconds: float, *, burst: bool = False) -> None:
        for _ in range(round(seconds / 0.02)):
            payload = base64.b64encode(frame).decode()
            media = {"track": "inbound", "timestamp": str(self._at), "payload": payload}
            self._in.put_nowait(json.dumps({"event": "media", "media": media}))
            self._at += 20
            await asyncio.sleep(0 if burst else 0.02)

    def key(self, digit: str) -> None:
        self._in.put_nowait(json.dumps({"event": "dtmf", "dtmf": {"digit": digit}}))

    def of(self, kind: type[Any]) -> list[tuple[float, Any]]:
        return [(at, event) for at, event in self.events if isinstance(event, kind)]

    async def _receive(self) -> AsyncIterator[str]:
        while True:  # never ends, as a half-open socket
            yield await self._in.get()

    async def _send(self, text: str) -> None:
        pass

    async def _handle(self, event: Event) -> list[Command]:
        self.events.append((asyncio.get_running_loop().time(), event))
        return self.answers(event)


def play(script: Callable[[], Awaitable[None]]) -> None:
    with asyncio.Runner(loop_factory=Jumping) as runner:
        runner.run(script())  # type: ignore[arg-type]


def test_words_that_break_off_with_the_sound_are_heard_within_two_seconds(tmp_path: Path) -> None:
    caller = Caller(tmp_path, "What is my balance")

    async def script() -> None:
        await caller.call(HOLD)
        await caller.frames(SILENCE, 0.5)
        await caller.frames(VOICED, 1.0)
        await asyncio.sleep(3.0)
        caller.task.cancel()

    play(script)
    [(at, heard)] = caller.of(UserTurn)
    assert heard.text == "What is my balance"
    assert at - 1.5 <= 2.0


@pytest.mark.parametrize("frame", [SILENCE, VOICED], ids=["silence", "voice"])
@pytest.mark.parametrize("every", [0.25, 0.5, 1.0])
def test_a_sound_of_which_now_and_then_a_frame_comes_has_stopped_too(
    tmp_path: Path, every: float, frame: bytes
) -> None:
    caller = Caller(tmp_path, "What is my balance")

    async def script() -> None:
        await caller.call(HOLD)
        await caller.frames(VOICED, 1.0)
        for _ in range(round(6.0 / every)):
            await asyncio.sleep(every - 0.02)
            await caller.frames(frame, 0.02)
        caller.task.cancel()

    play(script)
    [(at, heard), *_] = caller.of(UserTurn)
    assert heard.text == "What is my balance"
    assert at - 1.0 <= 3.0


def test_a_sound_that_comes_again_after_a_stall_is_a_turn_of_its_own(tmp_path: Path) -> None:
    caller = Caller(tmp_path, "one")

    async def script() -> None:
        await caller.call(HOLD)
        await caller.frames(VOICED, 0.6)
        await asyncio.sleep(5.0)
        await caller.frames(VOICED, 3.0)
        await caller.frames(SILENCE, 1.5)
        caller.task.cancel()

    play(script)
    assert len(caller.of(UserTurn)) == 2


@pytest.mark.parametrize("listen", [HOLD, PIN])
@pytest.mark.parametrize("opening", [(), (Speak("a", PROMPT),)], ids=["listening", "over a prompt"])
def test_a_caller_of_whom_nothing_comes_is_asked_whether_they_are_there_whatever_was_asked(
    tmp_path: Path, listen: Listen, opening: tuple[Speak, ...]
) -> None:
    caller = Caller(tmp_path)

    async def script() -> None:
        await caller.call(*opening, listen)
        await caller.frames(SILENCE, 0.5)
        await asyncio.sleep(12.0)
        caller.task.cancel()

    play(script)
    [(at, _), *_] = caller.of(NoInput)
    assert at - 0.5 < DEAD


@pytest.mark.parametrize("said", ["", "Well, I"])
@pytest.mark.parametrize("before", [0.0, 0.3, 0.9, 2.0])
def test_wherever_the_sound_stops_the_bot_has_the_next_word_within_ten_seconds(
    tmp_path: Path, said: str, before: float
) -> None:
    caller = Caller(tmp_path, said)

    async def script() -> None:
        await caller.call(HOLD)
        await caller.frames(SILENCE, 0.3)
        await caller.frames(VOICED, before)
        await asyncio.sleep(12.0)
        caller.task.cancel()

    play(script)
    words = [at for at, event in caller.events if isinstance(event, UserTurn | NoInput)]
    assert words[0] - (0.3 + before) < 7.0


def test_a_stream_without_sound_is_given_up_in_time_for_the_next_to_speak(tmp_path: Path) -> None:
    caller = Caller(tmp_path)

    async def script() -> None:
        await caller.call(HOLD)
        await caller.frames(SILENCE, 0.5)
        await asyncio.wait_for(caller.task, DEAD + 0.5)

    play(script)
    assert caller.events[-1][1] == Closed(by_us=False)


def test_a_stall_shorter_than_that_ends_no_turn(tmp_path: Path) -> None:
    caller = Caller(tmp_path, "What is my balance")

    async def script() -> None:
        await caller.call(HOLD)
        await caller.frames(VOICED, 0.5)
        await asyncio.sleep(STALLED - 0.2)
        await caller.frames(VOICED, STALLED - 0.2, burst=True)
        await caller.frames(SILENCE, 1.0)
        caller.task.cancel()

    play(script)
    assert len(caller.of(UserTurn)) == 1


def test_what_was_said_before_and_in_a_burst_after_a_long_stall_is_heard_once(tmp_path: Path) -> None:
    caller = Caller(tmp_path, "one")
    sounds: list[float] = []
    listen = caller.recogniser.transcribe

    def heard(sound: Any, *more: Any) -> Any:
        sounds.append(len(sound) / 8000)
        return listen(sound, *more)

    caller.recogniser.transcribe = heard  # type: ignore[method-assign,assignment]

    async def script() -> None:
        await caller.call(HOLD)
        await caller.frames(SILENCE, 1.0)
        await caller.frames(VOICED, 0.6)
        await asyncio.sleep(3.0)
        await caller.frames(VOICED, 0.6, burst=True)
        await caller.frames(SILENCE, 2.0, burst=True)
        await caller.frames(SILENCE, 1.0)
        caller.task.cancel()

    play(script)
    turns = [event for _, event in caller.of(UserTurn)]
    assert len(turns) == 2
    assert turns[1].start - turns[0].end == pytest.approx(0, abs=0.032)
    assert sounds[-1] < 0.6 + 1.0  # its own sound and the silence after it, without what was heard before the stall


def test_a_key_that_comes_without_sound_is_heard_all_the_same(tmp_path: Path) -> None:
    caller = Caller(tmp_path)

    async def script() -> None:
        await caller.call(HOLD)
        await asyncio.sleep(3.0)
        caller.key("0")
        await asyncio.sleep(0.1)
        caller.task.cancel()

    play(script)
    assert [event.digits for _, event in caller.of(DtmfDigits)] == ["0"]


def test_frames_that_wait_while_our_own_loop_hangs_are_no_stall(tmp_path: Path) -> None:
    caller = Caller(tmp_path, "all of it")

    async def script() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Jumping)
        await caller.call(HOLD)
        await caller.frames(VOICED, 0.5)
        loop.now += 20.0  # the machine was busy; all that was sent meanwhile is read now
        await caller.frames(VOICED, 0.5, burst=True)
        await caller.frames(SILENCE, 1.0)
        assert not caller.task.done()
        caller.task.cancel()

    play(script)
    assert len(caller.of(UserTurn)) == 1


def test_the_last_words_before_we_close_are_not_waited_for_in_vain(tmp_path: Path) -> None:
    caller = Caller(tmp_path)

    async def script() -> None:
        await caller.call(Speak("a", "Yes."), Close())
        await asyncio.wait_for(caller.task, 5.0)

    play(script)
    assert caller.events[-1][1] == Closed(by_us=True)


def test_a_monitored_stream_that_has_gone_silent_is_given_up() -> None:
    async def half_open() -> AsyncIterator[str]:
        await asyncio.sleep(3600)
        yield ""

    async def note(_: TrackTurn) -> None:
        pass

    async def script() -> None:
        start = Start("MZ1", "CA1", "AC1", ("inbound", "outbound"), {})
        await asyncio.wait_for(Monitor(start, FakeRecogniser(), lambda: loud).run(half_open(), note), 12.0)

    play(script)
