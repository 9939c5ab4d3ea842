"""The report of the ruler for meaning, on scores small enough to count by hand."""

import numpy as np
import pytest

from bench.train.nlu.by_source import RANDOM, Held, by_source, table, temperature
from bench.train.nlu.rows import Row
from ivr.nlu.intents import INTENTS

pytestmark = pytest.mark.unit


def row(label: str, source: str) -> Row:
    return Row("something", label, source, f"{source}:x", clear=True, weight=1.0)


def held(source: str, *pairs: tuple[str, str]) -> Held:
    """(what was meant, what scores highest), each scored as plainly as a layer does."""
    scores = np.zeros((len(pairs), len(INTENTS)))
    for at, (_, best) in enumerate(pairs):
        scores[at, INTENTS.index(best)] = 8.0
    return Held([row(meant, source) for meant, _ in pairs], scores)


def test_the_worst_source_comes_first_and_all_of_them_and_the_random_fold_last() -> None:
    good = held("good", ("repeat", "repeat"), ("help", "help"))
    bad = held("bad", ("repeat", "help"), ("dispute", "card_problem"))
    report = by_source({"good": good, "bad": bad, RANDOM: good})
    assert list(report) == ["bad", "good", "all sources", RANDOM]
    assert report["bad"]["action_accuracy"] == 0.5
    assert report["all sources"]["rows"] == 4
    assert report["all sources"]["accuracy"] == 0.5


def test_a_source_that_is_often_wrong_wants_a_higher_temperature() -> None:
    right = held("a", *[("repeat", "repeat")] * 9)
    wrong = held("b", *[("repeat", "help")] * 9)
    assert temperature([right]) < temperature([right, wrong])


def test_a_figure_that_nothing_counts_for_stays_empty_in_the_table() -> None:
    one = held("a", ("repeat", "repeat"))
    lines = table(by_source({"a": one, "b": held("b", ("no", "no")), RANDOM: one})).splitlines()
    assert lines[2].startswith("| a | 1 | 1.0000 | 1.0000 | 1.0000 |  | 0.0000 |  |")
