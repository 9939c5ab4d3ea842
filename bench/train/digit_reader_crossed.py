"""How well the digit reader reads speakers it never heard: trained without each in turn, all digits right by length.

    python -m bench.train.digit_reader_crossed --examples examples.npz --data DIR

The reader alone, the number of digits known. Those of `TESTED` are read by the weights that are trained on all the
others. Needs torch; some minutes on one core.
"""

import argparse
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.tools.recorded_speech import composed_strings
from bench.train.digit_examples import TESTED, Example, load, pooled
from bench.train.digit_reader import STEPS, train
from speech.digit_reader import FRAME_SECONDS, TAIL, DigitReader
from speech.digit_strings import best_reading
from speech.model_files import find_whisper
from speech.whisper import Whisper

LENGTHS = {4: 20, 6: 10, 9: 10, 10: 10, 16: 10}  # strings of each speaker
BELIEVED = 0.6


@dataclass(frozen=True, slots=True)
class Outcome:
    speaker: str
    length: int
    right: bool
    believed: bool


def outcomes(reader: DigitReader, said: list[Example]) -> list[Outcome]:
    found = []
    for one in said:
        read = best_reading(reader.read_pooled(one.features, len(one.features) * FRAME_SECONDS - TAIL), len(one.digits))
        sure = read.chance >= BELIEVED and len(read.digits) == len(one.digits)
        found.append(Outcome(one.group, len(one.digits), read.digits == one.digits, sure))
    return found


def trained(found: list[Example], hold: str, steps: int) -> DigitReader:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "reader.npz"
        np.savez(path, **train([one for one in found if one.group != hold], steps))  # type: ignore[arg-type]
        return DigitReader(path)


def told(found: list[Outcome]) -> None:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for one in found:
        groups[f"{one.length} digits, all"].append(one)
        groups[f"{one.length} digits, {one.speaker}"].append(one)
    for name, these in sorted(groups.items()):
        print(f"  {name}: {sum(one.right for one in these)} of {len(these)}")
    believed = [one for one in found if one.believed]
    print(f"  believed {len(believed)} of {len(found)}, of them wrong {sum(not one.right for one in believed)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--folder", type=Path, default=Path("var"), help="where joined model files are kept")
    given = parser.parse_args()
    whisper = Whisper(find_whisper("base", given.folder), 1)
    strings = composed_strings(given.data, LENGTHS)
    said = [Example(pooled(whisper, one.sound), one.text, one.speaker) for one in strings]
    found = load(given.examples)
    told_of = []
    for hold in ("", *sorted({one.group for one in said if one.group not in TESTED})):
        reader = trained(found, hold, given.steps)
        told_of += outcomes(reader, [one for one in said if (one.group in TESTED if not hold else one.group == hold)])
    told(told_of)


if __name__ == "__main__":
    main()
