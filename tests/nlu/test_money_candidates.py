"""Ranges, lists, alternatives and parts of amounts: one clear sum, or candidates; never a sum that nobody said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from ivr.nlu.currencies import currencies
from ivr.nlu.entities import share
from ivr.nlu.money import money

pytestmark = pytest.mark.unit

CANDIDATES = {
    "pay 50-60 dollars": [5000, 6000],
    "$50-60": [5000, 6000],
    "$50-$60": [5000, 6000],
    "50 – 60 dollars": [5000, 6000],
    "50—60": [5000, 6000],
    "50~60": [5000, 6000],
    "fifty-60": [5000, 6000],
    "fifty-sixty dollars": [5000, 6000],
    "fifty to sixty": [5000, 6000],
    "anywhere from 50 to 60": [5000, 6000],
    "50 or 60": [5000, 6000],
    "fifty, sixty dollars": [5000, 6000],
    "50, 60 or 70": [5000, 6000, 7000],
    "maybe 50, maybe 60": [5000, 6000],
    "50 and then 60": [5000, 6000],
    "100 now and 50 later": [10000, 5000],
    "one or two hundred": [10000, 20000],
    "two or three hundred dollars": [20000, 30000],
    "five to six thousand dollars": [500000, 600000],
    "fifty or a hundred": [5000, 10000],
    "12 dollars 5": [1205, 1250],
    "45 or 50 cents": [45, 50],
}
TWO_PIECES = {
    "pay 123 and 45 cents": [12345],
    "123 and 45 cents": [12345],
    "one hundred twenty three and forty five cents": [12345],
    "a hundred and twenty-three dollars forty-five": [12345],
    "123 dollars, 45 cents": [12345],
    "123 dollars plus 45 cents": [12345],
    "123 & 45 cents": [12345],
    "45 cents and 123 dollars": [12345],
    "123 point 45": [12345],
    "12 dollars and 5 cents": [1205],
    "pay 5 and 50 cents": [550],
    "forty-five cents": [45],
}
ELSEWHERE = {
    "1.500,00": [150000],
    "12,50": [1250],
    "1,500": [150000],
    "1\u202f500 dollars": [150000],
    "1.5k": [150000],
    "15 hundred": [150000],
    "two thousand, four hundred and fifty dollars": [245000],
}
SETTLED = {
    "not 50, 60": [6000],
    "not fifty dollars but sixty": [6000],
    "fifteen not fifty": [1500],
    "instead of 50, 60": [6000],
    "50 instead of 60": [5000],
    "50 rather than 60": [5000],
    "twenty, no thirty": [3000],
    "fifty, wait, sixty": [6000],
    "I don't want to pay 50, I want to pay 30": [3000],
    "why not fifty dollars": [5000],
    "call me at 415 555 2671 and pay 50 dollars": [5000],
    "my account number is 40012 and pay 50": [5000],
    "pay 50 dollars by 4/5/2026": [5000],
    "pay fifty dollars over the phone": [5000],
    "pay $50/month": [5000],
}
NONE = [
    "between 50 and 60",
    "fifty sixty dollars",
    "50 60",
    "50/60",
    "$50/60",
    "50 / 60 dollars",
    "two fifties",
    "2x50",
    "2 x 50 dollars",
    "half a grand",
    "123 and a half dollars",
    "ten dollars more than the minimum",
    "fifty over the minimum",
    "20 dollars above the minimum",
    "up to fifty dollars",
    "50 plus 10",
    "50 minus 10",
    "fifty less ten",
    "three times 20 dollars",
    "50 dollars twice",
    "double fifty",
    "all but fifty",
    "everything but 50 dollars",
    "-50 dollars",
    "not fifty",
    "I can't pay 50 dollars",
    "1.500",
    "12,5",
    "a hundred 23 and 45 cents",
]


@pytest.mark.parametrize(
    ("said", "cents"), [row for table in (CANDIDATES, TWO_PIECES, ELSEWHERE, SETTLED) for row in table.items()]
)
def test_amounts_that_are_named_together(said: str, cents: list[int]) -> None:
    assert money(said, bare=True) == tuple(cents)


@pytest.mark.parametrize("said", NONE)
def test_no_amount_is_made_up(said: str) -> None:
    assert money(said, bare=True) == ()


def test_a_currency_beside_one_amount_is_that_of_the_other() -> None:
    assert money("50 to 60 dollars") == (5000, 6000)
    assert money("123 and 45 cents") == (12345,)


AMOUNTS = st.integers(2, 999)
JOINTS = st.sampled_from(["-", " - ", "–", " to ", " or ", ", ", " and then ", ", or ", " through "])


@given(AMOUNTS, AMOUNTS, JOINTS, st.sampled_from(["", " dollars"]))
def test_of_two_amounts_nothing_but_those_two_is_heard(one: int, other: int, joint: str, unit: str) -> None:
    assert set(money(f"pay {one}{joint}{other}{unit}", bare=True)) <= {100 * one, 100 * other}


@given(st.integers(20, 999), st.integers(20, 999), st.sampled_from([" to ", " or ", ", or ", " and then "]))
def test_nor_where_they_are_said_in_words(one: int, other: int, joint: str) -> None:
    said = f"{num2words(one)}{joint}{num2words(other)} dollars"
    assert set(money(said, bare=True)) <= {100 * one, 100 * other}


@given(st.integers(1, 5000), st.integers(1, 99), st.sampled_from([" and ", " dollars and ", " dollars ", " dollars, "]))
def test_dollars_and_cents_in_two_pieces_are_one_amount(dollars: int, cents: int, joint: str) -> None:
    assert money(f"{dollars}{joint}{cents} cents", bare=True) == (100 * dollars + cents,)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("50 euros", ("EUR",)),
        ("€50", ("EUR",)),
        ("50€", ("EUR",)),
        ("fifty pounds", ("GBP",)),
        ("£20", ("GBP",)),
        ("50 canadian dollars", ("CAD",)),
        ("50 pesos", ("MXN",)),
        ("fifty", ()),
    ],
)
def test_the_currency_that_was_named(said: str, named: tuple[str, ...]) -> None:
    assert currencies(said) == named


def test_dollars_may_be_those_of_several_countries() -> None:
    assert "USD" in currencies("fifty bucks") and "CAD" in currencies("$50")


@pytest.mark.parametrize(
    "said", ["everything but 50 dollars", "half now and half later", "the full amount or half", "the minimum plus ten"]
)
def test_a_choice_of_shares_is_no_share(said: str) -> None:
    assert share(said) is None
