"""Keys are heard wherever they sound, and nowhere else."""

import numpy as np
import pytest

from speech.audio import RATE, decode, encode
from speech.tones import keys_heard
from switch.media.audio import dtmf_tones, silence

pytestmark = pytest.mark.unit


def test_every_key_is_heard_where_it_sounds() -> None:
    sound = decode(silence(0.5) + dtmf_tones("1234567890*#ABCD") + silence(0.5))
    heard = keys_heard(sound)
    assert "".join(tone.key for tone in heard) == "1234567890*#ABCD"
    for number, tone in enumerate(heard):
        assert tone.start == pytest.approx(0.5 + 0.2 * number, abs=0.03)
        assert tone.end == pytest.approx(0.6 + 0.2 * number, abs=0.03)


def test_a_key_under_noise_is_heard_by_a_lower_share() -> None:
    keys = decode(dtmf_tones("27"))
    noise = np.random.default_rng(1).normal(0, 2500, len(keys))
    noisy = decode(encode(np.clip(keys + noise, -32768, 32767).astype(np.int16)))
    assert "".join(tone.key for tone in keys_heard(noisy, 0.25)) == "27"
    assert keys_heard(noisy, 0.95) == []


@pytest.mark.parametrize("frequencies", [(697,), (1209,), (440, 480), (350, 440), (697, 770)])
def test_what_is_no_pair_of_a_key_is_none(frequencies: tuple[int, ...]) -> None:
    time = np.arange(RATE) / RATE
    waves = sum(np.sin(2 * np.pi * frequency * time) for frequency in frequencies)
    assert keys_heard((np.asarray(waves) * 8000).astype(np.int16)) == []


def test_silence_and_less_than_a_window_are_no_keys() -> None:
    assert keys_heard(np.zeros(RATE, np.int16)) == []
    assert keys_heard(np.zeros(10, np.int16)) == []
