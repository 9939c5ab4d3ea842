"""What was understood of rows that trained nothing, source by source. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.train.nlu.figures import Guess, figures
from bench.train.nlu.rows import Row
from ivr.nlu.intent_decision import choose_intent
from ivr.nlu.intents import INTENTS
from ivr.quality.learning.regression import TEMPERATURES, softmax

RANDOM = "random fold"
SHOWN = ("accuracy", "action_accuracy", "macro_f1", "oos_recall_at_95", "dangerous", "human_agent_recall", "ece")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Held:
    """Rows that did not train the scores (rows, labels) beside them."""

    rows: list[Row]
    scores: Floats


def temperature(held: Sequence[Held]) -> float:
    """What calibrates these scores best, by cross-entropy."""
    scores = np.concatenate([one.scores for one in held])
    truth = np.array([INTENTS.index(row.label) for one in held for row in one.rows])
    losses = [-np.log(softmax(scores / heat)[np.arange(len(truth)), truth] + 1e-12).mean() for heat in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def guesses(held: Held, heat: float) -> Iterator[tuple[str, Guess]]:
    """Each row's source, and how it is understood by the same decision as on a call."""
    for row, shares in zip(held.rows, softmax(held.scores / heat), strict=True):
        decision = choose_intent(row.text, dict(zip(INTENTS, map(float, shares), strict=True)))
        out = dict(decision.ranked)["out_of_scope"]
        yield row.source, Guess(row.label, decision.intent, decision.confidence, out)


def by_source(found: dict[str, Held]) -> dict[str, dict[str, Any]]:
    """The figures of each source, the worst action first; then of all together, and of the random fold."""
    told: dict[str, list[Guess]] = {}
    families = {name: held for name, held in found.items() if name != RANDOM}
    for name, held in families.items():
        for source, guess in guesses(held, temperature([other for at, other in families.items() if at != name])):
            told.setdefault(source, []).append(guess)
    ordered = sorted(told, key=lambda source: figures(told[source])["action_accuracy"])
    report = {source: figures(told[source]) for source in ordered}
    report["all sources"] = figures([guess for each in told.values() for guess in each])
    last = found[RANDOM]
    report[RANDOM] = figures([guess for _, guess in guesses(last, temperature(list(families.values())))])
    return report


def table(report: dict[str, dict[str, Any]]) -> str:
    """As Markdown; fractions but for the rows."""
    lines = [f"| source | rows | {' | '.join(SHOWN)} |", "| --- |" + " --- |" * (1 + len(SHOWN))]
    for source, found in report.items():
        values = ("" if found[name] != found[name] else f"{found[name]:.4f}" for name in SHOWN)
        lines.append(f"| {source} | {found['rows']} | {' | '.join(values)} |")
    return "\n".join(lines)
