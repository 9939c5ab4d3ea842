"""Keys pressed at any moment: ahead of the question, doubled, or one too many."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from speech.events import DtmfDigits, Expectation, Interrupted, Listen, Speak, Spoken, UserTurn
from tests.fakes.fake_speech import FakeRecogniser
from tests.harness.session_line import SessionLine

pytestmark = pytest.mark.unit

PROMPT = "This is a rather long prompt. It goes on for some time."
OPEN = Listen(Expectation())
PIN = Listen(Expectation("digits", 4))


@pytest.fixture
def line(tmp_path: Path) -> SessionLine:
    line = SessionLine(tmp_path, FakeRecogniser())
    line.cache(PROMPT, "What is your PIN?", "One moment.")
    return line


def play(line: SessionLine, script: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        async with line:
            await script()

    asyncio.run(run())


def let_it_be_heard(line: SessionLine) -> None:
    for future, said in line.recogniser.held or []:
        if not future.done() and future.set_running_or_notify_cancel():
            future.set_result(said)


def asks_for_the_pin(line: SessionLine) -> None:
    line.answers = lambda event: [Speak("q", "What is your PIN?"), PIN] if isinstance(event, UserTurn) else []


@pytest.mark.parametrize("keys", ["2749", "2749#"])
def test_a_pin_keyed_while_the_first_words_are_being_heard_answers_the_question_that_follows(
    line: SessionLine, keys: str
) -> None:
    asks_for_the_pin(line)
    line.recogniser.held = []

    async def script() -> None:
        await line.call(OPEN)
        await line.say(1.0, "What's my balance?")
        await line.silence(0.7)
        await line.key(*keys)
        await line.silence(3.0)  # longer than a pause between two keys
        assert line.of(DtmfDigits) == []
        let_it_be_heard(line)
        await line.silence(0.2)

    play(line, script)
    assert [type(event) for event in line.events if isinstance(event, UserTurn | DtmfDigits)] == [UserTurn, DtmfDigits]
    assert [event.digits for event in line.of(DtmfDigits)] == ["2749"]


def test_a_question_that_is_answered_ahead_is_not_read_out_to_its_end(line: SessionLine) -> None:
    asks_for_the_pin(line)
    line.recogniser.held = []

    async def script() -> None:
        await line.call(OPEN)
        await line.say(1.0, "What's my balance?")
        await line.silence(0.7)
        await line.key(*"2749")
        let_it_be_heard(line)
        await line.silence(3.0)

    play(line, script)
    assert [cut.id for cut in line.of(Interrupted)] == ["q"]


def test_zero_brings_a_person_at_once_whatever_is_being_heard(line: SessionLine) -> None:
    line.recogniser.held = []

    async def script() -> None:
        await line.call(OPEN)
        await line.say(1.0, "What's my balance?")
        await line.silence(0.7)
        await line.key("0")
        assert [event.digits for event in line.of(DtmfDigits)] == ["0"]
        let_it_be_heard(line)

    play(line, script)


@pytest.mark.parametrize("stray", ["#", "9"])
def test_a_key_that_means_nothing_after_the_pin_does_not_cut_the_answer(line: SessionLine, stray: str) -> None:
    async def script() -> None:
        line.answers = lambda event: [Speak("answer", PROMPT), OPEN] if isinstance(event, DtmfDigits) else []
        await line.call(PIN)
        await line.key(*"2749")
        await line.silence(1.0 if stray == "#" else 0.1)
        await line.key(stray)
        await line.silence(6.0)

    play(line, script)
    assert line.cleared == 0
    assert [spoken.id for spoken in line.of(Spoken)] == ["answer"]
    assert [event.digits for event in line.of(DtmfDigits)] == ["2749"]


def test_another_key_after_the_pin_is_a_key(line: SessionLine) -> None:
    async def script() -> None:
        line.answers = lambda event: [Speak("answer", PROMPT), OPEN] if isinstance(event, DtmfDigits) else []
        await line.call(PIN)
        await line.key(*"2749")
        await line.silence(0.5)
        await line.key("0")

    play(line, script)
    assert [event.digits for event in line.of(DtmfDigits)] == ["2749", "0"]
