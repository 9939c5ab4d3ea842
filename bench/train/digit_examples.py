"""What the digit reader learns from: digits and other sounds over many telephones, as Whisper's encoder hears them.

    python -m bench.train.digit_examples --data DIR --rendered DIR --out examples.npz

`--data` is the folder with speech.jsonl, `--rendered` what bench/train/voices.py made. Speakers who said all ten
digits are each a group of their own, to be left out in turn; two of them and a studio voice are never learnt from
(`TESTED`). The digits of those who said only some are mixed to strings. Ten minutes on one core.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from bench.tools.recorded_speech import DIGITS, digit_clips, rest, rows, spliced
from bench.train.voices import said
from speech.audio import RATE, Samples, decode, encode, normalise, read_mono, resample, to_float, to_int
from speech.digit_reader import TAIL
from speech.model_files import find_whisper
from speech.voices import make_voice
from speech.whisper import Whisper, encoder_output

Array = NDArray[np.float32]

TESTED = ("sc-51055bda", "sc-b87bdb22", "allison-smith")
STRINGS = 260  # composed of each recorded speaker's digits
MIXED = 400  # composed of the digits of people who said only some
SPOKEN = 160  # of the bot's own voice
TAKES = 3  # of each rendered line, changed in other ways
LENGTHS = (1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 10, 12)
GAPS = ((0, 0.08), (0.05, 0.35), (0.3, 0.8))  # seconds between digits: run together, spliced, read out slowly
NOISE = (10, 14, 18, 25, 35, 45, 50)  # dB of speech over noise
PITCH = (0.82, 1.2)  # faster and higher, slower and lower: other throats
TILT = 8.0  # dB at most by which a telephone lifts or damps the high against the low
BUMP = 5.0  # dB of its resonances
CLIPPED = 0.12  # share of digits whose first moment is lost
BREATHED = 0.25  # share of digits that come with their own noise round them, as recordings of many people do


@dataclass(frozen=True, slots=True)
class Example:
    """Pooled encoder output [frames, 512], the digits said in it, and whose or what it is."""

    features: Array
    digits: str
    group: str


def examples(whisper: Whisper, data: Path, rendered: Path) -> Iterator[Example]:
    """Everything to learn from."""
    [office] = (data / "extras" / "noise").glob("*.wav")
    noise = to_float(read_mono(office)[30 * RATE :])
    chance = random.Random("reader")
    for sound, digits, group in _sounds(data, rendered, chance):
        yield Example(pooled(whisper, _changed(sound, noise, chance)), digits, group)


def _sounds(data: Path, rendered: Path, chance: random.Random) -> Iterator[tuple[Samples, str, str]]:
    for speaker, clips in sorted(digit_clips(data).items()):
        for _ in range(STRINGS if speaker not in TESTED else 0):
            yield *_string(data, clips, chance), speaker
    some = _partial(data)
    for _ in range(MIXED):
        yield *_string(data, some, chance), "mixed"
    for row in rows(data, "speech.jsonl"):
        if row["text"] is None and "picovoice" in row["source"]:
            yield read_mono(data / row["file"])[: 12 * RATE], "", "wordless"
    voice = make_voice("heart")
    for _ in range(SPOKEN):
        digits = _digits(chance)
        yield _set_in(voice.speak(said(digits, chance)), chance), digits, "rendered"
    for path in sorted(rendered.glob("*.npz")):
        with np.load(path) as line:
            sound, digits = line["s"], str(line["lab"])
        for _ in range(TAKES if digits else 1):
            yield _set_in(sound, chance), digits, "rendered" if digits else "wordless"


def _partial(data: Path) -> dict[str, list[str]]:
    """Files by digit, of people who said only some of the ten."""
    whole, found = digit_clips(data), defaultdict(list)
    for row in rows(data, "speech.jsonl"):
        if row["kind"] == "digits" and row["text"] in DIGITS and row["speaker"] not in whole:
            found[str(DIGITS.index(row["text"]))].append(row["file"])
    return dict(found)


def _digits(chance: random.Random) -> str:
    return "".join(chance.choice("0123456789") for _ in range(chance.choice(LENGTHS)))


def _set_in(sound: Samples, chance: random.Random) -> Samples:
    return np.concatenate([rest(chance.uniform(0.05, 0.5)), sound, rest(chance.uniform(0.15, 0.5))])


def _string(data: Path, clips: dict[str, list[str]], chance: random.Random) -> tuple[Samples, str]:
    digits = _digits(chance)
    sounds = [_spoken(read_mono(data / chance.choice(clips[digit])), chance) for digit in digits]
    shortest, longest = chance.choice(GAPS)
    gaps = [chance.uniform(shortest, longest) for _ in digits[1:]]
    return spliced(sounds, gaps, lead=chance.uniform(0.1, 0.5), tail=chance.uniform(0.15, 0.5)), digits


def _spoken(clip: Samples, chance: random.Random) -> Samples:
    """A digit as it may come: its beginning lost, or with a breath of noise before and after."""
    if chance.random() < CLIPPED:
        clip = clip[int(chance.uniform(0.01, 0.05) * RATE) :]
    if chance.random() >= BREATHED:
        return clip
    margins = [int(chance.uniform(0, 0.4) * RATE) for _ in range(2)]
    sound = np.pad(to_float(normalise(clip)), margins)
    level = 0.1 * 10 ** (chance.uniform(-35, -14) / 20)
    return to_int((sound + level * _coloured(len(sound), chance)).astype(np.float32))


def _coloured(size: int, chance: random.Random) -> NDArray[Any]:
    noise = np.random.default_rng(chance.randrange(1 << 30)).normal(0, 1, size)
    width = chance.choice((1, 1, 3, 6))
    return np.asarray(np.convolve(noise, np.ones(width) / width**0.5, "same"))


def _changed(sound: Samples, office: Array, chance: random.Random) -> Samples:
    voice = soxr.resample(to_float(normalise(sound)), RATE, RATE * chance.uniform(*PITCH))
    voice = _telephone(voice, chance)
    loud = voice[np.abs(voice) > 0.02]
    level = float(np.sqrt((loud**2).mean())) if len(loud) else 0.05
    noise = _coloured(len(voice), chance)
    if chance.random() < 0.3:
        start = chance.randrange(len(office) - len(voice))
        noise = office[start : start + len(voice)]
        noise = noise / np.sqrt((noise**2).mean())
    mixed = voice + noise * level * 10 ** (-chance.choice(NOISE) / 20)
    return decode(encode(to_int((mixed * 10 ** (chance.uniform(-20, 4) / 20)).astype(np.float32))))


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


def pooled(whisper: Whisper, sound: Samples) -> Array:
    """Two frames of the encoder's output as one, as the reader takes them [frames, 512]."""
    samples = np.asarray(resample(to_float(normalise(sound)), RATE, 16000), np.float32)
    encoded = whisper.encode(samples, stretch=1.0)
    output = encoder_output(encoded)[: int(50 * (encoded.seconds + TAIL)) // 2 * 2]
    return np.asarray(output.reshape(-1, 2, output.shape[1]).mean(axis=1), np.float32)


def save(path: Path, found: list[Example]) -> None:
    features = np.concatenate([one.features for one in found]).astype(np.float16)
    sizes = np.array([len(one.features) for one in found])
    digits, groups = np.array([one.digits for one in found]), np.array([one.group for one in found])
    np.savez(path, features=features, sizes=sizes, digits=digits, groups=groups)


def load(path: Path) -> list[Example]:
    with np.load(path) as stored:
        features, ends = stored["features"], np.cumsum(stored["sizes"])
        parts = np.split(features, ends[:-1])
        labels = zip(parts, stored["digits"], stored["groups"], strict=True)
        return [Example(part.astype(np.float32), str(digits), str(group)) for part, digits, group in labels]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rendered", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folder", type=Path, default=Path("var"), help="where joined model files are kept")
    given = parser.parse_args()
    whisper = Whisper(find_whisper("base", given.folder), 1)
    save(given.out, list(examples(whisper, given.data, given.rendered)))


if __name__ == "__main__":
    main()
