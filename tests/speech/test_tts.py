"""Prompts: sentences, the cache, and what a voice must keep to."""

from pathlib import Path

import numpy as np
import pytest

from speech.audio import RATE, loudness
from speech.tts import TextToSpeech, sentences
from speech.voices import UnknownVoiceError, make_voice
from speech.voices.voice import for_telephone
from tests.fakes.fake_speech import FakeVoice

pytestmark = pytest.mark.unit


def test_a_text_is_spoken_sentence_by_sentence_and_a_title_ends_none() -> None:
    text = "Hello, Mr. Brown. You owe fifty dollars!  Is that right?"
    assert sentences(text) == ["Hello, Mr. Brown.", "You owe fifty dollars!", "Is that right?"]
    assert sentences("  ") == []


def test_a_sentence_is_rendered_once(tmp_path: Path) -> None:
    voice = FakeVoice()
    speaker = TextToSpeech(voice, tmp_path)
    assert speaker.cached("Hello.") is None
    assert np.array_equal(speaker.synthesise("Hello."), speaker.synthesise("Hello."))
    assert voice.spoken == ["Hello."]
    assert speaker.cached("Hello.") is not None


def test_prepared_prompts_are_shared_with_the_next_process(tmp_path: Path) -> None:
    TextToSpeech(FakeVoice(), tmp_path).prepare(["Hello. Goodbye."])
    voice = FakeVoice()
    speaker = TextToSpeech(voice, tmp_path)
    assert np.array_equal(speaker.synthesise("Hello."), FakeVoice().speak("Hello."))
    assert voice.spoken == []


def test_what_is_said_to_one_caller_is_not_written_to_disk(tmp_path: Path) -> None:
    TextToSpeech(FakeVoice(), tmp_path).synthesise("Your balance is twelve dollars.")
    assert list(tmp_path.iterdir()) == []


def test_another_voice_has_its_own_prompts(tmp_path: Path) -> None:
    TextToSpeech(FakeVoice(), tmp_path).prepare(["Hello."])
    other = FakeVoice()
    other.name = "beep-2"
    TextToSpeech(other, tmp_path).synthesise("Hello.")
    assert other.spoken == ["Hello."]


def test_a_whole_text_has_rests_between_its_sentences(tmp_path: Path) -> None:
    sound = TextToSpeech(FakeVoice(), tmp_path).render("Yes. No.")
    assert len(sound) == (4 + 3) * 480 + RATE // 4


def test_a_voices_sound_is_trimmed_levelled_and_faded() -> None:
    tone = 0.02 * np.sin(np.arange(24000) / 20)
    sound = np.concatenate([np.zeros(24000), tone, np.zeros(24000)]).astype(np.float32)
    samples = for_telephone(sound, 24000)
    assert RATE <= len(samples) <= 1.15 * RATE
    assert loudness(samples) == pytest.approx(-20.0, abs=0.5)
    assert (samples[0], samples[-1]) == (0, 0)


def test_an_unknown_voice_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownVoiceError, match=r"'robot'.*heart, pyttsx3"):
        make_voice("robot")
