"""Several amounts, or another currency: the caller is asked, and nothing is read back that they did not choose."""

from datetime import date

import pytest

from ivr.dialogue.events import Said
from tests.harness.dialogue_talk import PAY, Talk, said, verified

pytestmark = pytest.mark.unit

FIFTY_OR_SIXTY = said("fifty or sixty dollars", "payment", money=(5000, 6000), currencies=("USD",))


@pytest.mark.parametrize(
    ("event", "question"),
    [
        (FIFTY_OR_SIXTY, "Which is it, fifty dollars or sixty dollars?"),
        (said("the minimum or fifty", money=(5000,), share="minimum"),
         "Which is it, fifty dollars or thirty five dollars?"),
        (said("fifty or sixty or seventy", money=(5000, 6000, 7000)),
         "Which is it, fifty dollars, sixty dollars or seventy dollars?"),
        (said("fifty euros", money=(5000,), currencies=("EUR",)),
         "I can only take dollars, so how many dollars would you like to pay?"),
        (said("fifty or sixty euros", money=(5000, 6000), currencies=("EUR",)),
         "I can only take dollars, so how many dollars would you like to pay?"),
    ],
)  # fmt: skip
def test_the_caller_is_asked_which(event: Said, question: str) -> None:
    talk = verified().play(PAY, event)
    assert talk.says == [question]
    assert "amount" not in talk.state.task.slots


def test_a_wish_that_holds_two_amounts_leads_to_the_question() -> None:
    assert verified().play(FIFTY_OR_SIXTY).says == ["Which is it, fifty dollars or sixty dollars?"]


def test_what_is_chosen_is_taken() -> None:
    talk = verified().play(FIFTY_OR_SIXTY, said("sixty", money=(6000,)))
    assert talk.state.task.slots["amount"] == 6000


def test_of_two_readings_the_one_that_is_more_than_is_owed_is_not_offered() -> None:
    talk = verified().play(PAY, said("four fifty", money=(45000, 450)))
    assert talk.state.task.slots["amount"] == 450


def test_an_agreed_payment_is_open_again_with_two_other_amounts() -> None:
    talk = verified().play(said("pay twenty from checking today", "payment", money=(2000,), account_kind="checking"))
    talk.play(said("today"), said("yes, but make it fifty or sixty", yes_no=True, money=(5000, 6000)))
    assert talk.says == ["Which is it, fifty dollars or sixty dollars?"]


def test_an_agent_sees_both() -> None:
    talk = Talk().play(FIFTY_OR_SIXTY, said("agent", "human_agent"))
    assert talk.handoff.known["pay amount"] == "$50.00 or $60.00"


def test_digits_of_a_range_are_no_amount() -> None:
    talk = verified().play(PAY, said("between 150 and 160", digits="150"))
    assert "amount" not in talk.state.task.slots


def test_of_two_days_the_caller_is_asked_which() -> None:
    days = (date(2026, 3, 6), date(2026, 3, 7))
    talk = verified().play(PAY, said("fifty", money=(5000,)), said("checking", account_kind="checking"))
    assert talk.play(said("Friday or Saturday", dates=days)).says == [
        "Which day is it, Friday, March sixth or Saturday, March seventh?"
    ]
    assert talk.play(said("Saturday", dates=days[1:])).state.task.slots["date"] == "2026-03-07"


def test_a_day_turned_down_is_not_taken() -> None:
    talk = verified().play(PAY, said("fifty", money=(5000,)), said("checking", account_kind="checking"))
    assert "date" not in talk.play(said("not today")).state.task.slots
