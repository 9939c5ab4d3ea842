"""What counts as said to a caller twice."""

import pytest

from bench.faults.repetitions import said_twice
from bench.faults.sounds import Passage

pytestmark = pytest.mark.unit

ASKS = {"Your PIN?": "pin", "The PIN?": "pin", "Else?": "else", "What else?": "else"}


def heard(*names: str, acts: tuple[int, ...] = ()) -> list[str]:
    """Each name is heard for 50 frames; one that ends with three dots breaks off."""
    passages = [
        Passage(name.removesuffix(" ..."), 50 * place, 50 * place + 50, 0, 1.0 if name.endswith(" ...") else 0.0)
        for place, name in enumerate(names)
    ]
    return said_twice(passages, acts, ASKS, "balance")


def test_a_question_in_other_words_is_the_same_question() -> None:
    assert heard("Else?", "music", "What else?") == ["else"]


def test_a_question_that_was_not_heard_to_its_end_may_be_asked_again() -> None:
    assert heard("Your PIN? ...", "Your PIN?") == []


def test_after_a_result_one_is_asked_what_else_but_never_for_the_pin_again() -> None:
    assert heard("Your PIN?", "Else?", "balance 1", "Else?", acts=(60,)) == []
    assert heard("Your PIN?", "balance 1", "The PIN?") == ["pin"]


def test_a_result_is_told_again_to_who_has_asked_for_it_again() -> None:
    assert heard("balance 1", "Else?", "balance 1", acts=(99,)) == []
    assert heard("balance 1", "Else?", "balance 1", acts=(10,)) == ["balance"]


def test_what_asks_for_nothing_may_be_heard_again() -> None:
    assert heard("music", "music") == []
