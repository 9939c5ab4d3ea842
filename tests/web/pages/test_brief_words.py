"""The brief as people read it: one line a payment, the reason first, no slot of the machine, nothing twice."""

from typing import Any

import pytest

from ivr.web.pages.brief_words import facts_of, payment_line

pytestmark = pytest.mark.unit


def day(iso: str) -> str:
    return {"2026-11-29": "tomorrow, 29 Nov", "2026-11-28": "today, 28 Nov"}[iso]


def payment(**changes: Any) -> dict[str, Any]:
    row = {
        "amount": 5000, "currency": "USD", "source": "checking", "on": "2026-11-29", "state": "scheduled",
        "confirmation": "910128",
    }  # fmt: skip
    return row | changes


def brief(reason: str = "asked", payments: tuple[dict[str, Any], ...] = (), **known: str) -> dict[str, Any]:
    names = {name.replace("_", " "): value for name, value in known.items()}
    return {
        "caller": {"name": "Grace Hopper", "account": "40021177"},
        "why": {"reason": reason, "intent": "", "summary": ""},
        "language": "en",
        "known": {"verified": "yes", "account": "acc-1", **names},
        "payments": list(payments),
    }


def test_a_scheduled_payment_is_one_line_and_not_paid() -> None:
    line = payment_line(payment(), day)
    assert line == "$50.00 from checking, tomorrow, 29 Nov, scheduled, confirmation 910128"


@pytest.mark.parametrize("state", ["asked", "scheduled", "doubtful", "left", "refused", "not-made"])
def test_only_what_was_made_is_told_as_paid(state: str) -> None:
    told = payment_line(payment(state=state, confirmation=""), day).replace("nothing was paid", "")
    assert "paid" not in told and "confirmation" not in told
    assert "paid" in payment_line(payment(state="made"), day)


def test_a_card_is_no_account_that_money_comes_from() -> None:
    assert payment_line(payment(source="card", on="2026-11-28", state="made"), day).startswith("$50.00 by card, today")


@pytest.mark.parametrize(
    ("reason", "wants", "shown"),
    [
        ("asked", "balance, payment", "Asks for a person (before that: balance, payment)"),
        ("dispute", "balance, dispute", "Disputes a charge (before that: balance)"),
        ("asked", "", "Asks for a person"),
        ("verification", "due_date", "Due date"),
    ],
)
def test_the_reason_that_counts_stands_first(reason: str, wants: str, shown: str) -> None:
    assert facts_of(brief(reason, wants=wants))[0] == ("Wants", shown)


def test_the_machines_slots_are_not_shown_beside_the_payments_own_line() -> None:
    facts = facts_of(
        brief(
            payments=(payment(),), pay_amount="$50.00", pay_from="checking", pay_on="29 Nov", agreed_to_pay="yes",
            paid="910128", payment="was made", done="scheduled $50.00 for 29 Nov",
        )
    )  # fmt: skip
    assert facts == [("Wants", "Asks for a person"), ("Account", "40021177")]


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        ({"pay_amount": "$50.00"}, "$50.00, not agreed to"),
        (
            {"pay_amount": "$50.00", "pay_from": "checking", "pay_on": "29 Nov", "agreed_to_pay": "yes"},
            "$50.00 from checking, 29 Nov, agreed to",
        ),
        (
            {"pay_amount": "$50.00", "agreed_to_pay": "yes", "payment": "may have been made: no answer yet"},
            "$50.00, may have been made: no answer yet",
        ),
    ],
)
def test_a_payment_that_was_not_made_is_not_told_as_one_that_was(known: dict[str, Any], shown: str) -> None:
    assert dict(facts_of(brief(**known)))["Payment"] == shown


def test_what_else_is_known_keeps_its_place_and_nothing_stands_twice() -> None:
    facts = facts_of(brief(said="It was not me", wrong_PINs="1", account_number="40021177"))
    assert facts[1:] == [("In their words", "“It was not me”"), ("Account", "40021177"), ("Wrong PINs", "1")]
