"""The development rows, and how they are split: at random, and by where they come from."""

import json
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.nlu.normalise import normalise

FOLDS = 5
JUDGEMENT_CALL = 0.3
"""What a row counts in training whose label could be argued about."""


@dataclass(frozen=True, slots=True)
class Row:
    """A caller's words; `fine` is the source's own label, `clear` whether ours is beyond argument."""

    text: str
    label: str
    source: str
    fine: str
    clear: bool
    weight: float


def read(folder: Path) -> list[Row]:
    """All rows of `intents.jsonl` in `folder`."""
    return [_row(json.loads(line)) for line in (folder / "intents.jsonl").read_text().splitlines()]


def _row(row: dict[str, str]) -> Row:
    clear = not row.get("ambiguous")
    source = row.get("source", "")
    fine = f"{source}:{row.get('source_label', '').split('|')[0]}"
    return Row(row["text"], row["label"], source, fine, clear, 1.0 if clear else JUDGEMENT_CALL)


def fold(row: Row) -> int:
    """A fold that stays the same from run to run, and keeps texts that differ only in punctuation together."""
    return zlib.crc32(normalise(row.text).encode()) % FOLDS


def family(source: str) -> str:
    """Whose collection a source is part of: its parts share their writers and their rules for labels."""
    return source.partition("-")[0]


def thinned(rows: Sequence[Row], most: int) -> list[Row]:
    """At most `most` rows of each of a source's own labels, the same in every run, so that no large source outvotes."""
    kept: Counter[tuple[str, str]] = Counter()
    found = []
    for row in sorted(rows, key=lambda row: (not row.clear, zlib.crc32(row.text.encode()))):
        kept[row.fine, row.label] += 1
        if kept[row.fine, row.label] <= most:
            found.append(row)
    return found
