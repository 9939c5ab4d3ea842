"""Digits as a recogniser writes them."""

import pytest

from speech.digit_words import spoken_digits

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "count", "digits"),
    [
        ("4719", 4, "4719"),
        ("4, 7, 1, 9.", 4, "4719"),
        ("314-226-1850", 10, "3142261850"),
        ("four seven one nine", 4, "4719"),
        ("forty-seven nineteen", 4, "4719"),
        ("twenty twenty", 4, "2020"),
        ("oh one double five", 4, "0155"),
        ("My PIN is 4719, please.", 4, "4719"),
        ("for 7 1 9", 4, "4719"),
        ("7 or 2 0", 4, "7420"),
        ("4, 7, 1", 4, "471"),
        ("4, 7, 1", None, "471"),
        ("triple zero", 3, "000"),
        ("one triple oh", 4, "1000"),
        ("double oh double seven", 4, "0077"),
        ("treble four one", 4, "4441"),
        ("quadruple two", 4, "2222"),
        ("fourty seven nineteen", 4, "4719"),
        ("4719, thank you.", 4, "4719"),
    ],
)
def test_digits_are_joined(text: str, count: int | None, digits: str) -> None:
    assert spoken_digits(text, count) == digits


@pytest.mark.parametrize(
    ("text", "count", "digits"),
    [
        ("9, 5, 8, 2 9, 5, 8, 2", 4, "9582"),
        ("9, 5, 8, 2, 9, 5, 8, 2, 9, 5, 8", 4, "9582"),
        ("2, 0, 4, 4, 4, 4, 4, 4, 4, 4", 4, "2044"),
        ("4444", 4, "4444"),
        ("12341234", 8, "12341234"),
        ("1234 1234", None, "12341234"),
        ("95825", 4, "95825"),
    ],
)
def test_a_string_heard_twice_is_one_only_where_the_count_says_so(text: str, count: int | None, digits: str) -> None:
    assert spoken_digits(text, count) == digits


@pytest.mark.parametrize("text", ["I forgot it", "I want a person", "", "to be or not to be", "4 hundred", "my pin is"])
def test_what_is_not_digits_is_left_alone(text: str) -> None:
    assert spoken_digits(text, 4) is None
