"""What the carrier plays is rendered once, says what it must, and is music of our own."""

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.channels.audio_files import NAMES, Speaks, music, notice_version, prepare_audio
from ivr.dialogue.prompts.en import NOTICE, PROMPTS

pytestmark = pytest.mark.unit


class FakeVoice:
    """A voice that remembers what it said."""

    name = "counting"

    def __init__(self) -> None:
        self.said: list[str] = []

    def speak(self, text: str) -> NDArray[np.int16]:
        self.said.append(text)
        return np.full(800, 1000, np.int16)


def everywhere(voice: FakeVoice) -> dict[str, Speaks]:
    return {"en": voice, "es": voice}


def test_the_notice_names_the_machine_and_the_recording() -> None:
    for word in ("{company}", "A.I. assistant", "recorded"):
        assert word in NOTICE


def test_no_way_is_told_before_it_is_open() -> None:
    """Nobody listens while the notice is played: what is said or pressed then is lost."""
    assert not {"say", "press"} & set(NOTICE.lower().split())
    assert "press zero" in PROMPTS["open.person"][0]


def test_files_are_eight_kilohertz_mono(tmp_path: Path) -> None:
    prepare_audio(tmp_path, everywhere(FakeVoice()), "Test Bank")
    for name in NAMES:
        with wave.open(str(tmp_path / name)) as sound:
            assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)


def test_files_are_rendered_once_and_again_when_the_words_change(tmp_path: Path) -> None:
    voice = FakeVoice()
    prepare_audio(tmp_path, everywhere(voice), "Test Bank")
    prepare_audio(tmp_path, everywhere(voice), "Test Bank")
    assert len(voice.said) == 3
    prepare_audio(tmp_path, everywhere(voice), "Other Bank")
    assert voice.said[3:] == [NOTICE.format(company="Other Bank")]


def test_another_wording_is_another_version() -> None:
    assert notice_version("Test Bank") != notice_version("Other Bank")


def test_the_music_is_soft_and_never_stops() -> None:
    sound = music().astype(np.float64)
    loudness = [np.abs(second).max() for second in sound[: len(sound) // 8000 * 8000].reshape(-1, 8000)]
    assert min(loudness[:-3]) > 300
    assert max(loudness) <= 6000
