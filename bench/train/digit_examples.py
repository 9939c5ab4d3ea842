"""What the digit reader learns from: digits and other sounds over many telephones, as Whisper's encoder hears them.

    python -m bench.train.digit_examples --data DIR --rendered DIR --out examples.npz

`--data` is the folder with speech.jsonl, `--rendered` what bench/train/accented_voices.py made. Recorded speakers who
said all ten digits are each a group of their own, as is each accent of the rendered ones, to be left out in turn; two
recorded people and a studio voice are never learnt from (`TESTED`). The digits of those who said only some are mixed to
strings. A quarter of an hour on one core.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.tools.recorded_speech import DIGITS, digit_clips, rest, rows, spliced
from bench.train.accented_voices import load as load_speaker
from bench.train.telephones import called, coloured
from bench.train.voices import NASALS, SENTENCES, SHORT, said
from speech.audio import RATE, Samples, normalise, read_mono, resample, to_float, to_int
from speech.digit_reader import TAIL
from speech.model_files import find_whisper
from speech.voices import make_voice
from speech.whisper import MARGIN, WINDOW, Whisper, encoder_output

Array = NDArray[np.float32]

TESTED = ("sc-51055bda", "sc-b87bdb22", "allison-smith")
STRINGS = 160  # composed of each recorded speaker's digits
MIXED = 300  # composed of the digits of people who said only some
RENDERED = 8  # composed of each rendered speaker's digits
RUNS = 2  # takes of what a rendered speaker says in one breath
SPOKEN = 120  # of the bot's own voice
WORDS = 1  # takes of words that are no digits
LENGTHS = (1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 10, 12)
GAPS = ((0, 0.08), (0.05, 0.35), (0.3, 0.8))  # seconds between digits: run together, spliced, read out slowly
CLIPPED = 0.12  # share of digits whose first moment is lost
EDGE = 0.05  # seconds
MISSED = 0.15  # share of strings whose very beginning is lost, and of those whose end is
CLOSE = 0.7  # share heard in the window that fits the sound, as a call's digits are first; the rest in the usual one
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
    for number, (sound, digits, group) in enumerate(_sounds(data, rendered, chance)):
        if number % 100 == 0:
            print(f"example {number}: {group}", flush=True)
        window = MARGIN if chance.random() < CLOSE else WINDOW
        yield Example(pooled(whisper, called(sound, noise, chance), window), digits, group)


def _sounds(data: Path, rendered: Path, chance: random.Random) -> Iterator[tuple[Samples, str, str]]:
    for speaker, files in sorted(digit_clips(data).items()):
        for _ in range(STRINGS if speaker not in TESTED else 0):
            yield *_string(_read(data, files), chance), speaker
    some = _read(data, _partial(data))
    for _ in range(MIXED):
        yield *_string(some, chance), "mixed"
    for path in sorted(rendered.glob("*.npz")):
        accent, pieces = load_speaker(path)
        single = {digit: [piece.sound for piece in pieces if piece.said == digit] for digit in "0123456789"}
        for _ in range(RENDERED):
            yield *_string(single, chance), accent
        for piece in pieces:
            for _ in range(RUNS if len(piece.said) > 1 else 0):
                yield _set_in(piece.sound, chance), piece.said, accent
    voice = make_voice("heart")
    for _ in range(SPOKEN):
        digits = _digits(chance)
        yield _set_in(voice.speak(said(digits, chance)), chance), digits, "heart"
    wordless = [*_words(data), *(voice.speak(text) for text in (*NASALS, *SHORT, *SENTENCES))]
    for sound in wordless * WORDS:
        yield _set_in(sound, chance), "", "wordless"


def _words(data: Path) -> Iterator[Samples]:
    """People's sentences and words without digits."""
    for row in rows(data, "speech.jsonl"):
        sentence = row["text"] is None and "picovoice" in row["source"]
        if sentence or (
            row["kind"] == "command" and row["speaker"] not in TESTED and "speech_commands" in row["source"]
        ):
            yield read_mono(data / row["file"])[: 12 * RATE]


def _read(data: Path, files: dict[str, list[str]]) -> dict[str, list[Samples]]:
    return {digit: [read_mono(data / file) for file in some] for digit, some in files.items()}


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


def _string(clips: dict[str, list[Samples]], chance: random.Random) -> tuple[Samples, str]:
    digits = _digits(chance)
    sounds = [_spoken(chance.choice(clips[digit]), chance) for digit in digits]
    shortest, longest = chance.choice(GAPS)
    gaps = [chance.uniform(shortest, longest) for _ in digits[1:]]
    lead, tail = chance.uniform(0.02, 0.5), chance.uniform(0.1, 0.5)
    whole = spliced(sounds, gaps, lead=lead, tail=tail)
    begin = lead + chance.uniform(0, EDGE) if chance.random() < MISSED else 0
    end = tail + chance.uniform(0, EDGE) if chance.random() < MISSED else 0
    return whole[int(begin * RATE) : len(whole) - int(end * RATE)], digits


def _spoken(clip: Samples, chance: random.Random) -> Samples:
    """A digit as it may come: its beginning lost, or with a breath of noise before and after."""
    if chance.random() < CLIPPED:
        clip = clip[int(chance.uniform(0.01, 0.05) * RATE) :]
    if chance.random() >= BREATHED:
        return clip
    margins = [int(chance.uniform(0, 0.4) * RATE) for _ in range(2)]
    sound = np.pad(to_float(normalise(clip)), margins)
    level = 0.1 * 10 ** (chance.uniform(-35, -14) / 20)
    return to_int((sound + level * coloured(len(sound), chance)).astype(np.float32))


def pooled(whisper: Whisper, sound: Samples, window: float = WINDOW) -> Array:
    """Two frames of the encoder's output as one, as the reader takes them [frames, 512]."""
    samples = np.asarray(resample(to_float(normalise(sound)), RATE, 16000), np.float32)
    encoded = whisper.encode(samples, window=window, stretch=1.0)
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
