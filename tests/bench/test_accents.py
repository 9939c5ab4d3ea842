"""Speakers with accents, as the digit reader's examples have them."""

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.train.accented_voices import MILD, SHORTEST, STRONG, Style, TimedKokoro, habits_of, separate
from bench.train.accents import DIGITS, FAMILY, WAYS, Speaker
from speech.audio import RATE

pytestmark = pytest.mark.unit


def said_as(speaker: Speaker, accents: tuple[str, ...]) -> bool:
    return all(speaker.say(digit) in {way for accent in accents for way in WAYS[accent][digit]} for digit in DIGITS)


def test_first_speakers_of_an_accent_have_no_other() -> None:
    for accent in WAYS:
        for number in range(STRONG):
            assert said_as(habits_of(accent, number, random.Random(number)), (accent,))


def test_a_mild_accent_says_some_digits_as_natives_do() -> None:
    mild = [habits_of("german", STRONG + 1, random.Random(seed)) for seed in range(20)]
    assert all(said_as(speaker, ("german", *MILD)) for speaker in mild)
    assert not any(said_as(speaker, ("german",)) for speaker in mild)


def test_nobody_has_habits_of_a_family_that_may_be_held_out_besides_their_own() -> None:
    natives = tuple(accent for accent, family in FAMILY.items() if family == "native")
    for accent, family in FAMILY.items():
        own = tuple(other for other in FAMILY if FAMILY[other] == family)
        for number in range(8):
            assert said_as(habits_of(accent, number, random.Random(number)), own + natives)


class Hurried(TimedKokoro):
    """A voice whose words last a tenth of a second by the speed."""

    def __init__(self) -> None:
        self.speeds: list[float] = []

    def say(self, words: list[str], style: Style, speed: float) -> list[NDArray[np.float32]]:
        self.speeds.append(speed)
        return [np.sin(np.arange(int(2400 / speed)), dtype=np.float32) for _ in words]


def test_digits_too_short_to_be_understood_are_said_again_more_slowly() -> None:
    voice = Hurried()
    sounds = separate(voice, ["tˈu", "ˈo"], np.zeros((1, 256), np.float32), 1.0)
    assert voice.speeds == pytest.approx([1.0, 0.8, 0.64, 0.512, 0.4096])
    assert all(len(sound) >= SHORTEST * RATE for sound in sounds)
