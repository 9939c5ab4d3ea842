"""How well strangers' digits are understood, by accent, the worst first: 4, 10 and 16 digits, and what is believed.

    python -m bench.train.digits_by_accent hear --data DIR --rendered DIR/held --out heard.npz
    python -m bench.train.digits_by_accent tell heard.npz [--weights reader.npz]

`hear` takes what Whisper makes of each string (some minutes); `tell` weighs it with a reader's weights as a call does
(speech/decoding.py), in seconds, so that weights can be compared. `--rendered` are the speakers of
bench/train/accented_voices.py from whose voices nothing is learnt, `--data` the folder with recorded people: of those
the shipped weights know the three of the Free Spoken Digit Dataset (bench/train/digit_reader_crossed.py leaves each
out).
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.tools.recorded_speech import GAP, Spoken, composed_strings, over_the_line, spliced
from bench.train.accented_voices import load as load_speaker
from bench.train.accents import FAMILY
from speech.digit_reader import WEIGHTS, DigitReader
from speech.digit_strings import Verdict, surely_read, weigh
from speech.model_files import find_whisper
from speech.stt import prepared
from speech.whisper import MARGIN, Whisper, encoder_output

Features = NDArray[np.float32]

STRINGS = {4: 4, 10: 2, 16: 2}  # of each rendered speaker, by length
RECORDED = {4: 12, 10: 6, 16: 6}  # of each recorded one
BELIEVED = 0.6  # confidence from which the dialogue takes a string without asking whether it is right


@dataclass(frozen=True, slots=True)
class Heard:
    """One string as Whisper heard it: the encoder's output close to it and in the usual window, and the writer's."""

    digits: str
    group: str
    seconds: float
    close: Features
    wide: Features
    text: str
    confidence: float

    def weighed(self, reader: DigitReader) -> Verdict:
        count = len(self.digits)
        sure = surely_read(reader.read(self.close, self.seconds), count, self.seconds)
        return sure or weigh(self.text, self.confidence, reader.read(self.wide, self.seconds), count)


def strings(data: Path, rendered: Path) -> Iterator[Spoken]:
    """Everything that is measured; a recorded speaker is a group, a rendered one belongs to the accent's."""
    yield from composed_strings(data, RECORDED)
    for path in sorted(rendered.glob("*.npz")):
        accent, pieces = load_speaker(path)
        chance, clips = random.Random(path.stem), defaultdict(list)
        for piece in pieces:
            if len(piece.said) == 1:
                clips[piece.said].append(piece.sound)
        for length, many in STRINGS.items():
            for number in range(many):
                digits = "".join(chance.choice("0123456789") for _ in range(length))
                gaps = [chance.uniform(*GAP) for _ in digits[1:]]
                sound = spliced([chance.choice(clips[digit]) for digit in digits], gaps)
                yield Spoken(digits, accent, str(length), over_the_line(sound, number))


def hear(whisper: Whisper, said: Spoken) -> Heard:
    sound = prepared(said.sound)
    if sound is None:
        raise ValueError(f"a string of {said.speaker} is silent")
    close = whisper.encode(sound, window=MARGIN, stretch=1.0)
    wide = whisper.encode(sound, stretch=1.0)
    decoding = whisper.decode(wide, retry=False)
    near, far = (encoder_output(encoded)[: int(50 * (close.seconds + 1))] for encoded in (close, wide))
    return Heard(said.text, said.speaker, close.seconds, near, far, decoding.text, decoding.confidence)


def save(path: Path, found: list[Heard]) -> None:
    close, wide = (np.concatenate([getattr(h, name) for h in found]).astype(np.float16) for name in ("close", "wide"))
    rows = [(h.digits, h.group, h.seconds, h.text, h.confidence, len(h.close), len(h.wide)) for h in found]
    names = ("digits", "group", "seconds", "text", "confidence", "closes", "wides")
    columns = dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))
    np.savez(path, close=close, wide=wide, **columns)  # type: ignore[arg-type]


def load(path: Path) -> list[Heard]:
    with np.load(path) as stored:
        parts = [
            [part.astype(np.float32) for part in np.split(stored[name], np.cumsum(stored[f"{name}s"])[:-1])]
            for name in ("close", "wide")
        ]
        columns = [stored[name].tolist() for name in ("digits", "group", "seconds", "text", "confidence")]
    return [
        Heard(digits, group, seconds, close, wide, text, confidence)
        for digits, group, seconds, text, confidence, close, wide in zip(*columns, *parts, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one string came out."""

    group: str
    length: int
    right: bool
    believed: bool


def outcomes(reader: DigitReader, found: list[Heard]) -> list[Outcome]:
    verdicts = [(one, one.weighed(reader)) for one in found]
    return [
        Outcome(one.group, len(one.digits), verdict.text == one.digits, verdict.confidence >= BELIEVED)
        for one, verdict in verdicts
    ]


def table(found: list[Outcome]) -> Iterator[str]:
    """Right of all by length, believed of all, wrong of the believed: first by accent, then by family, then all."""
    yield f"{'':14}" + "".join(f"{length:>4} digits" for length in STRINGS) + "   believed      wrong"
    yield from _rows(found, lambda one: one.group)
    yield from _rows([one for one in found if one.group in FAMILY], lambda one: f"({FAMILY[one.group]})")
    yield from _rows(found, lambda one: "recorded" if one.group not in FAMILY else "rendered")


def _rows(found: list[Outcome], name: Callable[[Outcome], str]) -> Iterator[str]:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for one in found:
        groups[name(one)].append(one)
    for group, these in sorted(groups.items(), key=lambda item: np.mean([one.right for one in item[1]])):
        right = "".join(_share([one.right for one in these if one.length == length]) for length in STRINGS)
        believed = [one for one in these if one.believed]
        wrong = sum(not one.right for one in believed)
        yield f"{group:14}{right}{_share([one.believed for one in these])}{wrong:>4} of {len(believed)}"


def _share(hits: list[bool]) -> str:
    return f"{100 * sum(hits) / max(1, len(hits)):>9.0f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, dest="command")
    hearing = commands.add_parser("hear", help="take down what Whisper makes of each string")
    for option in ("--data", "--rendered", "--out"):
        hearing.add_argument(option, type=Path, required=True)
    hearing.add_argument("--folder", type=Path, default=Path("var"), help="where joined model files are kept")
    telling = commands.add_parser("tell", help="weigh it with a reader's weights")
    telling.add_argument("heard", type=Path)
    telling.add_argument("--weights", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    if given.command == "hear":
        whisper = Whisper(find_whisper("base", given.folder), 1)
        found = []
        for said in strings(given.data, given.rendered):
            found.append(hear(whisper, said))
            print(f"\r{len(found)} strings, {said.speaker:20}", end="", flush=True)
        print()
        save(given.out, found)
    else:
        print("\n".join(table(outcomes(DigitReader(given.weights), load(given.heard)))))


if __name__ == "__main__":
    main()
