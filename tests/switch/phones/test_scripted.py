"""A scripted phone on a line: what it says, when, and what it makes of what it hears."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from switch.media.audio import FRAME, SILENCE, Samples, decode, encode
from switch.phones.recorded_lines import RecordedLines, normalised
from switch.phones.script import ScriptError
from switch.phones.script_audio import ScriptAudio, load_audio
from switch.phones.script_reader import read_script
from switch.phones.scripted_phone import ScriptedPhone
from switch.phones.segmenter import Segmenter, level_db

pytestmark = [pytest.mark.unit, pytest.mark.anyio]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class FakeLine:
    """A line that notes what is done to it; `far` is what the far side sends, frame by frame."""

    __test__ = False
    sid, from_, to = "CA0", "+15550100001", "+15550001111"

    def __init__(self) -> None:
        self.done: list[str] = []
        self.sent: list[bytes] = []

    def answer(self) -> None:
        self.done.append("answer")

    def decline(self, reason: str = "busy") -> None:
        self.done.append(f"decline {reason}")

    def press(self, digit: str) -> None:
        self.done.append(digit)

    def hang_up(self) -> None:
        self.done.append("hang up")


def tone(seconds: float, level: float = 0.2) -> Samples:
    time = np.arange(round(seconds * 8000)) / 8000
    return (np.sin(2 * np.pi * 300 * time) * level * 32767).astype(np.int16)


def quiet(seconds: float) -> Samples:
    return np.zeros(round(seconds * 8000), np.int16)


def speak(text: str) -> bytes:
    return encode(tone(1.0))


class FakeRecogniser:
    """Gives the texts in turn, whatever is said."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.seconds: list[float] = []

    async def __call__(self, samples: Samples) -> str:
        self.seconds.append(len(samples) / 8000)
        return self.texts.pop(0)


@pytest.fixture
def lines(tmp_path: Path) -> RecordedLines:
    (tmp_path / "index.json").write_text("{}")
    return RecordedLines(tmp_path)


Call = Callable[..., Coroutine[Any, Any, tuple[FakeLine, dict[str, Any]]]]


@pytest.fixture
def call(lines: RecordedLines) -> Call:
    """Runs a script against what the far side sends, then ends the call; the line and the result."""

    async def run(steps: Any, far: Samples, listen: Any = None, text: str = "") -> tuple[FakeLine, dict[str, Any]]:
        script = read_script(steps)
        phone = ScriptedPhone(script, await load_audio(script, lines, speak), listen or FakeRecogniser(*["..."] * 9))
        line = FakeLine()
        phone.ring(line)
        phone.connected()
        for at in range(0, len(far), FRAME):
            if text and at == len(far) // FRAME // 2 * FRAME:
                phone.text(text)
            line.sent.append(phone.say())
            phone.hear(encode(far[at : at + FRAME]))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            if "hang up" in line.done:
                break
        phone.ended("completed")
        return line, await phone.result()

    return run


def audible(line: FakeLine) -> list[float]:
    return [index * 0.02 for index, frame in enumerate(line.sent) if level_db(decode(frame)) > -60]


async def test_it_says_its_line_and_hangs_up(call: Call) -> None:
    line, result = await call([{"pause": 0.5}, {"say": "Hello"}, "hang_up"], quiet(3))
    assert audible(line)[0] == pytest.approx(0.5)
    assert len(audible(line)) == 50
    assert line.done == ["hang up"]
    assert result["said"] == [{"text": "Hello", "start": 0.5, "end": 1.5, "latency": None}]
    assert result["problems"] == []


async def test_latency_is_from_the_end_of_its_speech_to_the_first_sound_of_the_answer(call: Call) -> None:
    far = np.concatenate([quiet(1.4), tone(1.0), quiet(2)])
    _, result = await call([{"say": "Hello"}, {"quiet": 0.7}, "hang_up"], far, FakeRecogniser("Hi"))
    assert result["latency"] == [pytest.approx(400, abs=25)]
    assert result["heard"] == [
        {"text": "Hi", "start": pytest.approx(1.4, abs=0.03), "end": pytest.approx(2.4, abs=0.03)}
    ]
    assert result["seconds"] == pytest.approx(3.1, abs=0.1)


async def test_it_waits_for_words_even_when_they_come_in_two_utterances(call: Call) -> None:
    far = np.concatenate([tone(1), quiet(1), tone(1), quiet(2)])
    steps = [{"wait": "your balance is 42"}, {"say": "Thanks"}, "hang_up"]
    _, result = await call(steps, far, FakeRecogniser("Well. Your balance", "is four, two dollars."))
    assert result["said"][0]["start"] == pytest.approx(3.6, abs=0.1)
    assert result["problems"] == []


