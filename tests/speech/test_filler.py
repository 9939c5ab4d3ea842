"""No dead air where an answer takes long, and not a word more where it does not."""

import asyncio
from pathlib import Path

import pytest

from speech.events import Command, Event, Expectation, Listen, Speak, Spoken, UserTurn
from tests.fakes.fake_speech import FakeRecogniser
from tests.harness.session_line import SessionLine

pytestmark = pytest.mark.unit

FRAMES = 3  # of a character of the fake voice
OPEN = Listen(Expectation(), 60.0)


def played(line: SessionLine, text: str) -> bool:
    return len(line.heard) == pytest.approx(FRAMES * len(text), abs=2)


def let_hear(line: SessionLine) -> None:
    for future, said in line.recogniser.held or []:
        if future.set_running_or_notify_cancel():
            future.set_result(said)


def test_a_long_wait_for_the_hearing_is_filled_once(tmp_path: Path) -> None:
    async def run() -> None:
        async with SessionLine(tmp_path, FakeRecogniser()) as line:
            line.cache("One moment.")
            line.recogniser.held = []
            await line.call(OPEN)
            await line.say(1.0, "What is my balance?")
            await line.silence(0.9)
            assert not line.heard
            await line.silence(4.0)
            assert played(line, "One moment.")
            assert not line.of(Spoken)
            let_hear(line)

    asyncio.run(run())


def test_an_answer_in_time_has_no_filler_before_it(tmp_path: Path) -> None:
    def answer(event: Event) -> list[Command]:
        return [Speak("a", "Fifty.")] if isinstance(event, UserTurn) else []

    async def run() -> None:
        async with SessionLine(tmp_path, FakeRecogniser(), answer) as line:
            line.cache("One moment.", "Fifty.")
            await line.call(OPEN)
            await line.say(1.0, "What is my balance?")
            await line.silence(5.0)
            assert [event.id for event in line.of(Spoken)] == ["a"]
            assert played(line, "Fifty.")

    asyncio.run(run())


def test_nothing_is_said_while_the_caller_speaks_on(tmp_path: Path) -> None:
    async def run() -> None:
        async with SessionLine(tmp_path, FakeRecogniser()) as line:
            line.cache("One moment.")
            line.recogniser.held = []
            await line.call(OPEN)
            await line.say(1.0, "What is my balance?")
            await line.silence(0.85)
            await line.speech(3.0)
            assert not line.heard
            await line.silence(0.5)
            let_hear(line)

    asyncio.run(run())
