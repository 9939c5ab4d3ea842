"""The figures that docs/quality.md reports, on guesses small enough to count by hand."""

import pytest

from bench.train.nlu.figures import Guess, confusion, figures
from ivr.nlu.intents import INTENTS
from ivr.quality.learning.phrases import phrases

pytestmark = pytest.mark.unit


def guess(truth: str, intent: str, confidence: float = 1.0, out: float = 0.0) -> Guess:
    return Guess(truth, intent, confidence, out)


def test_what_goes_to_a_person_either_way_is_the_right_action() -> None:
    found = figures(
        [guess("dispute", "card_problem"), guess("dispute", "balance"), guess("yes", "yes"), guess("no", "no")]
    )
    assert found["accuracy"] == 0.5
    assert found["action_accuracy"] == 0.75


def test_only_money_and_yes_are_dangerous_to_take_something_for() -> None:
    found = figures([guess("no", "yes"), guess("yes", "no"), guess("balance", "balance"), guess("help", "smalltalk")])
    assert found["dangerous"] == 0.25


def test_f1_counts_both_kinds_of_error() -> None:
    found = figures([guess("yes", "yes"), guess("yes", "no"), guess("no", "yes"), guess("no", "no")])
    assert found["f1"] == {"yes": 0.5, "no": 0.5}
    assert found["macro_f1"] == 0.5


def test_calibration_error_is_the_gap_between_confidence_and_truth() -> None:
    found = figures([guess("yes", "yes", 0.75), guess("yes", "no", 0.75)])
    assert found["ece"] == pytest.approx(0.25)


def test_out_of_scope_is_found_above_the_bar_that_keeps_the_others_in() -> None:
    inside = [guess("yes", "yes", out=n / 100) for n in range(21)]
    outside = [guess("out_of_scope", "out_of_scope", out=0.9), guess("out_of_scope", "yes", out=0.05)]
    assert figures(inside + outside)["oos_recall_at_95"] == 0.5


def test_the_confusion_matrix_has_what_was_meant_in_rows() -> None:
    table = confusion([guess("balance", "payment")])
    assert table[INTENTS.index("balance")][INTENTS.index("payment")] == 1
    assert sum(map(sum, table)) == 1


def test_every_phrase_to_train_on_has_a_known_label_and_no_open_bracket() -> None:
    written = phrases(3)
    assert {label for _, label in written} == set(INTENTS)
    assert not any(set("[]|") & set(text) for text, _ in written)
