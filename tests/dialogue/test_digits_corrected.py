"""Digits that a caller corrects on the way: "four seven one, no, five nine"."""

import pytest

from ivr.dialogue import extractors
from ivr.dialogue.events import Said
from ivr.dialogue.meaning import Meaning

pytestmark = pytest.mark.unit


def said(first: str, instead: str) -> Said:
    return Said(f"{first}, no, {instead}", 0.9, Meaning("no", 0.9, corrected=(first, instead)))


@pytest.mark.parametrize(
    ("first", "instead", "pin"),
    [
        ("471", "59", "4759"),
        ("4718", "9", "4719"),
        ("4718", "19", "4719"),
        ("47", "519", "4519"),
        ("12", "4719", "4719"),
    ],
)
def test_a_pin_ends_as_it_was_corrected(first: str, instead: str, pin: str) -> None:
    assert extractors.pin(said(first, instead), True) == pin


@pytest.mark.parametrize(("first", "instead"), [("471", "9"), ("4", "719"), ("4719", "55555")])
def test_what_then_has_no_four_digits_is_no_pin(first: str, instead: str) -> None:
    assert extractors.pin(said(first, instead), True) is None


def test_a_code_has_six() -> None:
    assert extractors.code(said("12345", "67"), True) == "123467"
