"""What a caller does besides speaking: coughs, hums and knocks, made up, since no recordings of them are at hand."""

import random
from collections.abc import Iterable, Iterator

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


def closed_hum(chance: random.Random) -> Sound:
    """A hum with closed lips, from pulses through the nose: one syllable or two, at any pitch, with breath between."""
    pitch, fall = chance.uniform(85, 280), chance.uniform(-0.35, 0.35)
    nose = ((chance.uniform(200, 330), 60), (chance.uniform(850, 1200), 200), (chance.uniform(1900, 2600), 300))
    weak = (1.0, 10 ** (chance.uniform(-38, -16) / 20), 10 ** (chance.uniform(-45, -24) / 20))
    parts: list[Sound] = []
    for syllable in range(chance.choice((1, 2, 2))):
        length = chance.uniform(0.12, 0.35) if syllable or chance.random() < 0.6 else chance.uniform(0.3, 0.7)
        height = pitch * (1 + syllable * chance.uniform(-0.15, 0.35))
        tone = _through(_pulses(length, height, fall), nose, weak) * _swell(length, chance)
        parts += [tone, _rest(chance.uniform(0.0, 0.12))]
    sound = np.concatenate(parts)
    breath = 10 ** (chance.uniform(-50, -30) / 20) * _breath(len(sound) / RATE + 0.001, chance)[: len(sound)]
    return np.asarray(sound / np.abs(sound).max() + breath)


def _pulses(seconds: float, pitch: float, fall: float) -> Sound:
    """A voice's source: harmonics that weaken by 12 dB an octave, gliding."""
    time = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(pitch * (1 + fall * time / seconds)) / RATE
    harmonics = range(1, int(3800 / (pitch * (1 + max(0.0, fall)))) + 1)
    return np.asarray(sum(np.sin(number * phase) / number**1.5 for number in harmonics))


def _swell(seconds: float, chance: random.Random) -> Sound:
    time = np.arange(int(seconds * RATE)) / RATE
    rise, end = chance.uniform(0.02, 0.09), chance.uniform(0.04, 0.15)
    return np.minimum(1, time / rise) * np.minimum(1, (seconds - time) / end)


def _breath(seconds: float, chance: random.Random) -> Sound:
    return np.random.default_rng(chance.randrange(1 << 30)).normal(0, 1, int(seconds * RATE))


def _decay(seconds: float, half: float) -> Sound:
    time = np.arange(int(seconds * RATE)) / RATE
    return np.minimum(time / 0.005, 1) * np.exp(-time / half)


def _rest(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE))


def _resonant(noise: Sound, stretch: float) -> Sound:
    """The noise through the throat's resonances, which a longer or shorter throat moves."""
    return _through(noise, tuple((stretch * peak, width) for peak, width in THROAT), (1.0,) * len(THROAT))


def _through(sound: Sound, resonances: Iterable[tuple[float, float]], heights: Iterable[float]) -> Sound:
    """Through resonances of given Hz and widths, each of a height of its own."""
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    pairs = zip(resonances, heights, strict=True)
    gain = sum(height / (1 + ((hertz - peak) / width) ** 2) for (peak, width), height in pairs)
    return np.asarray(np.fft.irfft(np.fft.rfft(sound) * gain, len(sound)))
