"""Figures sound as a bank says them."""

from datetime import date

import pytest

from ivr.dialogue import verbalize

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (24517, "USD", "two hundred forty five dollars and seventeen cents"),
        (100, "USD", "one dollar"),
        (101, "USD", "one dollar and one cent"),
        (99, "USD", "ninety nine cents"),
        (0, "USD", "zero dollars"),
        (
            123456789,
            "USD",
            "one million two hundred thirty four thousand five hundred sixty seven dollars and eighty nine cents",
        ),
        (-500, "USD", "minus five dollars"),
        (1250, "EUR", "twelve euros and fifty cents"),
        (302, "GBP", "three pounds and two pence"),
        (200, "CHF", "two CHF"),
    ],
)
def test_money(amount: int, currency: str, words: str) -> None:
    assert verbalize.money(amount, currency) == words


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2026, 3, 2), "today"),
        (date(2026, 3, 3), "tomorrow"),
        (date(2026, 3, 9), "Monday, March ninth"),
        (date(2026, 3, 21), "Saturday, March twenty first"),
        (date(2027, 1, 1), "Friday, January first, twenty twenty seven"),
    ],
)
def test_day(on: date, words: str) -> None:
    assert verbalize.day(on, date(2026, 3, 2)) == words


def test_spelled_one_by_one() -> None:
    assert verbalize.spell("W4-0k") == "W, four, zero, K"


@pytest.mark.parametrize(
    ("digits", "sizes"),
    [("12345", [2, 3]), ("1234567", [3, 4]), ("1234567890", [3, 3, 4]), ("1234567890123456", [4, 4, 4, 4]), ("", [])],
)
def test_a_long_number_is_read_in_groups(digits: str, sizes: list[int]) -> None:
    groups = verbalize.in_groups(digits).split(", ") if digits else []
    assert [len(group.split()) for group in groups] == sizes
    assert "".join(groups).replace(" ", "") == "".join(verbalize.number(int(digit)) for digit in digits)


def test_written_for_a_text_message() -> None:
    assert (verbalize.written_money(24517), verbalize.written_day(date(2026, 3, 9))) == ("$245.17", "March 9, 2026")


@pytest.mark.parametrize(
    ("items", "words"), [((), ""), (("a",), "a"), (("a", "b"), "a or b"), (("a", "b", "c"), "a, b or c")]
)
def test_listed(items: tuple[str, ...], words: str) -> None:
    assert verbalize.listed(items, "or") == words
