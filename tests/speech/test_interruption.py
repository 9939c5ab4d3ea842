"""What pauses the bot, and what lets it go on: words soon, hums and knocks not, and not for long."""

import random
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.speech.interruptions import from_onset
from bench.tools.noises import AROUND, Sound, closed_hum, cough, laugh
from speech.audio import RATE, Samples, decode, encode, normalise, read_mono, to_int
from speech.endpointing.turn_detector import TurnDetector
from speech.interruption import Interruption
from speech.interruption_detector import SPAN_WINDOWS, InterruptionDetector
from speech.model_files import find_vad
from speech.sound_kind import KindChances
from speech.vad import WINDOW, SileroModel, WindowCutter
from speech.voices import make_voice
from switch.phones.recorded_lines import FOLDER

pytestmark = pytest.mark.speech

LEAD = 0.5


WORDS, HUM = KindChances(0.9, 0.05, 0.05), KindChances(0.0, 0.95, 0.05)
DOUBTFUL = KindChances(0.5, 0.3, 0.2)


@dataclass
class Judged:
    """A judge that has been told its mind."""

    interruption: float = 0.0
    kind: KindChances = HUM


@dataclass
class Over:
    """A sound over the bot, moment after moment."""

    interruption: Interruption = field(default_factory=Interruption)

    def after(self, voiced: float, judged: Judged, silence: float = 0.0, *, hum_answers: bool = False) -> bool:
        """Whether the bot is silent by then."""
        self.interruption.hear(voiced, silence, judged, hum_answers=hum_answers)
        return self.interruption.paused


def followed(sound: Samples) -> tuple[float | None, float]:
    """Seconds from the sound's beginning until the bot pauses, if it does; and for how long it does."""
    noise = np.random.default_rng(1).normal(0, 30, int((LEAD + 0.3) * RATE) + len(sound)).astype(np.int16)
    noise[int(LEAD * RATE) :][: len(sound)] += sound
    judge, turn, over = InterruptionDetector(SileroModel(find_vad()).stream()), TurnDetector(), Interruption()
    begin, silent = None, 0.0
    for number, window in enumerate(WindowCutter().add(decode(encode(noise))), 1):
        turn.window(judge(window))
        over.hear(turn.voiced if turn.active else 0.0, turn.silence, judge)
        if over.paused:
            begin = number * len(window) / RATE - LEAD if begin is None else begin
            silent += len(window) / RATE
    return begin, silent


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
def test_words_pause_the_bot_within_350_ms_and_it_does_not_go_on(name: str) -> None:
    sound = read_mono(FOLDER / f"{name}.wav")
    begin, silent = followed(sound)
    assert begin is not None
    assert begin < 0.35
    assert silent > 0.9 * (len(sound) / RATE - begin)


@pytest.mark.parametrize("seed", range(8))
def test_neither_a_hum_nor_a_cough_nor_a_laugh_silences_it_for_long(seed: int) -> None:
    chance = random.Random(seed)
    for make in (closed_hum, cough, laugh):
        assert followed(made(make(chance)))[1] < 0.3, make.__name__


@pytest.mark.parametrize("seed", range(4))
def test_what_sounds_around_a_caller_does_not_silence_it_for_long(seed: int) -> None:
    chance = random.Random(100 + seed)
    for make in AROUND:
        assert followed(made(make(chance)))[1] < 0.3, make.__name__


def test_the_hums_of_a_voice_that_it_never_learnt_from_do_not_silence_it_for_long() -> None:
    voice = make_voice("heart")
    for text in ("Mm-hmm.", "Mhm.", "Uh-huh."):
        assert followed(normalise(voice.speak(text)))[1] < 0.3, text


def test_what_the_detector_keeps_in_mind_counts_besides_the_sound() -> None:
    word, hum = read_mono(FOLDER / "bella/no-sixty.wav"), made(closed_hum(random.Random(1)))
    assert abs(minding(word, hum) - minding(hum, hum)) > 0.05


def test_what_is_not_sure_at_once_pauses_it_a_little_later() -> None:
    sound, doubtful = Over(), Judged(0.7)
    assert not sound.after(0.13, doubtful)
    assert sound.after(0.17, doubtful)


def test_what_was_a_hum_for_a_quarter_of_a_second_pauses_it_when_it_becomes_words() -> None:
    sound = Over()
    assert not sound.after(0.3, Judged(1.0, HUM))
    assert sound.after(0.4, Judged(0.0, WORDS))


def test_what_proves_to_be_no_words_lets_it_go_on_while_the_sound_goes_on() -> None:
    sound = Over()
    assert sound.after(0.16, Judged(0.7, HUM))
    assert sound.after(0.2, Judged(0.0, HUM))  # too soon to tell
    assert not sound.after(0.26, Judged(0.0, HUM))


def test_doubtful_words_are_waited_for_and_a_hum_that_is_over_is_not() -> None:
    sound = Over()
    assert sound.after(0.2, Judged(0.7))
    assert sound.after(0.4, Judged(kind=DOUBTFUL), silence=0.13)
    assert not sound.after(0.4, Judged(kind=HUM), silence=0.13)


def test_after_a_pause_that_was_taken_back_the_same_sound_must_be_surer() -> None:
    sound, likely = Over(), Judged(kind=KindChances(0.7, 0.2, 0.1))
    assert sound.after(0.2, Judged(0.7))
    assert not sound.after(0.3, Judged(kind=HUM))
    assert not sound.after(0.6, likely)
    assert sound.after(0.7, Judged(kind=WORDS))


def test_the_next_sound_is_judged_anew() -> None:
    sound = Over()
    assert sound.after(0.2, Judged(0.7))
    assert not sound.after(0.3, Judged(kind=HUM))
    assert not sound.after(0.0, Judged())
    assert sound.after(0.2, Judged(0.7))


def test_a_hum_pauses_it_where_it_is_an_answer_and_nothing_else_does() -> None:
    assert Over().after(0.3, Judged(kind=HUM), hum_answers=True)
    assert not Over().after(0.3, Judged(kind=KindChances(0.01, 0.04, 0.95)), hum_answers=True)


def test_what_the_last_sound_was_is_remembered_until_it_is_dealt_with() -> None:
    sound = Over()
    known: list[float | None] = []
    sound.after(0.2, Judged(kind=HUM))
    known.append(sound.interruption.words)  # too soon to tell
    sound.after(0.4, Judged(kind=HUM))
    sound.after(0.4, Judged(kind=DOUBTFUL), silence=0.3)
    known.append(sound.interruption.words)
    sound.interruption.settle()
    known.append(sound.interruption.words)
    assert known == [None, 0.0, None]


def test_a_click_of_one_window_pauses_nothing() -> None:
    assert not Over().after(0.032, Judged(1.0))


def test_a_clip_begins_with_its_voice_and_not_with_a_thump_before_it() -> None:
    time = np.arange(RATE) / RATE
    rumble = 3000 * np.sin(2 * np.pi * 60 * time[: RATE // 4])
    click, voice = np.zeros(RATE // 4), 8000 * np.sign(np.sin(2 * np.pi * 300 * time))
    click[800:840] = 9000
    clip = np.concatenate([rumble, click, voice]).astype(np.int16)
    assert abs(len(from_onset(clip)) - len(voice)) < 0.03 * RATE
