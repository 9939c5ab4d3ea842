"""What a caller does besides speaking: coughs, hums and knocks, made up, since no recordings of them are at hand."""

import random
from collections.abc import Iterator

import numpy as np
import soxr
from numpy.typing import NDArray

from speech.audio import RATE, Samples, normalise, to_float, to_int
from speech.voices.voice import Voice

Sound = NDArray[np.float64]

THROAT = ((650, 120), (1150, 160), (2500, 250))  # Hz and width of the resonances of an open throat
HUMS = ("Mm-hmm.", "Mhm.", "Mmm.", "Uh-huh.", "Hm.")
LOUD = -20.0  # dBFS, as speech


def noises(many: int, voice: Voice, seed: int = 9) -> Iterator[tuple[str, Samples]]:
    """`many` sounds with their kind: two fifths coughs, three tenths each of hums (a voice's) and knocks and bursts."""
    chance = random.Random(seed)
    kinds = ["cough"] * 4 + ["hum"] * 3 + ["knock"] * 3
    for number in range(many):
        kind = kinds[number % len(kinds)]
        if kind == "hum":
            sound = hum(voice, chance)
        else:
            made = cough(chance) if kind == "cough" else knock(chance)
            sound = to_int((0.5 * made / np.abs(made).max()).astype(np.float32))
        yield kind, normalise(sound, LOUD)


def cough(chance: random.Random) -> Sound:
    """One to three bursts of breath through the throat, each with a hard start and a soft end."""
    parts: list[Sound] = []
    for _ in range(chance.choice((1, 1, 2, 2, 3))):
        length = chance.uniform(0.12, 0.3)
        shape = _decay(length, chance.uniform(0.04, 0.09))
        parts += [
            _resonant(_breath(length, chance) * shape, chance.uniform(0.85, 1.2)),
            _rest(chance.uniform(0.1, 0.3)),
        ]
    return np.concatenate(parts)


def knock(chance: random.Random) -> Sound:
    """A door, a handset put down, a crackle: short, without any voice."""
    length = chance.uniform(0.03, 0.4)
    noise = _breath(length, chance) * _decay(length, chance.uniform(0.01, 0.12))
    low = np.convolve(noise, np.ones(chance.choice((1, 4, 10))), "same")
    return np.concatenate([low, _rest(0.1)])


def hum(voice: Voice, chance: random.Random) -> Samples:
    """A listener's "mhm" in the bot's own voice, higher or lower, so that it is someone else's."""
    said = to_float(voice.speak(chance.choice(HUMS)))
    return to_int(soxr.resample(said, RATE, RATE * chance.uniform(0.85, 1.3)).astype(np.float32))


def _breath(seconds: float, chance: random.Random) -> Sound:
    return np.random.default_rng(chance.randrange(1 << 30)).normal(0, 1, int(seconds * RATE))


def _decay(seconds: float, half: float) -> Sound:
    time = np.arange(int(seconds * RATE)) / RATE
    return np.minimum(time / 0.005, 1) * np.exp(-time / half)


def _rest(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE))


def _resonant(noise: Sound, stretch: float) -> Sound:
    """The noise through the throat's resonances, which a longer or shorter throat moves."""
    spectrum = np.fft.rfft(noise)
    hertz = np.fft.rfftfreq(len(noise), 1 / RATE)
    gain = sum(1 / (1 + ((hertz - stretch * peak) / width) ** 2) for peak, width in THROAT)
    return np.asarray(np.fft.irfft(spectrum * gain, len(noise)))
