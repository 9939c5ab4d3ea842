"""A worse model is refused, on the one count or on the other."""

import pytest

from ivr.quality.learning.examination import Answers, objections
from ivr.quality.learning.examples import Example

pytestmark = pytest.mark.unit

NONE = Answers((), ())


def answers(wrong: int, of: int = 400, taken_for: str = "help") -> Answers:
    examples = tuple(Example(f"sentence {number}", "goodbye") for number in range(of))
    return Answers(examples, (taken_for,) * wrong + ("goodbye",) * (of - wrong))


def test_as_good_a_model_is_taken_and_a_few_borderline_phrases_do_not_count() -> None:
    assert objections(answers(10), answers(10), NONE, NONE) == []
    assert objections(answers(10), answers(12), NONE, NONE) == []


def test_one_that_forgot_what_it_knew_is_refused() -> None:
    assert objections(answers(10), answers(13), NONE, NONE) == [
        "Of the examples that ship, 387 of 400 are understood; 390 were."
    ]


def test_one_that_takes_anything_more_for_money_is_refused() -> None:
    (reason,) = objections(answers(0), answers(1, taken_for="payment"), NONE, NONE)
    assert "1 are taken for balance, payment or yes; 0 were" in reason


def test_one_that_understands_fewer_of_the_corrections_held_back_is_refused() -> None:
    (reason,) = objections(answers(0), answers(0), answers(2, of=5), answers(3, of=5))
    assert "corrections held back, 2 of 5" in reason
