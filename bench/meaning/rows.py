"""The development rows, and how they are split: at random, and by where they come from."""

import json
import zlib
from dataclasses import dataclass
from pathlib import Path

from ivr.meaning.features import plain

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    label: str
    source: str
    clear: bool
    weight: float = 1.0


def read(folder: Path) -> list[Row]:
    """All rows of `intents.jsonl`; a row whose label is a judgement call counts less in training."""
    rows = []
    for line in (folder / "intents.jsonl").read_text().splitlines():
        row = json.loads(line)
        clear = not row.get("ambiguous")
        rows.append(Row(row["text"], row["label"], row["source"], clear, 1.0 if clear else 0.3))
    return rows


def fold(row: Row) -> int:
    """A fold that stays the same from run to run, and keeps texts that differ only in punctuation together."""
    return zlib.crc32(plain(row.text).encode()) % FOLDS


def family(row: Row) -> str:
    """`multidogo-finance` -> `multidogo`: the same people wrote all of a family."""
    return row.source.split("-")[0]
