"""Real ears and real voices, over the telephone path."""

import json
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from speech import decoding
from speech.audio import RATE, loudness, read_mono, telephone, write_wav
from speech.endpointing.early_transcription import PAUSE
from speech.events import Expectation
from speech.stt import WhisperSpeechToText
from speech.vad import WINDOW_SECONDS, SileroModel, WindowCutter, speech_spans
from speech.voices import espeak, make_voice
from speech.whisper import STRETCH, WINDOW, Encoded, Sound, Whisper
from switch.phones.recorded_lines import FOLDER as LINES
from switch.phones.recorded_lines import RecordedLines

pytestmark = pytest.mark.speech


def plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum() or letter == " ").strip()


@pytest.mark.parametrize("text", ["How can I help you today?", "I will find someone who can help."])
def test_what_the_bot_says_is_heard_back(whisper_base: WhisperSpeechToText, text: str) -> None:
    said = make_voice("heart").speak(text)
    heard = whisper_base.transcribe(telephone(said, RATE)).result(30)
    assert plain(heard.text) == plain(text)
    assert heard.confidence > 0.6
    assert heard.words[0].start < heard.words[-1].start <= heard.seconds


@pytest.mark.parametrize("name", ["heart", "pyttsx3"])
def test_every_voice_gives_sound_at_the_usual_level(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    voice = make_voice(name)
    sound = voice.speak("Thank you for waiting.")
    assert 0.6 < len(sound) / RATE < 4
    assert loudness(sound) == pytest.approx(-20, abs=2)
    assert capsys.readouterr().out == ""


def test_the_neural_voice_says_the_same_in_every_process() -> None:
    assert np.array_equal(make_voice("heart").speak("Goodbye."), make_voice("heart").speak("Goodbye."))


def test_the_small_voice_loses_nothing_when_six_speak_at_once() -> None:
    from concurrent.futures import ThreadPoolExecutor

    voice = make_voice("pyttsx3")
    with ThreadPoolExecutor(6) as pool:
        sounds = list(pool.map(voice.speak, [f"Sentence number {index}." for index in range(6)]))
    assert all(len(sound) > RATE / 2 for sound in sounds)


def test_the_small_voices_first_sentence_is_waited_for_on_a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    make_voice("pyttsx3")
    espeak._let_go()  # the library waits 10 ms for an engine's first sentence, ready or not
    opened = wave.open

    def late(*path: str) -> wave.Wave_write:
        time.sleep(0.05)
        return opened(path[0], "wb")

    monkeypatch.setattr("pyttsx3.drivers.espeak.wave.open", late)
    assert len(make_voice("pyttsx3").speak("Goodbye.")) > RATE / 4


def test_peoples_digits_are_heard_over_the_telephone(whisper_base: WhisperSpeechToText, clips: Path) -> None:
    rows = [json.loads(line) for line in (clips.parent / "digit_strings.jsonl").read_text().splitlines()]
    pins = [row for row in rows if row["kind"] == "pin"][:6]
    right = 0
    for row in pins:
        parts = [np.zeros(2400, np.int16)]
        for file, gap in zip(row["files"], [*row["gap_ms"], 200], strict=False):
            parts += [read_mono(clips.parent / file), np.zeros(gap * 8, np.int16)]
        heard = whisper_base.transcribe(np.concatenate(parts), Expectation("digits", 4)).result(60)
        right += heard.text == row["digits"]
    assert right >= 4


@pytest.mark.parametrize("sound", ["silence", "noise", "hum", "key"])
def test_nothing_is_heard_where_nobody_speaks(whisper_base: WhisperSpeechToText, tmp_path: Path, sound: str) -> None:
    time = np.arange(4 * RATE) / RATE
    samples = {
        "silence": np.zeros(len(time)),
        "noise": np.random.default_rng(1).normal(0, 600, len(time)),
        "hum": 3000 * np.sin(2 * np.pi * 50 * time),
        "key": 6000 * (np.sin(2 * np.pi * 697 * time) + np.sin(2 * np.pi * 1209 * time)),
    }[sound].astype(np.int16)
    assert whisper_base.transcribe(samples).result(30).text == ""
    write_wav(tmp_path / "a.wav", samples)
    heard = whisper_base.transcribe_file(tmp_path / "a.wav")
    assert (heard.text, heard.confidence, heard.words) == ("", 0.0, ())


def test_an_office_is_not_taken_for_a_caller(whisper_base: WhisperSpeechToText, clips: Path) -> None:
    [office] = (clips.parent / "extras" / "noise").glob("*.wav")
    assert whisper_base.transcribe_long(read_mono(office)[: 60 * RATE]) == []


def test_a_recording_is_cut_where_nobody_speaks_and_its_words_are_timed(
    whisper_base: WhisperSpeechToText, clips: Path
) -> None:
    first, second = (read_mono(path) for path in sorted(clips.glob("pico_*.wav"))[3:5])
    silence = np.zeros(3 * RATE, np.int16)
    segments = whisper_base.transcribe_long(np.concatenate([silence, first, silence, second, silence]))
    assert len(segments) == 2
    begins = 3 + len(first) / RATE + 3
    assert 2.8 < segments[0].start < segments[0].transcript.words[0].end < begins < segments[1].end
    start, end = round(segments[1].start, 2), segments[1].end + 0.1
    assert all(start <= word.start <= end for word in segments[1].transcript.words)


def test_the_detector_notices_a_voice_within_a_few_windows(silero: SileroModel) -> None:
    said = make_voice("heart").speak("Yes, that is right.")
    quiet = np.zeros(RATE, np.int16)
    vad = silero.stream()
    found = [vad(window) > 0.5 for window in WindowCutter().add(np.concatenate([quiet, said, quiet]))]
    onset, end = found.index(True) * WINDOW_SECONDS, (len(found) - found[::-1].index(True)) * WINDOW_SECONDS
    assert 1.0 <= onset <= 1.25
    assert abs(end - (1 + len(said) / RATE)) < 0.25
    assert len(speech_spans(np.concatenate([quiet, said, quiet]), silero.stream())) == 1


def test_a_sentence_sounds_finished_and_its_first_half_does_not(whisper_base: WhisperSpeechToText) -> None:
    sound = read_mono(LINES / "emma" / "pay-the-minimum-on-the-first-of-april.wav")
    rest = np.zeros(int((PAUSE + 0.02) * RATE), np.int16)
    whole, half = (
        whisper_base.transcribe(np.concatenate([part, rest])).result(30).end_of_turn
        for part in (sound, sound[: len(sound) // 2])
    )
    assert whole is not None
    assert half is not None
    assert whole > 0.7 > 0.3 > half


@pytest.mark.parametrize(("voice", "text", "heard"), [("george", "Yes.", "yes"), ("michael", "Nope.", "nope")])
def test_a_yes_or_no_is_heard_in_a_short_window(
    whisper_base: WhisperSpeechToText, voice: str, text: str, heard: str
) -> None:
    sound = RecordedLines().find(text, voice)
    assert sound is not None
    said = whisper_base.transcribe(sound, Expectation("yes-no")).result()
    assert said.text.strip(".!").lower() == heard


def test_a_yes_that_is_hardly_sure_in_the_short_window_is_heard_again_in_the_usual_one(
    whisper_base: WhisperSpeechToText, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = RecordedLines().find("Yes.", "george")
    assert sound is not None
    monkeypatch.setattr(decoding, "YES_NO_BELIEVED", 1.01)
    windows: list[float] = []
    encode = Whisper.encode

    def noted(whisper: Whisper, sound: Sound, *, window: float | None = None, stretch: float = STRETCH) -> Encoded:
        encoded = encode(whisper, sound, window=window, stretch=stretch)
        windows.append(encoded.window)
        return encoded

    monkeypatch.setattr(Whisper, "encode", noted)
    assert whisper_base.transcribe(sound, Expectation("yes-no")).result().text
    assert windows == [decoding.YES_NO_WINDOW, WINDOW]


@pytest.mark.parametrize("order", [1, -1], ids=["a PIN, then the wish", "the wish, then a PIN"])
def test_a_wish_for_a_person_is_not_lost_beside_a_pin(whisper_base: WhisperSpeechToText, order: int) -> None:
    pin, wish = (
        RecordedLines().find("four eight one six", "bella"),
        RecordedLines().find("Let me speak to a person.", "george"),
    )
    assert pin is not None and wish is not None
    said = whisper_base.transcribe(np.concatenate([pin, wish][::order]), Expectation("digits", 4)).result()
    assert "person" in said.text


def test_a_word_is_as_sure_as_it_was_heard_however_it_could_be_written(whisper_base: WhisperSpeechToText) -> None:
    sound = RecordedLines().find("No, that's all. Thank you.", "bella")
    assert sound is not None
    sure = {word.word: word.confidence for word in whisper_base.transcribe(sound).result().words}
    assert sure["that's"] > 0.8