async def test_words_are_used_up_by_the_wait_they_answered(call: Call) -> None:
    far = np.concatenate([tone(1), quiet(4)])
    _, result = await call([{"wait": "hello"}, {"wait": "hello", "within": 1}], far, FakeRecogniser("Hello"))
    assert result["problems"] == ["step 2: did not hear 'hello' within 1 s"]


async def test_a_wait_in_vain_fails_the_call(call: Call) -> None:
    line, result = await call([{"wait": "balance", "within": 2}, {"say": "Thanks"}], quiet(10))
    assert result["problems"] == ["step 1: did not hear 'balance' within 2 s"]
    assert result["seconds"] == pytest.approx(2, abs=0.1)
    assert line.done == ["hang up"]


async def test_a_conversation_answers_in_whatever_order_it_is_asked(call: Call) -> None:
    far = np.concatenate([tone(1), quiet(3), tone(1), quiet(3)])
    replies = [{"hears": "anything else", "say": "No", "ends": True}, {"hears": ["PIN", "code"], "keys": "27"}]
    line, result = await call([{"converse": replies}, "hang_up"], far, FakeRecogniser("Your PIN?", "Anything else?"))
    assert line.done == ["2", "7", "hang up"]
    assert [said.get("keys") or said["text"] for said in result["said"]] == ["27", "No"]
    assert result["said"][1]["start"] == pytest.approx(5.8, abs=0.1)
    assert result["problems"] == []


async def test_a_hum_comes_into_what_is_said_and_the_question_is_answered_all_the_same(call: Call) -> None:
    far = np.concatenate([tone(3), quiet(3)])
    replies = [{"over": 1.0, "times": 1, "say": "mm-hm"}, {"hears": "PIN", "keys": "1", "ends": True}]
    line, result = await call([{"converse": replies}, "hang_up"], far, FakeRecogniser("Now then, your PIN?"))
    assert result["said"][0]["start"] == pytest.approx(1.0, abs=0.1)
    assert line.done == ["1", "hang up"]


async def test_a_conversation_without_an_end_fails_the_call(call: Call) -> None:
    replies = [{"hears": "PIN", "keys": "1"}]
    _, result = await call([{"converse": replies, "within": 2}], quiet(5))
    assert result["problems"] == ["step 1: the conversation was not over within 2 s"]


@pytest.mark.parametrize(
    ("replies", "said"),
    [
        ([], "converse has no replies"),
        ([{"hears": "PIN"}], "does nothing"),
        ([{"say": "Yes"}], "write what it hears"),
        ([{"hears": "PIN", "say": "Yes", "when": 1}], "'when' is not known"),
        ([{"hears": "PIN", "say": "Yes", "times": 0}], "step 1, reply 1: times is 0"),
    ],
)
def test_a_reply_that_cannot_be_given_is_named(replies: Any, said: str) -> None:
    with pytest.raises(ScriptError, match=said):
        read_script([{"converse": replies}])


async def test_keys_are_pressed_one_after_the_other(call: Call) -> None:
    line, result = await call([{"keys": "27#"}, "hang_up"], quiet(2))
    assert line.done == ["2", "7", "#", "hang up"]
    assert result["said"][0]["keys"] == "27#"


async def test_a_code_that_comes_by_text_is_keyed(call: Call) -> None:
    text = "Test Bank: 700193 is your code. It is good for 5 minutes."
    line, result = await call([{"code": "keys"}, "hang_up"], quiet(4), text=text)
    assert line.done == [*"700193", "hang up"]
    assert result["said"][0]["start"] == pytest.approx(2, abs=0.1)


async def test_a_code_that_comes_by_text_is_said(call: Call) -> None:
    line, result = await call([{"code": "say"}], quiet(14), text="700193 is your code")
    assert result["said"][0]["text"] == "seven zero zero one nine three"
    assert len(audible(line)) == 50


@pytest.mark.parametrize("text", ["", "Your code will follow within 5 minutes."])
async def test_a_code_that_does_not_come_fails_the_call(call: Call, text: str) -> None:
    _, result = await call([{"code": "say", "within": 3}], quiet(5), text=text)
    assert result["problems"] == ["step 1: no code came by text within 3 s"]


async def test_quiet_asks_for_an_answer_after_what_was_last_said(call: Call) -> None:
    far = np.concatenate([tone(0.9), quiet(2), tone(1), quiet(3)])
    _, result = await call([{"say": "Hello"}, {"quiet": 0.5}, {"say": "Thanks"}, "hang_up"], far)
    assert result["said"][1]["start"] == pytest.approx(4.4, abs=0.1)


async def test_quiet_in_vain_fails_the_call(call: Call) -> None:
    _, result = await call([{"say": "Hello"}, {"quiet": 0.5, "within": 1}], quiet(9))
    assert result["problems"] == ["step 2: the far side was not heard and then quiet within 1 s"]


