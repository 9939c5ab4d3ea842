"""How probabilities become a decision."""

import pytest

from ivr.nlu.intent_decision import choose_intent
from ivr.nlu.intents import INTENTS

pytestmark = pytest.mark.unit


def shares(**given: float) -> dict[str, float]:
    rest = (1 - sum(given.values())) / (len(INTENTS) - len(given))
    return {label: given.get(label, rest) for label in INTENTS}


def test_the_likeliest_intent_is_chosen_and_listed_first() -> None:
    decision = choose_intent("show me what I bought", shares(transactions=0.7, balance=0.2))
    assert decision.intent == "transactions"
    assert decision.ranked[0] == ("transactions", 0.7)
    assert [name for name, _ in decision.ranked[:2]] == ["transactions", "balance"]


@pytest.mark.parametrize("intent", ["payment", "balance", "yes"])
def test_what_moves_money_needs_more_than_a_lead(intent: str) -> None:
    assert choose_intent("something about it", shares(**{intent: 0.65, "other_banking": 0.3})).intent == "other_banking"
    assert choose_intent("something about it", shares(**{intent: 0.75, "other_banking": 0.2})).intent == intent


def test_asking_for_a_person_outranks_the_models() -> None:
    decision = choose_intent("my balance is wrong, get me a person", shares(balance=0.9))
    assert decision.intent == "human_agent"
    assert decision.confidence >= 0.95
    assert sum(share for _, share in decision.ranked) == pytest.approx(1)


def test_a_yes_counts_as_one_only_when_asked_for() -> None:
    assert choose_intent("okay right", shares(smalltalk=0.8), expect="yes-no").intent == "yes"
    assert choose_intent("okay right", shares(smalltalk=0.8)).intent == "smalltalk"


def test_an_answer_holds_down_what_else_the_models_read_into_it() -> None:
    assert choose_intent("fifty", shares(out_of_scope=0.9), answered=True).confidence < 0.3


def test_a_plain_cancel_stands_even_beside_an_answer() -> None:
    assert choose_intent("cancel the fifty dollars", shares(cancel=0.95), answered=True).confidence == 0.95


def test_paying_by_card_is_paying_whatever_the_models_say() -> None:
    assert choose_intent("I want to pay by card", shares(other_banking=0.9)).intent == "payment"
    assert choose_intent("pay by card", shares(other_banking=0.9), expect="yes-no").intent == "payment"


def test_a_no_to_a_question_comes_before_the_card() -> None:
    assert choose_intent("no, I want to pay by card", shares(payment=0.9), expect="yes-no").intent == "no"
