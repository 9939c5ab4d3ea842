"""What comes in besides words, made up: coughs, hums, laughs, knocks; barks, horns, bells, sirens, tunes around."""

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


def around(many: int, seed: int = 10) -> Iterator[tuple[str, Samples]]:
    """`many` laughs, and as many sounds of those that are `AROUND` a caller."""
    chance = random.Random(seed)
    for number in range(many):
        for kind, make in (("laugh", laugh), ("around", AROUND[number % len(AROUND)])):
            made = make(chance)
            yield kind, normalise(to_int((0.5 * made / np.abs(made).max()).astype(np.float32)), LOUD)


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


def laugh(chance: random.Random) -> Sound:
    """Ha-ha: puffs of breath four to six times a second, each with a vowel in it that falls, ever fainter."""
    pitch, rate = chance.uniform(110, 420), chance.uniform(3.8, 6.5)
    throat = tuple((peak * chance.uniform(0.75, 1.35), width) for peak, width in THROAT)
    parts: list[Sound] = []
    for number in range(chance.randint(2, 8)):
        vowel, puff = chance.uniform(0.05, 0.12), chance.uniform(0.03, 0.1)
        height = pitch * (1 - 0.04 * number) * chance.uniform(0.94, 1.08)
        tone = _through(_pulses(vowel, height, -0.15), throat, (1.0, 0.6, 0.25)) * _swell(vowel, chance)
        breath = _resonant(_breath(puff, chance), 1.0) * np.linspace(0, 1, int(puff * RATE))
        parts += [0.2 * breath / np.abs(breath).max(), 0.9**number * tone / np.abs(tone).max()]
        parts.append(_rest(max(0.0, 1 / rate - vowel - puff)))
    return np.concatenate(parts)


def bark(chance: random.Random) -> Sound:
    """A dog, small or large, once or oftener: a rough tone that jumps up and falls."""
    pitch, parts = chance.uniform(180, 900), list[Sound]()
    for _ in range(chance.randint(1, 5)):
        length = chance.uniform(0.07, 0.25)
        tone = _pulses(length, pitch * chance.uniform(0.9, 1.1), chance.uniform(-0.6, 0.1))
        rough = tone / np.abs(tone).max() + chance.uniform(0.1, 0.6) * _breath(length + 0.01, chance)[: len(tone)]
        parts += [_resonant(rough, chance.uniform(0.7, 1.5)) * _decay(length, chance.uniform(0.04, 0.1))[: len(tone)]]
        parts += [_rest(chance.uniform(0.08, 0.5))]
    return np.concatenate(parts)


def horn(chance: random.Random) -> Sound:
    """A car's: two steady tones with all their harmonics, pressed once or several times."""
    low = chance.uniform(220, 520)
    parts: list[Sound] = []
    for _ in range(chance.randint(1, 3)):
        length = chance.uniform(0.15, 1.6)
        time = np.arange(int(length * RATE)) / RATE
        tones = [low, low * chance.choice((1.19, 1.26, 1.33))]
        sound = sum(np.sin(2 * np.pi * n * tone * time) / n**0.7 for tone in tones for n in range(1, int(3800 / tone)))
        parts += [np.asarray(sound) * np.minimum(1, np.minimum(time, length - time) / 0.02), _rest(0.2)]
    return np.concatenate(parts)


def bell(chance: random.Random) -> Sound:
    """A telephone that rings, a doorbell, an appliance: tones that alternate, warble or fade."""
    kind = chance.choice(("warble", "dual", "chime", "beeps"))
    first, second = chance.uniform(400, 1500), chance.uniform(1.1, 1.6)
    time = np.arange(int(chance.uniform(0.4, 2.0) * RATE)) / RATE
    if kind == "warble":
        step = (time * chance.uniform(8, 25)).astype(int) % 2
        return np.sin(2 * np.pi * np.cumsum(first * np.where(step, second, 1.0)) / RATE)
    if kind == "dual":
        return np.asarray(np.sin(2 * np.pi * 440 * time) + np.sin(2 * np.pi * 480 * time))
    if kind == "beeps":
        return np.asarray(np.sin(2 * np.pi * first * time) * ((time * chance.uniform(2, 8)).astype(int) % 2))
    later = np.maximum(0, time - 0.4)
    return np.asarray(
        np.sin(2 * np.pi * first * time) * np.exp(-3 * time)
        + (time > 0.4) * np.sin(2 * np.pi * first / second * later) * np.exp(-3 * later)
    )


def siren(chance: random.Random) -> Sound:
    """It rises and falls, or alternates."""
    time = np.arange(int(chance.uniform(0.8, 2.0) * RATE)) / RATE
    swing = np.sin(2 * np.pi * chance.uniform(0.3, 4.0) * time + chance.uniform(0, 6))
    phase = 2 * np.pi * np.cumsum(chance.uniform(600, 1000) + chance.uniform(150, 400) * swing) / RATE
    return np.asarray(sum(np.sin(number * phase) / number**1.5 for number in (1, 2, 3)))


def tune(chance: random.Random) -> Sound:
    """Music from somewhere: chords of plucked or held notes, with a beat."""
    step, held = chance.uniform(0.15, 0.5), chance.random() < 0.5
    parts: list[Sound] = []
    for _ in range(int(2.0 / step)):
        time = np.arange(int(step * RATE)) / RATE
        notes = [110 * 2 ** (chance.choice((0, 2, 4, 5, 7, 9, 11, 12, 16, 19, 24)) / 12) for _ in range(3)]
        sound = sum(np.sin(2 * np.pi * n * note * time) / n for note in notes for n in range(1, 6) if n * note < 3800)
        beat = chance.choice((0.0, 0.0, 1.5)) * _breath(step + 0.01, chance)[: len(time)] * np.exp(-time / 0.03)
        parts.append(np.asarray(sound) * (1.0 if held else np.exp(-time / 0.2)) + beat)
    return np.concatenate(parts)


AROUND = (bark, horn, bell, siren, tune)
"""What sounds around a caller."""


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