async def test_interruptions_are_noted_on_both_sides(call: Call) -> None:
    far = np.concatenate([tone(1), quiet(1.3), tone(1), quiet(1)])
    _, result = await call([{"pause": 0.5}, {"say": "Hello"}, {"pause": 0.5}, {"say": "More"}, "hang_up"], far)
    assert [(entry["by"], entry["text"]) for entry in result["interruptions"]] == [("us", "Hello"), ("them", "More")]


async def test_noise_lies_under_everything_until_it_ends_and_silence_mutes_it(call: Call) -> None:
    steps = [
        {"silence": 0.5},
        {"noise": {"seconds": 1, "level_db": -30}},
        {"pause": 0.5},
        {"silence": 0.2},
        {"pause": 1},
    ]
    line, _ = await call(steps, quiet(2.2))
    levels = [level_db(decode(frame)) for frame in line.sent]
    assert line.sent[:25] == [SILENCE] * 25
    assert np.mean(levels[25:50]) == pytest.approx(-30, abs=3)
    assert line.sent[50:60] == [SILENCE] * 10
    assert levels[65] > -40
    assert line.sent[80:] == [SILENCE] * len(line.sent[80:])


async def test_a_call_cut_short_says_at_which_step(call: Call) -> None:
    _, result = await call([{"pause": 5}, {"say": "Hello"}], quiet(1))
    assert result["problems"] == ["the call ended (completed) at step 1 of 2"]


async def test_the_far_side_may_hang_up_first_when_nothing_is_left_to_say(call: Call) -> None:
    _, result = await call([{"say": "Goodbye"}, {"quiet": 0.7}, "hang_up"], quiet(2))
    assert result["problems"] == []


async def test_a_recogniser_that_fails_is_a_problem_and_not_the_end(call: Call) -> None:
    async def broken(samples: Samples) -> str:
        raise RuntimeError("no model")

    far = np.concatenate([tone(1), quiet(1)])
    _, result = await call([{"pause": 5}], far, broken)
    assert result["heard"][0]["text"] == ""
    assert "was not recognised: no model" in result["problems"][0]


async def test_a_called_phone_answers_after_its_pause_and_then_follows_the_rest(lines: RecordedLines) -> None:
    script = read_script([{"pause": 0.01}, "answer", {"keys": "1"}, "hang_up"])
    phone = ScriptedPhone(script, ScriptAudio(speak), FakeRecogniser())
    line = FakeLine()
    phone.ring(line)
    assert line.done == []
    await asyncio.sleep(0.03)
    assert line.done == ["answer"]
    phone.connected()
    for _ in range(20):
        phone.say()
    assert line.done == ["answer", "1", "hang up"]


async def test_a_called_phone_declines(lines: RecordedLines) -> None:
    phone = ScriptedPhone(read_script([{"decline": "no-answer"}]), ScriptAudio(speak), FakeRecogniser())
    line = FakeLine()
    phone.ring(line)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    phone.ended("no-answer")
    assert line.done == ["decline no-answer"]
    assert (await phone.result())["status"] == "no-answer"


async def test_a_wav_that_cannot_be_read_is_told_before_the_call(lines: RecordedLines, tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"hello")
    script = read_script(["answer", {"wav": str(tmp_path / "x.wav")}])
    with pytest.raises(ScriptError, match=r"step 2: .*x\.wav: cannot be read as sound"):
        await load_audio(script, lines, speak)


def test_comfort_noise_is_no_speech_and_speech_in_noise_is_cut_out() -> None:
    noise = np.random.default_rng(3).normal(0, 32768 * 10 ** (-48 / 20), 8000 * 6)
    sound = noise.copy()
    sound[24000:32000] += tone(1.0, 0.15)
    segmenter = Segmenter()
    frames = sound.astype(np.int16).reshape(-1, FRAME)
    found = [utterance for utterance in map(segmenter.feed, frames) if utterance]
    spoken = [(round(utterance.start, 1), round(utterance.end, 1)) for utterance in found if utterance.start > 1]
    assert spoken == [(3.0, 4.0)]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Two, seven!", "27"), ("I’d like", "id LIKE"), ("$42.50", "4 2 5 0"), ("Your P.I.N.?", "your PIN")],
)
def test_words_are_compared_without_punctuation_and_figure_by_figure(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


def test_a_recorded_line_is_found_by_its_words_and_voice() -> None:
    lines = RecordedLines()
    found = lines.find("yes please!", "bella")
    assert found is not None
    assert level_db(found) > -35
    assert lines.find("yes please", "nobody") is None
    assert lines.find("something never recorded", "bella") is None
