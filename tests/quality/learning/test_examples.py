"""What is held back is the same from run to run, and never taught."""

import pytest

from ivr.nlu.intents import INTENTS
from ivr.quality.learning.examples import Example, fold, held_back, newest, shipped

pytestmark = pytest.mark.unit


def test_a_fifth_of_the_phrases_that_ship_is_held_back_from_every_intent() -> None:
    kept, check = shipped()
    assert 0.15 < len(check) / len(kept + check) < 0.25
    assert {one.label for one in kept} == set(INTENTS)
    assert not {one.text for one in kept} & {one.text for one in check}


def test_texts_that_differ_in_punctuation_alone_stay_together() -> None:
    assert fold("What's my balance?") == fold("um what's my balance")


def test_the_last_word_of_reviewers_who_differ_counts() -> None:
    told = [
        Example("Settle up.", "payment", id=1),
        Example("settle up", "goodbye", id=2),
        Example("Yes", "no", "yes-no"),
    ]
    assert [one.id for one in newest(told)] == [2, 0]


@pytest.mark.parametrize("count", [5, 6, 20])
def test_of_five_or_more_corrections_some_are_held_back_and_most_are_not(count: int) -> None:
    told = [Example(f"sentence {number}", "dispute", id=number) for number in range(count)]
    assert 1 <= len(held_back(told)) <= count / 2
    assert held_back(told) == held_back(told)


def test_of_very_few_none_is() -> None:
    assert held_back([Example(f"sentence {number}", "dispute") for number in range(4)]) == []
