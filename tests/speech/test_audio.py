"""Telephone sound: exact mu-law, frames, levels, WAV files and clear errors."""

import warnings
import wave
from pathlib import Path

import numpy as np
import pytest

from speech import audio

pytestmark = pytest.mark.unit

ALL = np.arange(65536, dtype=np.uint16).view(np.int16)


def test_mu_law_is_the_standards_in_every_value() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        audioop = pytest.importorskip("audioop")  # gone from Python 3.13
    assert audio.encode(ALL) == audioop.lin2ulaw(ALL.tobytes(), 2)
    codes = bytes(range(256))
    assert audio.decode(codes).tobytes() == audioop.ulaw2lin(codes, 2)


def test_mu_law_keeps_what_it_gave() -> None:
    once = audio.decode(audio.encode(ALL))
    assert np.array_equal(audio.decode(audio.encode(once)), once)
    assert audio.decode(audio.SILENCE).tolist() == [0] * audio.FRAME


def test_frames_are_twenty_milliseconds_and_the_last_is_filled_with_silence() -> None:
    frames = list(audio.frames(np.full(170, 5000, np.int16)))
    assert [len(frame) for frame in frames] == [160, 160]
    assert frames[1][10:] == b"\xff" * 150


@pytest.mark.parametrize("amplitude", [100, 3000, 30000])
def test_speech_comes_to_the_stated_level(amplitude: int) -> None:
    tone = (amplitude * np.sin(np.arange(8000) / 3)).astype(np.int16)
    paused = np.concatenate([tone, np.zeros(16000, np.int16)])
    assert audio.loudness(audio.normalise(paused, -20.0)) == pytest.approx(-20.0, abs=0.3)


def test_a_peak_is_never_clipped_and_silence_stays_silence() -> None:
    click = np.zeros(8000, np.int16)
    click[::100] = 20000
    assert np.abs(audio.normalise(click, 0.0)).max() < 32767 * 0.9
    assert not audio.normalise(np.zeros(800, np.int16)).any()


def test_wav_files_keep_channels_and_rate(tmp_path: Path) -> None:
    stereo = np.array([[1, 2, 3], [-1, -2, -3]], np.int16)
    audio.write_wav(tmp_path / "a.wav", stereo, 16000)
    samples, rate = audio.read_sound(tmp_path / "a.wav")
    assert (samples.tolist(), rate) == (stereo.tolist(), 16000)
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


@pytest.mark.parametrize(("width", "data"), [(1, b"\x80\xc0"), (3, b"\x00\x00\x00\x00\x00\x40")])
def test_other_sample_widths_are_read(tmp_path: Path, width: int, data: bytes) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, width, 8000, 0, "NONE", ""))
        file.writeframes(data)
    assert audio.read_mono(tmp_path / "a.wav").tolist() == [0, 16384]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        (b"", "cannot be read"),
        (b"ID3 not sound", "cannot be read as sound"),
        (b"RIFF\x04\x00\x00\x00WAVE", "WAV"),
    ],
)
def test_a_file_that_is_no_sound_is_named_with_what_is_wrong(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "caller.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(audio.UnreadableAudioError, match=words) as error:
        audio.read_mono(path)
    assert "caller.wav" in str(error.value)


def test_an_empty_wav_file_is_refused(tmp_path: Path) -> None:
    audio.write_wav(tmp_path / "a.wav", np.zeros(0, np.int16))
    with pytest.raises(audio.UnreadableAudioError, match="no sound"):
        audio.read_sound(tmp_path / "a.wav")


def test_resampling_keeps_the_length_and_the_type() -> None:
    assert len(audio.resample(np.zeros(8000, np.int16), 8000, 16000)) == 16000
    assert audio.resample(np.zeros(2400, np.float32), 24000, 8000).dtype == np.float32
