"""The telephones, rooms and lines over which the digit reader's examples are heard."""

import random
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from bench.train.lossy_lines import any_line
from speech.audio import RATE, Samples, decode, encode, normalise, to_float, to_int

Array = NDArray[np.float32]

NOISE = (10, 14, 18, 25, 35, 45, 50)  # dB of speech over noise
PITCH = (0.82, 1.2)  # faster and higher, slower and lower: other throats
TILT = 8.0  # dB at most by which a telephone lifts or damps the high against the low
BUMP = 5.0  # dB of its resonances
CODED = 0.3  # share of calls that come through another codec before
ECHOED = 0.3  # share of callers in a room that is heard
ROOM = (0.08, 0.4)  # seconds until a room's echo is a thousandth
OVERDRIVEN = 0.1  # share of calls that are too loud for the microphone
COLOUR, COLOURS = 9.0, 5  # dB by which other lines and microphones raise and lower, at so many frequencies


def coloured(size: int, chance: random.Random) -> NDArray[Any]:
    noise = np.random.default_rng(chance.randrange(1 << 30)).normal(0, 1, size)
    width = chance.choice((1, 1, 3, 6))
    return np.asarray(np.convolve(noise, np.ones(width) / width**0.5, "same"))


def recoloured(sound: Samples, chance: random.Random) -> Samples:
    """Over another line, into another microphone."""
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    places = sorted(chance.uniform(0, RATE / 2) for _ in range(COLOURS))
    gain = np.interp(hertz, places, [chance.uniform(-COLOUR, COLOUR) for _ in places])
    changed = np.fft.irfft(np.fft.rfft(to_float(sound)) * 10 ** (gain / 20), len(sound))
    return normalise(to_int((0.5 * changed).astype(np.float32)))


def called(sound: Samples, office: Array, chance: random.Random) -> Samples:
    """The sound as a caller's line brings it: another throat, room, microphone and codec, and noise behind it."""
    voice = soxr.resample(to_float(normalise(sound)), RATE, RATE * chance.uniform(*PITCH))
    if chance.random() < ECHOED:
        voice = _in_a_room(voice, chance)
    voice = _telephone(voice, chance)
    loud = voice[np.abs(voice) > 0.02]
    level = float(np.sqrt((loud**2).mean())) if len(loud) else 0.05
    noise = coloured(len(voice), chance)
    if chance.random() < 0.3:
        start = chance.randrange(len(office) - len(voice))
        noise = office[start : start + len(voice)]
        noise = noise / np.sqrt((noise**2).mean())
    mixed = voice + noise * level * 10 ** (-chance.choice(NOISE) / 20)
    if chance.random() < OVERDRIVEN:
        mixed = np.clip(mixed, -3 * level, 3 * level)
    line = to_int((mixed * 10 ** (chance.uniform(-20, 4) / 20)).astype(np.float32))
    return decode(encode(any_line(line, chance) if chance.random() < CODED else line))


def _in_a_room(voice: Array, chance: random.Random) -> Array:
    """With the echo of a room: noise that dies away, fainter than the voice itself."""
    seconds = chance.uniform(*ROOM)
    times = np.arange(int(seconds * RATE)) / RATE
    echo = np.random.default_rng(chance.randrange(1 << 30)).normal(0, 1, len(times)) * 10 ** (-3 * times / seconds)
    echo *= chance.uniform(0.2, 0.8) / np.sqrt((echo**2).sum())
    size = len(voice) + len(echo)
    echoed = np.fft.irfft(np.fft.rfft(voice, size) * np.fft.rfft(echo, size), size)
    return np.asarray(voice + echoed[: len(voice)], np.float32)


def _telephone(voice: Array, chance: random.Random) -> Array:
    """Through another microphone: tilted, with a few broad resonances, and often without the lowest."""
    spectrum, hertz = np.fft.rfft(voice), np.fft.rfftfreq(len(voice), 1 / RATE)
    gain = chance.uniform(-TILT, TILT) * (hertz / 2000 - 1)
    for _ in range(3):
        centre, width = chance.uniform(200, 3600), chance.uniform(150, 600)
        gain = gain + chance.uniform(-BUMP, BUMP) * np.exp(-(((hertz - centre) / width) ** 2))
    lowest = chance.choice((0, 150, 300))
    shaped = spectrum * 10 ** (gain / 20) * np.minimum(1, (hertz / max(1, lowest)) ** 2)
    return np.asarray(np.fft.irfft(shaped, len(voice)), np.float32)
