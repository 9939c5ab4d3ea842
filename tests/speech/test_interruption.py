"""Who may stop the bot: words soon, hums and knocks not."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.speech.interruptions import from_onset
from bench.tools.noises import Sound, closed_hum, cough
from speech.audio import RATE, Samples, decode, encode, normalise, read_mono, to_int
from speech.endpointing.turn_detector import TurnDetector
from speech.interruption import is_interruption
from speech.interruption_detector import SPAN_WINDOWS, InterruptionDetector
from speech.model_files import find_vad
from speech.vad import WINDOW, SileroModel, WindowCutter
from speech.voices import make_voice
from switch.phones.recorded_lines import FOLDER

pytestmark = pytest.mark.speech

LEAD = 0.5


@dataclass
class FakeDetector:
    """A judge that has been told its mind."""

    interruption: float

    def __call__(self, window: Samples) -> float:
        return 1.0

    def reset(self) -> None:
        pass


def stops(sound: Samples) -> Iterator[float]:
    """Seconds from the sound's beginning at which the bot would stop."""
    noise = np.random.default_rng(1).normal(0, 30, int((LEAD + 0.5) * RATE) + len(sound)).astype(np.int16)
    noise[int(LEAD * RATE) :][: len(sound)] += sound
    judge, turn = InterruptionDetector(SileroModel(find_vad()).stream()), TurnDetector()
    for number, window in enumerate(WindowCutter().add(decode(encode(noise))), 1):
        turn.window(judge(window))
        if is_interruption(turn.voiced if turn.active else 0.0, judge):
            yield number * len(window) / RATE - LEAD


@dataclass
class FakeMindedDetector:
    """A detector that is as sure of every sound, whatever its network keeps in mind."""

    hidden_state: NDArray[np.float32]

    def __call__(self, window: Samples) -> float:
        return 0.9

    def reset(self) -> None:
        pass


def minding(kept: Samples, sound: Samples) -> float:
    """The chance of an interruption of a quarter of a second of `sound` for a detector that heard `kept` instead."""
    vad = SileroModel(find_vad()).stream()
    for window in WindowCutter().add(kept[: SPAN_WINDOWS * WINDOW]):
        vad(window)
    judge = InterruptionDetector(FakeMindedDetector(vad.hidden_state))
    for window in WindowCutter().add(sound[: SPAN_WINDOWS * WINDOW]):
        judge(window)
    return judge.interruption


def made(sound: Sound) -> Samples:
    return normalise(to_int((0.5 * sound / np.abs(sound).max()).astype(np.float32)))


@pytest.mark.parametrize("name", ["bella/no-sixty", "michael/my-card-was-stolen", "michael/never-mind-cancel-that"])
def test_words_stop_the_bot_within_350_ms(name: str) -> None:
    assert next(stops(read_mono(FOLDER / f"{name}.wav"))) < 0.35


@pytest.mark.parametrize("seed", range(8))
def test_neither_a_hum_nor_a_cough_stops_it(seed: int) -> None:
    chance = random.Random(seed)
    assert not list(stops(made(closed_hum(chance))))
    assert not list(stops(made(cough(chance))))


def test_the_hums_of_a_voice_that_it_never_learnt_from_do_not_stop_it() -> None:
    voice = make_voice("heart")
    for text in ("Mm-hmm.", "Mhm."):
        assert not list(stops(normalise(voice.speak(text)))), text


def test_what_the_detector_keeps_in_mind_counts_besides_the_sound() -> None:
    word, hum = read_mono(FOLDER / "bella/no-sixty.wav"), made(closed_hum(random.Random(1)))
    assert abs(minding(word, hum) - minding(hum, hum)) > 0.05


def test_what_is_not_sure_at_once_stops_it_a_little_later() -> None:
    doubtful = FakeDetector(0.7)
    assert not is_interruption(0.13, doubtful)
    assert is_interruption(0.17, doubtful)


def test_what_was_a_hum_for_a_quarter_of_a_second_stops_it_only_when_certain() -> None:
    assert not is_interruption(0.4, FakeDetector(0.9))
    assert is_interruption(0.4, FakeDetector(0.99))


def test_a_second_of_voice_stops_it_anyhow() -> None:
    humming = FakeDetector(0.1)
    assert not is_interruption(0.7, humming)
    assert is_interruption(1.0, humming)


def test_a_click_of_one_window_stops_nothing() -> None:
    assert not is_interruption(0.032, FakeDetector(1.0))


def test_a_clip_begins_with_its_voice_and_not_with_a_thump_before_it() -> None:
    time = np.arange(RATE) / RATE
    rumble = 3000 * np.sin(2 * np.pi * 60 * time[: RATE // 4])
    click, voice = np.zeros(RATE // 4), 8000 * np.sign(np.sin(2 * np.pi * 300 * time))
    click[800:840] = 9000
    clip = np.concatenate([rumble, click, voice]).astype(np.int16)
    assert abs(len(from_onset(clip)) - len(voice)) < 0.03 * RATE
