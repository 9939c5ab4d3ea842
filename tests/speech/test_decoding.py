"""Who waits for a hearing decides what is done for it."""

from typing import Any, cast

import numpy as np
import pytest

from speech.decoding import Demand, UnwantedError, UtteranceDecoder
from speech.events import Expectation, Word
from speech.whisper import RATE, Decoding, Encoded, Sound, Whisper

pytestmark = pytest.mark.unit

SOUND = np.zeros(RATE, np.float32)
TIMED = (Word("my", 0.1, 0.3, 0.9), Word("balance", 0.3, 0.8, 0.9))


class FakeWhisper:
    """A model that hears one and the same, and notes what was asked of it."""

    is_base = False

    def __init__(self) -> None:
        self.done: list[str] = []

    def encode(self, sound: Sound, **_: float) -> Encoded:
        self.done.append("encode")
        return Encoded(sound, cast("Any", None), 8.0)

    def decode(self, encoded: Encoded, **_: object) -> Decoding:
        self.done.append("decode")
        return Decoding("my balance", -0.1, 0.0)

    def words(self, decoding: Decoding, encoded: Encoded) -> tuple[Word, ...]:
        self.done.append("words")
        return TIMED

    def end_of_turn_chance(self, encoded: Encoded) -> float | None:
        return None


def test_words_are_timed_unless_others_wait() -> None:
    whisper = FakeWhisper()
    decoder = UtteranceDecoder(cast("Whisper", whisper))
    assert decoder.decode(SOUND, Expectation(), Demand()).verdict.words == TIMED
    pressed = decoder.decode(SOUND, Expectation(), Demand(pressed=lambda: True)).verdict
    assert (pressed.text, pressed.words) == ("my balance", ())
    assert whisper.done == ["encode", "decode", "words", "encode", "decode"]


@pytest.mark.parametrize(("steps", "done"), [(0, []), (1, ["encode"])])
def test_a_hearing_that_nobody_waits_for_is_given_up_at_its_next_step(steps: int, done: list[str]) -> None:
    whisper = FakeWhisper()
    demand = Demand(unwanted=lambda: len(whisper.done) >= steps)
    with pytest.raises(UnwantedError):
        UtteranceDecoder(cast("Whisper", whisper)).decode(SOUND, Expectation(), demand)
    assert whisper.done == done


def test_a_single_digit_is_heard_among_all_words_for_goodbye_reads_as_a_five() -> None:
    whisper = FakeWhisper()
    whisper.is_base = True  # the reader of digits knows it, and would read whatever is said as digits
    decoded = UtteranceDecoder(cast("Whisper", whisper)).decode(SOUND, Expectation("digits", 1), Demand())
    assert decoded.verdict.text == "my balance"
