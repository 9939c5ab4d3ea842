"""Holds every source out once and says how its callers are understood: the ruler for meaning.

    python -m bench.train.nlu.across --data DIR --base PACKAGE_MODEL_DIR --out DIR
        [--labels guide|source] [--kinds N] [--json]

For each family of sources, and for a random fold, the intent layer is fitted to all other rows and to the phrases, on
vectors of the encoder as published, which none of the sources trained; what ships is fine-tuned besides and better.
The temperature of a family is what calibrates the other families best. `--labels source` leaves the sources' own
labels as they are, `--kinds 0` leaves out kinds.txt: both together are the line before docs/labels.md. Vectors are
kept in --out, and encoded once a text (minutes the first time). Prints the sources, the worst action first.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from bench.train.nlu.by_source import RANDOM, Held, by_source, table
from bench.train.nlu.head import fitted
from bench.train.nlu.labels import relabelled
from bench.train.nlu.rows import JUDGEMENT_CALL, Row, family, fold, read
from bench.train.nlu.vectors import Vectors
from bench.train.nlu.written import PHRASE_WEIGHT, written
from ivr.nlu.intents import INTENTS
from ivr.nlu.normalise import normalise

PHRASES_EACH, KINDS_EACH = 40, 25


def held_out(rows: Sequence[Row], texts: Sequence[tuple[str, str]], vectors: Vectors) -> dict[str, Held]:
    """Every family, and the random fold, scored by a layer that was fitted to the others."""
    vectors.of([*(normalise(row.text) for row in rows), *(text for text, _ in texts)])
    found = {}
    for name in (*sorted({family(row.source) for row in rows}), RANDOM):
        print(f"holding out {name} ...", flush=True)
        held = [row for row in rows if _is_held(row, name)]
        found[name] = _scored(held, [row for row in rows if not _is_held(row, name)], texts, vectors)
    return found


def _is_held(row: Row, name: str) -> bool:
    return fold(row) == 0 if name == RANDOM else family(row.source) == name


def _scored(held: list[Row], rest: list[Row], texts: Sequence[tuple[str, str]], vectors: Vectors) -> Held:
    clear = [row for row in held if row.clear]
    avoid = {normalise(row.text) for row in clear}
    items = [(normalise(row.text), row.label, 1.0 if row.clear else JUDGEMENT_CALL) for row in rest]
    items += [(text, label, PHRASE_WEIGHT) for text, label in texts]
    items = [item for item in items if item[0] not in avoid]
    labels = [INTENTS.index(label) for _, label, _ in items]
    head = fitted(vectors.of([text for text, _, _ in items]), labels, [weight for _, _, weight in items])
    return Held(clear, vectors.of([normalise(row.text) for row in clear]) @ head.weights.astype(float) + head.bias)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--data", "--base", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--labels", choices=("guide", "source"), default="guide")
    parser.add_argument("--kinds", type=int, default=KINDS_EACH, help="texts of each template of kinds.txt")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    rows = read(chosen.data)
    if chosen.labels == "guide":
        rows = relabelled(rows)
    report = by_source(
        held_out(rows, written(PHRASES_EACH, chosen.kinds), Vectors(chosen.base, chosen.out / "vectors.npz"))
    )
    print(json.dumps(report, indent=1) if chosen.json else table(report))


if __name__ == "__main__":
    main()
