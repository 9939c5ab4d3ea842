"""Money in its own minor units: yen have none, dinars have a thousand, and nothing is larger than is counted."""

from datetime import date
from decimal import Decimal

import pytest

from ivr.dialogue import amounts, currencies, payment_rules, verbalize
from ivr.dialogue.facts import Facts
from ivr.dialogue.state import State
from ivr.web.pages.formats import money
from twiml.calls import card_terms

pytestmark = pytest.mark.unit

MOST = 2**63 - 1


@pytest.mark.parametrize(
    ("amount", "currency", "spoken", "written", "charged"),
    [
        (24517, "USD", "two hundred forty five dollars and seventeen cents", "$245.17", "245.17"),
        (5, "USD", "five cents", "$0.05", "0.05"),
        (5000, "JPY", "five thousand JPY", "¥5,000", "5000"),
        (1, "KRW", "one KRW", "₩1", "1"),
        (7, "CLP", "seven CLP", "CLP7", "7"),
        (12345, "KWD", "twelve dinars and three hundred forty five fils", "KWD12.345", "12.345"),
        (12345, "BHD", "twelve point three four five BHD", "BHD12.345", "12.345"),
        (12000, "BHD", "twelve BHD", "BHD12.000", "12.000"),
    ],
)
def test_an_amount_is_spoken_written_and_charged_in_its_own_units(
    amount: int, currency: str, spoken: str, written: str, charged: str
) -> None:
    assert verbalize.money(amount, currency) == spoken
    assert verbalize.written_money(amount, currency) == money(amount, currency) == written
    assert card_terms(amount, currency, "Default")["charge_amount"] == charged


@pytest.mark.parametrize(
    ("heard", "currency", "minor"),
    [(500000, "JPY", 5000), (500050, "JPY", None), (1250, "KWD", 12500), (1250, "USD", 1250), (1250, "CLP", None)],
)
def test_what_was_heard_becomes_minor_units_or_is_asked_again(heard: int, currency: str, minor: int | None) -> None:
    state = State(today=date(2026, 3, 2), facts=Facts(900_000, currency, True, 900_000, 0, None))
    assert payment_rules.amount_value(state, heard) == minor


def test_of_two_readings_the_one_that_the_currency_can_have_is_taken() -> None:
    assert amounts.settle("45000|450", "JPY", {"full": 10_000}) == 450


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("25.50", "USD", 2550), ("25.505", "USD", None), ("25.505", "KWD", 25505), ("25", "JPY", 25),
        ("25.5", "JPY", None), ("1e999999", "USD", None), ("NaN", "USD", None), ("-5", "USD", -500),
        (str(MOST), "JPY", MOST), (str(MOST + 1), "JPY", None), ("1e-999999", "USD", None),
    ],
)  # fmt: skip
def test_a_written_amount_is_exact_or_refused(written: str, currency: str, minor: int | None) -> None:
    assert currencies.minor(Decimal(written), currency) == minor


def test_the_largest_amount_is_written_to_its_last_digit() -> None:
    assert verbalize.written_money(MOST, "USD") == "$92,233,720,368,547,758.07"
