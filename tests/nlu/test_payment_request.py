"""A wish to pay us is heard in its own words, and is told from paying others and from questions about cards."""

import pytest

from ivr.nlu.payment_request import wants_payment

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        "pay by card", "Pay with a card.", "paying by card", "I'll pay by card", "I want to pay by card.",
        "can I pay with a card", "Can I pay by card, please?", "I'd like to pay by credit card",
        "pay with my debit card", "um, I would like to pay by card", "no, I want to pay by card",
        "could I pay that with a card instead", "I'd like to make a payment with my Visa", "pay my bill by card today",
        "can I pay you by card over the phone", "yes, pay it by debit",
        "pay", "I just want to pay", "can I pay now please", "let me pay my bill", "I'd like to make a payment",
        "I want to pay you", "pay by phone",
    ],
)  # fmt: skip
def test_a_wish_to_pay(text: str) -> None:
    assert wants_payment(text)


@pytest.mark.parametrize(
    "text",
    [
        "my card payment was declined", "I tried to pay by card and it was declined", "I can't pay with my card",
        "I couldn't pay with my card", "why can't I pay by card", "I don't want to pay by card",
        "is there a fee for paying by card", "why was I charged extra when paying with card", "I paid by card twice",
        "can I pay with my card abroad", "where can I pay with my card", "can I pay online with my card",
        "I want to pay Bert", "pay Bert by card", "someone wants to pay with my card", "pay my credit card",
        "I didn't pay by card", "did I pay by card", "pay from checking", "by card",
        "do I have to pay", "who pays", "pay later", "pay back", "how do I pay", "I don't want to pay", "pay my friend",
        "do I have to pay by card", "do you let me pay by card abroad",
    ],
)  # fmt: skip
def test_no_wish_to_pay(text: str) -> None:
    assert not wants_payment(text)
