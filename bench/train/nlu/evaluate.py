"""Measures how callers are understood: the shipped models on a folder's rows, or scores that train.py held out.

    python -m bench.train.nlu.evaluate --data DIR [--scores FILE.jsonl] [--markdown]

Rows whose label is a judgement call are left out. Prints JSON, or Markdown tables with the confusion matrix.
"""

import argparse
import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from bench.train.nlu.figures import Guess, confusion, figures
from bench.train.nlu.rows import Row, read
from ivr.nlu.intent_decision import choose_intent
from ivr.nlu.intents import INTENTS
from ivr.nlu.understanding import Understanding

TODAY = date(2026, 3, 2)


def from_scores(file: Path) -> list[Guess]:
    """Guesses from {"text", "truth", "shares"} lines, through the same decision as on a call."""
    return [_guess(row["text"], row["truth"], row["shares"]) for row in map(json.loads, file.read_text().splitlines())]


def _guess(text: str, truth: str, shares: dict[str, float]) -> Guess:
    decision = choose_intent(text, shares)
    return Guess(truth, decision.intent, decision.confidence, dict(decision.ranked)["out_of_scope"])


def from_models(rows: list[Row]) -> Iterator[Guess]:
    """Guesses of the shipped models."""
    understanding = Understanding.load(Path("var"))
    for row in rows:
        meaning = understanding.understand(row.text, today=TODAY)
        yield Guess(row.label, meaning.intent, meaning.confidence, dict(meaning.ranked).get("out_of_scope", 0.0))


def markdown(found: dict[str, Any], table: list[list[int]]) -> str:
    """The figures and the confusion matrix as tables."""
    lines = ["| figure | value |", "| --- | --- |"]
    lines += [f"| {name} | {value:.4g} |" for name, value in found.items() if not isinstance(value, dict)]
    lines += ["", "| label | rows | F1 |", "| --- | --- | --- |"]
    lines += [f"| `{label}` | {found['support'][label]} | {value:.3f} |" for label, value in found["f1"].items()]
    lines += ["", f"| meant \\ understood | {' | '.join(INTENTS)} |", "| --- |" + " --- |" * len(INTENTS)]
    lines += [
        f"| `{label}` | {' | '.join(str(n or '') for n in row)} |" for label, row in zip(INTENTS, table, strict=True)
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--scores", type=Path)
    parser.add_argument("--markdown", action="store_true")
    chosen = parser.parse_args()
    start = time.perf_counter()
    clear = [row for row in read(chosen.data) if row.clear]
    guesses = from_scores(chosen.scores) if chosen.scores else list(from_models(clear))
    found = figures(guesses)
    if not chosen.scores:
        found["ms_per_text"] = 1000 * (time.perf_counter() - start) / len(guesses)
    print(markdown(found, confusion(guesses)) if chosen.markdown else json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
