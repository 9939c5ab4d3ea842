"""The duplex loop, with a carrier, a recogniser and a voice in memory and time moved by hand."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from speech.audio import RATE
from speech.endpointing.early_transcription import PAUSE
from speech.events import (
    Close,
    Closed,
    Command,
    DtmfDigits,
    Event,
    Expectation,
    Interrupted,
    Listen,
    NoInput,
    Speak,
    Spoken,
    UserTurn,
)
from speech.inference_queue import Priority
from speech.playout import BACK
from speech.sound_kind import KindChances
from tests.fakes.fake_speech import FakeRecogniser
from tests.harness.session_line import SessionLine

pytestmark = pytest.mark.unit

PROMPT = "This is a rather long prompt. It goes on for some time."
OPEN = Listen(Expectation())
PIN = Listen(Expectation("digits", 4))
YES_NO = Listen(Expectation("yes-no"))


@pytest.fixture
def line(tmp_path: Path) -> SessionLine:
    line = SessionLine(tmp_path, FakeRecogniser())
    line.cache(PROMPT, LONG, "Bye.", "Hello.", "Yes.")
    return line


def play(line: SessionLine, script: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        async with line:
            await script()

    asyncio.run(run())


def test_what_the_caller_says_is_reported_with_its_times_and_its_latency(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(OPEN)
        await line.silence(1.0)
        await line.say(1.0, "What is my balance?")
        await line.silence(1.0)

    play(line, script)
    [heard] = line.of(UserTurn)
    assert heard.text == "What is my balance?"
    assert heard.start == pytest.approx(1.0, abs=0.07)
    assert heard.end == pytest.approx(2.0, abs=0.07)
    assert heard.latency["wait"] == pytest.approx(450, abs=40)
    assert heard.latency["listen"] == pytest.approx(0, abs=21)


def test_a_prompt_is_paced_at_most_a_second_ahead_and_reported_when_it_was_heard(line: SessionLine) -> None:
    ahead: list[float] = []

    async def script() -> None:
        await line.call(Speak("a", PROMPT))
        for _ in range(60):
            ahead.append(line.buffered)
            await line.silence(0.1)

    play(line, script)
    assert 0.9 <= max(ahead) <= 1.04
    [spoken] = line.of(Spoken)
    assert spoken.id == "a"
    assert spoken.end - spoken.start == pytest.approx(0.06 * (len(PROMPT) - 1) + 0.24, abs=0.06)
    assert spoken.latency["first_audio"] == 0


def test_sound_leaves_in_messages_of_a_tenth_of_a_second(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", "Yes."))
        await line.silence(0.5)

    play(line, script)
    assert line.messages == [0.1, 0.1, 0.04]


def test_two_prompts_follow_each_other_without_a_gap(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", "Hello."), Speak("b", "Yes."))
        await line.silence(2.0)

    play(line, script)
    assert [spoken.id for spoken in line.of(Spoken)] == ["a", "b"]
    assert all(later - earlier < 0.021 for earlier, later in zip(line.heard, line.heard[1:], strict=False))


def test_a_prompt_that_is_not_cached_is_spoken_in_a_thread(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", "Never said before."))
        for _ in range(40):
            await line.silence(0.1)
            await asyncio.sleep(0.005)

    play(line, script)
    assert [spoken.id for spoken in line.of(Spoken)] == ["a"]


def test_real_speech_stops_the_bot_and_says_how_much_was_heard(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", PROMPT), Speak("b", "Bye."), OPEN)
        await line.silence(1.0)
        await line.say(0.8, "I want a person.")
        await line.silence(1.0)

    play(line, script)
    interrupted, heard = line.of(Interrupted)[0], line.of(UserTurn)[0]
    assert interrupted.id == "a"
    assert PROMPT.startswith(interrupted.played_text)
    assert 0.2 < interrupted.played < 0.5
    assert interrupted.at - 1.0 <= 0.25
    assert heard.text == "I want a person."
    assert line.cleared == 1
    assert line.of(Spoken) == []  # marks that `clear` sends back are not taken for heard


def test_what_stood_behind_a_prompt_that_was_cut_off_is_reported_as_not_said(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", PROMPT), Speak("b", "Hello."), OPEN)
        await line.silence(1.0)
        await line.say(1.5, "My balance please.")
        await line.silence(2.0)

    play(line, script)
    assert [(cut.id, cut.played > 0, cut.start is not None) for cut in line.of(Interrupted)] == [
        ("a", True, True), ("b", False, False)
    ]  # fmt: skip
    assert line.of(UserTurn)


def test_a_cough_does_not_stop_the_bot(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", PROMPT), OPEN)
        await line.silence(1.0)
        await line.say(0.08, "")
        await line.silence(4.0)

    play(line, script)
    assert line.cleared == 0
    assert [spoken.id for spoken in line.of(Spoken)] == ["a"]
    assert line.of(UserTurn) == []


HUM = KindChances(words=0.0, hum=0.95, other=0.05)
WORDS = KindChances(words=0.95, hum=0.0, other=0.05)
LONG = "This is a rather long prompt that takes its time to say what it has to say."


def test_an_interruption_that_was_nothing_lets_the_bot_go_on_from_the_word_that_was_cut(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", LONG), OPEN)
        await line.silence(3.0)
        await line.say(0.5, "")
        await line.silence(6.0)

    play(line, script)
    [spoken] = line.of(Spoken)
    whole = len(line.speaker.synthesise(LONG)) / 8000
    assert line.cleared == 1
    assert line.of(Interrupted) == []  # nobody interrupted
    assert len(line.heard) * 0.02 == pytest.approx(whole + BACK, abs=0.1)
    assert spoken.id == "a"


def test_a_second_noise_over_what_was_resumed_cuts_it_where_it_is(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", LONG), OPEN)
        for pause in (1.5, 1.5, 6.0):
            await line.silence(pause)
            await line.say(0.5, "")
        await line.silence(2.0)

    play(line, script)
    whole = len(line.speaker.synthesise(LONG)) / 8000
    assert line.cleared == 2  # by the third it has said all
    assert len(line.heard) * 0.02 == pytest.approx(whole + 2 * BACK, abs=0.1)


def test_a_pause_is_taken_back_as_soon_as_the_sound_proves_to_be_no_words(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", LONG), OPEN)
        await line.silence(2.0)
        await line.speech(0.2)
        line.judge.kind = HUM
        await line.speech(1.0)
        await line.silence(6.0)

    play(line, script)
    gaps = [later - earlier for earlier, later in zip(line.heard, line.heard[1:], strict=False)]
    assert line.cleared == 1
    assert 0.05 < max(gaps) < 0.3
    assert [spoken.id for spoken in line.of(Spoken)] == ["a"]


def test_a_hum_that_paused_the_bot_lets_it_go_on_once_it_is_heard_before_its_turn_is_over(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", LONG), OPEN)
        await line.silence(2.0)
        await line.say(0.5, "Uh-huh.")
        await line.silence(6.0)

    play(line, script)
    gaps = [later - earlier for earlier, later in zip(line.heard, line.heard[1:], strict=False)]
    assert line.cleared == 1
    assert max(gaps) < 0.75
    assert line.of(UserTurn) == []


def test_words_after_a_pause_that_was_taken_back_stop_the_bot_and_are_reported_whole(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", LONG), OPEN)
        await line.silence(1.0)
        await line.speech(0.2)
        line.judge.kind = HUM
        await line.speech(0.3)
        line.judge.kind = WORDS
        await line.say(0.5, "Uh, agent.")
        await line.silence(3.0)

    play(line, script)
    [cut], [turn] = line.of(Interrupted), line.of(UserTurn)
    assert line.cleared == 2
    assert turn.text == "Uh, agent."
    assert turn.start == pytest.approx(1.0, abs=0.1)
    assert cut.at < 1.8


def test_a_hum_is_an_answer_while_a_yes_or_no_question_is_asked(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("q", LONG), YES_NO)
        line.judge.interruption, line.judge.kind = 0.05, HUM
        await line.silence(1.0)
        await line.say(0.4, "Mm-hmm.")
        await line.silence(3.0)

    play(line, script)
    assert line.of(Interrupted)[0].at < 1.35
    assert line.of(UserTurn)[0].text == "Mm-hmm."


async def told_and_then_asked(line: SessionLine) -> None:
    """The caller says something, and the bot speaks at length."""
    await line.call(OPEN)
    await line.say(0.8, "Hello there.")
    await line.silence(2.0)
    line.session.tell([Speak("a", LONG), OPEN])
    await line.silence(1.0)


def test_people_nearby_neither_pause_the_bot_nor_are_taken_for_the_caller(line: SessionLine) -> None:
    async def script() -> None:
        await told_and_then_asked(line)
        await line.say(1.0, "Dinner is ready.", faint=True)
        await line.silence(6.0)

    play(line, script)
    assert line.cleared == 0
    assert [turn.text for turn in line.of(UserTurn)] == ["Hello there."]
    assert [spoken.id for spoken in line.of(Spoken)] == ["a"]


def test_a_faint_voice_that_wants_a_person_stops_the_bot(line: SessionLine) -> None:
    async def script() -> None:
        await told_and_then_asked(line)
        await line.say(1.0, "Agent.", faint=True)
        await line.silence(2.0)

    play(line, script)
    assert [turn.text for turn in line.of(UserTurn)] == ["Hello there.", "Agent."]
    assert line.of(Interrupted)


def test_a_faint_voice_is_listened_to_when_the_bot_is_silent(line: SessionLine) -> None:
    async def script() -> None:
        await told_and_then_asked(line)
        await line.silence(6.0)
        await line.say(1.0, "My balance.", faint=True)
        await line.silence(2.0)

    play(line, script)
    assert line.of(UserTurn)[-1].text == "My balance."


def test_who_hangs_up_during_a_pause_interrupted_the_bot(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", LONG), Speak("b", "More."), OPEN)
        await line.silence(1.0)
        await line.speech(0.4)

    play(line, script)
    assert [cut.id for cut in line.of(Interrupted)] == ["a", "b"]


def test_a_noise_after_the_last_word_leaves_nothing_to_say_again(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", "Short. And that is all of it."), OPEN)
        await line.silence(2.0)
        await line.say(0.5, "")
        await line.silence(3.0)

    play(line, script)
    assert [spoken.id for spoken in line.of(Spoken)] == ["a"]
    assert len(line.heard) * 0.02 < 4.0


def test_a_nod_over_the_bot_is_not_an_interruption(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", PROMPT), OPEN)
        await line.silence(0.6)
        await line.say(0.4, "Mm-hmm.")
        await line.silence(5.0)

    play(line, script)
    assert line.of(UserTurn) == []
    assert [spoken.id for spoken in line.of(Spoken)] == ["a"]


def test_a_nod_before_a_yes_or_no_question_is_begun_is_no_answer_to_it(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", PROMPT), Speak("q", "Yes."), YES_NO)
        await line.silence(0.6)
        await line.say(0.4, "Right.")
        await line.silence(6.0)

    play(line, script)
    assert line.of(UserTurn) == []
    assert [spoken.id for spoken in line.of(Spoken)] == ["a", "q"]


def test_a_prompt_that_must_be_heard_is_not_stopped_yet_the_caller_is_heard(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", PROMPT, interruptible=False), OPEN)
        await line.silence(0.6)
        await line.say(0.6, "Give me a person.")
        await line.silence(4.0)

    play(line, script)
    assert line.cleared == 0
    assert line.of(UserTurn)[0].text == "Give me a person."
    assert line.of(Spoken)[0].id == "a"


def test_a_short_pause_is_heard_early_and_thrown_away_when_the_caller_goes_on(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(OPEN)
        line.recogniser.texts = ["I want to pay"]
        await line.speech(0.6)
        await line.silence(0.3)
        await line.say(0.6, "I want to pay my bill.")
        await line.silence(1.0)

    play(line, script)
    assert [heard.text for heard in line.of(UserTurn)] == ["I want to pay my bill."]
    assert [priority for _, _, priority in line.recogniser.asked] == [Priority.EARLY, Priority.EARLY]


def test_a_free_recogniser_hears_at_the_shortest_pause_as_if_it_had_lasted(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(OPEN)
        line.recogniser.free = True
        await line.speech(0.64)
        await line.silence(0.1)
        soon = len(line.recogniser.asked)
        await line.speech(0.64)
        line.recogniser.free = False
        await line.silence(0.1)
        assert (soon, len(line.recogniser.asked)) == (1, 1)

    play(line, script)
    [(seconds, *_), *_] = line.recogniser.asked
    assert seconds == pytest.approx(0.64 + PAUSE, abs=0.07)


def test_a_turn_that_follows_at_once_holds_nothing_of_the_one_before(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(YES_NO)
        await line.say(0.64, "No, thank you.")
        await line.silence(0.22)
        await line.say(0.64, "Goodbye.")
        await line.silence(0.5)

    play(line, script)
    assert [turn.text for turn in line.of(UserTurn)] == ["No, thank you.", "Goodbye."]
    _, second = line.recogniser.sounds
    assert np.flatnonzero(np.abs(second) > 1000)[0] / RATE == pytest.approx(0.22, abs=0.07)


def test_a_yes_ends_a_yes_or_no_turn_at_once(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(YES_NO)
        await line.say(0.4, "Yes.")
        await line.silence(0.3)

    play(line, script)
    [heard] = line.of(UserTurn)
    assert heard.latency["wait"] <= 250


def test_a_slow_number_is_not_cut_off_and_ends_with_its_last_digit(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(PIN)
        await line.say(0.6, "47")
        await line.silence(1.6)
        assert line.of(UserTurn) == []
        await line.say(0.6, "4719")
        await line.silence(0.3)

    play(line, script)
    [heard] = line.of(UserTurn)
    assert heard.text == "4719"
    assert heard.latency["wait"] <= 250


def test_steady_noise_does_not_hold_the_turn_or_the_silence(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Listen(Expectation(), no_input_timeout=3.0))
        await line.say(8.5, "")

    play(line, script)
    assert line.of(UserTurn) == []
    assert len(line.of(NoInput)) == 1


def test_speech_without_a_pause_is_over_at_last(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(OPEN)
        await line.say(26.0, "And then and then")

    play(line, script)
    assert len(line.of(UserTurn)) >= 1
    assert line.of(UserTurn)[0].end - line.of(UserTurn)[0].start < 25.5


def test_silence_counts_from_the_end_of_the_bots_sound_and_is_told_once(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", "Hello."), Listen(Expectation(), no_input_timeout=3.0))
        await line.silence(10.0)

    play(line, script)
    [silence], [spoken] = line.of(NoInput), line.of(Spoken)
    assert silence.at - spoken.end == pytest.approx(3.0, abs=0.05)
    assert silence.seconds == pytest.approx(3.0, abs=0.05)


def test_keys_stop_the_bot_and_end_with_the_expected_count(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", PROMPT), PIN)
        await line.silence(0.5)
        await line.key("4", "7", "1", "9")
        await line.silence(0.1)

    play(line, script)
    assert [type(event) for event in line.events[:2]] == [Interrupted, DtmfDigits]
    assert line.of(DtmfDigits)[0].digits == "4719"
    assert line.cleared == 1


@pytest.mark.parametrize(
    ("listen", "keys", "wait", "digits"),
    [
        (OPEN, "0", 0.0, "0"),
        (OPEN, "*", 0.0, "*"),
        (OPEN, "12#", 0.0, "12"),
        (PIN, "0", 2.1, "0"),
        (PIN, "47", 2.1, "47"),
    ],
)
def test_keys_end_with_hash_with_a_pause_or_by_themselves(
    line: SessionLine, listen: Listen, keys: str, wait: float, digits: str
) -> None:
    async def script() -> None:
        await line.call(listen)
        await line.key(*keys)
        await line.silence(wait)
        assert [event.digits for event in line.of(DtmfDigits)] == [digits]

    play(line, script)


def test_the_last_words_are_reported_before_the_end(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(OPEN)
        await line.say(0.6, "Never mind.")
        await line.hang_up()

    play(line, script)
    assert [type(event) for event in line.events] == [UserTurn, Closed]
    assert line.of(Closed) == [Closed(by_us=False)]


def test_a_lost_socket_loses_no_words_and_tells_what_was_heard_of_the_prompt(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", PROMPT))
        await line.silence(1.0)
        await line.key("4", "7")
        await line.lose()

    play(line, script)
    assert [type(event) for event in line.events] == [Interrupted, DtmfDigits, Closed]


def test_close_waits_until_all_is_heard(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", "Bye."), Close())
        await line.silence(0.1)
        assert line.events == []
        await line.silence(0.5)
        await asyncio.wait_for(line.task, 1)

    play(line, script)
    assert [type(event) for event in line.events] == [Spoken, Closed]
    assert line.of(Closed) == [Closed(by_us=True)]


def test_a_caller_who_speaks_over_the_goodbye_keeps_the_line(line: SessionLine) -> None:
    async def script() -> None:
        await line.call(Speak("a", PROMPT), Close())
        await line.silence(1.0)
        await line.say(0.6, "Wait, one more thing.")
        await line.silence(3.0)
        assert not line.task.done()

    play(line, script)
    assert line.of(UserTurn)[0].text == "Wait, one more thing."


def test_events_are_handled_one_at_a_time(line: SessionLine) -> None:
    running: list[int] = []

    async def slow(event: Event) -> list[Command]:
        running.append(len(running))
        line.events.append(event)
        await asyncio.sleep(0.01)
        assert len(running) == 1
        running.clear()
        return []

    line._handle = slow  # type: ignore[method-assign]

    async def script() -> None:
        await line.call(OPEN)
        await line.key("0", "*", "0")
        await asyncio.sleep(0.05)
        assert [event.digits for event in line.of(DtmfDigits)] == ["0", "*", "0"]

    play(line, script)


def test_a_fault_of_the_owner_comes_out_of_the_session(line: SessionLine) -> None:
    def fail(event: Event) -> list[Command]:
        raise LookupError("no such call")

    line.answers = fail

    async def script() -> None:
        await line.call(OPEN)
        await line.key("0")
        with pytest.raises(LookupError):
            await asyncio.wait_for(line.task, 1)

    play(line, script)


def test_the_answers_delay_is_counted_from_the_callers_last_sound(line: SessionLine) -> None:
    line.answers = lambda event: [Speak("b", "Yes.")] if isinstance(event, UserTurn) else []

    async def script() -> None:
        await line.call(OPEN)
        await line.say(0.6, "Hello there.")
        await line.silence(2.0)

    play(line, script)
    assert line.of(Spoken)[0].latency["response"] == pytest.approx(450, abs=50)


def test_marks_that_never_come_back_do_not_mute_the_call(line: SessionLine) -> None:
    line.marks = False

    async def script() -> None:
        await line.call(Speak("a", "Hello."), Speak("b", "Bye."), Listen(Expectation(), no_input_timeout=2.0))
        await line.silence(8.0)

    play(line, script)
    assert [type(event) for event in line.events[:3]] == [Spoken, Spoken, NoInput]


def test_a_recogniser_that_fails_costs_the_words_and_not_the_call(line: SessionLine) -> None:
    line.recogniser.held = []

    async def script() -> None:
        await line.call(Listen(Expectation(), no_input_timeout=2.0))
        await line.speech(0.6)
        await line.silence(0.9)
        for future, _ in line.recogniser.held or []:
            if future.set_running_or_notify_cancel():
                future.set_exception(MemoryError())
        await line.silence(3.0)

    play(line, script)
    assert [type(event) for event in line.events[:1]] == [NoInput]


def test_a_turn_that_is_over_before_its_hearing_began_keeps_its_place_in_the_queue(line: SessionLine) -> None:
    line.recogniser.held = []

    async def script() -> None:
        await line.call(OPEN)
        await line.say(0.6, "Late.")
        await line.silence(1.0)
        assert [priority for _, _, priority in line.recogniser.asked] == [Priority.EARLY]
        [(hearing, said)] = line.recogniser.held or []
        assert hearing.set_running_or_notify_cancel()
        hearing.set_result(said)
        await line.silence(0.1)
        assert line.of(UserTurn)[0].text == "Late."

    play(line, script)
