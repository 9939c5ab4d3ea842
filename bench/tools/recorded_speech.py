"""What people said, from the development data: clips, spoken digit strings, and the count of wrong words."""

import json
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from num2words import num2words

from speech.audio import RATE, Samples, decode, encode, normalise, read_mono, to_float, to_int

DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
LINE_DBFS = -58.0  # the faint noise of a telephone line: digital silence between spliced clips would be too easy
LISTS = ("speech.jsonl", "digit_strings.jsonl")
GAP = (0.06, 0.35)  # seconds between composed digits, as in digit_strings.jsonl


class NoDataError(RuntimeError):
    """The folder is not the development data; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One utterance over the telephone, what was said in it, by whom, and in which group it is counted."""

    text: str
    speaker: str
    group: str
    sound: Samples


def rows(data: Path, name: str) -> list[dict[str, Any]]:
    """The rows of one list of the data folder. Raises NoDataError."""
    path = data / name
    if not path.is_file():
        raise NoDataError(f"{path}: not there; --data needs the folder that holds {name}")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def checked(data: Path) -> Path:
    """The folder, which has the lists that the benches read. Raises NoDataError."""
    for name in LISTS:
        rows(data, name)
    return data


def over_the_line(samples: Samples, seed: int = 0, *, dbfs: float = LINE_DBFS) -> Samples:
    """Speech at the usual level with a line's noise under it, through mu-law."""
    noise = np.random.default_rng(seed).normal(0, 10 ** (dbfs / 20), len(samples)).astype(np.float32)
    return decode(encode(to_int(to_float(normalise(samples)) + noise)))


def held(name: str) -> bool:
    """Whether a recording is kept for measuring whether a turn is over, and never trained on: two in five."""
    return zlib.crc32(name.encode()) % 5 < 2


def rest(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE), np.int16)


def spliced(clips: list[Samples], gaps: list[float], *, lead: float = 0.3, tail: float = 0.2) -> Samples:
    """Clips at one level, with pauses between them in seconds, and silence before and after."""
    parts = [rest(lead)]
    for clip, gap in zip(clips, [*gaps, tail], strict=True):
        parts += [normalise(clip), rest(gap)]
    return np.concatenate(parts)


def listed_strings(data: Path) -> Iterator[Spoken]:
    """The spoken digit strings of digit_strings.jsonl."""
    for number, row in enumerate(rows(data, "digit_strings.jsonl")):
        clips = [read_mono(data / file) for file in row["files"]]
        sound = over_the_line(spliced(clips, [gap / 1000 for gap in row["gap_ms"]]), number)
        yield Spoken(row["digits"], row["speaker"], str(len(row["digits"])), sound)


def composed_strings(data: Path, lengths: dict[int, int], seed: int = 7) -> Iterator[Spoken]:
    """More strings, of every speaker who said all ten digits: `lengths` tells how many of each length per speaker."""
    chance = random.Random(seed)
    for speaker, clips in sorted(digit_clips(data).items()):
        for length, many in lengths.items():
            for number in range(many):
                digits = "".join(chance.choice("0123456789") for _ in range(length))
                files = [chance.choice(clips[digit]) for digit in digits]
                gaps = [chance.uniform(*GAP) for _ in digits[1:]]
                sound = spliced([read_mono(data / file) for file in files], gaps)
                yield Spoken(digits, speaker, str(length), over_the_line(sound, number))


def digit_clips(data: Path) -> dict[str, dict[str, list[str]]]:
    """Files by speaker and digit, for the speakers who said all ten."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows(data, "speech.jsonl"):
        if row["kind"] == "digits" and row["text"] in DIGITS:
            found[row["speaker"]][str(DIGITS.index(row["text"]))].append(row["file"])
    return {speaker: dict(clips) for speaker, clips in found.items() if len(clips) == 10}


def clips(data: Path) -> Iterator[Spoken]:
    """Single clips whose words are known, by kind; of the fifteen hundred recorded digits every tenth."""
    count = 0
    for row in rows(data, "speech.jsonl"):
        if row["text"] is None:
            continue
        count += 1
        if row["source"] == "fsdd" and count % 10:
            continue
        sound = spliced([read_mono(data / row["file"])], [])
        yield Spoken(row["text"], row["speaker"], row["kind"], over_the_line(sound, count))


def normal(text: str) -> list[str]:
    """Words as they are counted: lower case, figures written out, no punctuation."""
    text = re.sub(r"\d+", lambda figures: f" {num2words(int(figures[0]))} ", text.lower().replace(",", " "))
    return re.findall(r"[a-z']+", text.replace("-", " ").replace("mr.", "mister"))


def distance(wanted: list[str], got: list[str]) -> int:
    """Word edits from one to the other."""
    row = list(range(len(got) + 1))
    for i, word in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]
