"""What callers say, through the shipped models: cases that must hold."""

import json
from datetime import date
from pathlib import Path

import pytest

from ivr.nlu.encoder import MissingModelError
from ivr.nlu.report import as_json
from ivr.nlu.understanding import Understanding

pytestmark = pytest.mark.speech
TODAY = date(2026, 3, 2)

INTENTS = {
    "balance": ["what's my balance", "How much do I owe?", "um yeah I was wondering how much is left in my checking"],
    "payment": [
        "I'd like to make a payment",
        "I want to pay fifty dollars on my card",
        "can I pay my bill please",
        "pay by card",
        "can I pay with a card",
        "I want to pay two hundred by card",
    ],
    "due_date": ["when is my payment due", "What's the minimum payment?", "when do I have to pay by"],
    "transactions": ["what are my last transactions", "read me my recent charges"],
    "card_problem": [
        "I lost my card",
        "my card was stolen",
        "my card isn't working",
        "my card payment was declined",
        "I couldn't pay with my card",
    ],
    "dispute": ["there's a charge on my account I didn't make", "I want to dispute a charge"],
    "human_agent": ["agent", "let me speak to a person", "I want to talk to somebody real about my balance"],
    "yes": ["yes", "yes please", "that's correct"],
    "no": ["no", "nope that's wrong"],
    "repeat": ["can you say that again", "what did you say", "Sorry, could you repeat that?"],
    "cancel": ["never mind", "cancel that", "forget it"],
    "goodbye": ["goodbye", "bye bye", "that's all, have a good day, bye"],
    "help": ["what can you do", "what can you help me with"],
    "dont_know": ["I don't know", "I have no idea"],
    "smalltalk": ["hello how are you", "are you a robot", "thank you so much"],
    "other_banking": [
        "I want to open a savings account",
        "what's your routing number",
        "transfer money to my son",
        "I want to pay Bert",
        "is there a fee for paying by card",
    ],
    "out_of_scope": ["what's the weather tomorrow", "I want to order a pizza", "my internet is down"],
}


@pytest.fixture(scope="module")
def understanding(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    return Understanding.load(tmp_path_factory.mktemp("none"))


@pytest.mark.parametrize(("said", "intent"), [(said, intent) for intent, all_of in INTENTS.items() for said in all_of])
def test_an_intent(understanding: Understanding, said: str, intent: str) -> None:
    assert understanding.understand(said, today=TODAY).intent == intent


def test_over_answering_gives_everything_at_once(understanding: Understanding) -> None:
    meaning = understanding.understand("I want to pay fifty bucks tomorrow from checking", today=TODAY)
    assert (meaning.intent, meaning.money, meaning.dates) == ("payment", (5000,), (date(2026, 3, 3),))
    assert meaning.account_kind == "checking"


def test_a_correction_is_a_no_with_the_right_amount(understanding: Understanding) -> None:
    meaning = understanding.understand("no, sixty", expect="yes-no", today=TODAY)
    assert (meaning.intent, meaning.yes_no, meaning.money) == ("no", False, (6000,))


@pytest.mark.parametrize("said", ["yeah go ahead", "Yes.", "mhm", "sure", "that's right"])
def test_a_yes_to_a_yes_or_no_question(understanding: Understanding, said: str) -> None:
    meaning = understanding.understand(said, expect="yes-no", today=TODAY)
    assert (meaning.intent, meaning.yes_no) == ("yes", True)


@pytest.mark.parametrize(
    ("said", "expect"),
    [("four fifty", "money"), ("the fifteenth", "date"), ("double four oh nine", "digits"), ("the minimum", "money")],
)
def test_an_answer_is_ours_and_leads_nowhere_else(understanding: Understanding, said: str, expect: str) -> None:
    meaning = understanding.understand(said, expect=expect, today=TODAY)
    assert meaning.ours
    assert meaning.intent == "due_date" or meaning.confidence < 0.6


def test_asking_for_a_person_counts_whatever_was_asked(understanding: Understanding) -> None:
    for expect in ("open", "yes-no", "digits", "money", "date"):
        assert understanding.understand("give me a person", expect=expect, today=TODAY).intent == "human_agent"


def test_nothing_said_means_nothing(understanding: Understanding) -> None:
    assert understanding.understand(" ... ", today=TODAY).confidence == 0


def test_what_is_not_ours_says_so(understanding: Understanding) -> None:
    assert not understanding.understand("I want to order a pizza", today=TODAY).ours


def test_the_document_has_the_promised_shape(understanding: Understanding) -> None:
    said = "pay $2,450.17 on the fifteenth"
    document = json.loads(json.dumps(as_json(said, understanding.understand(said, today=TODAY))))
    assert document["text"] == said
    assert document["intent"] == document["intents"][0]["name"] == "payment"
    assert document["entities"]["money"] == [245017]
    assert document["entities"]["date"] == ["2026-03-15"]
    assert document["entities"]["digits"] == ""
    assert document["ours"] is True


def test_weights_that_are_not_there_are_named(tmp_path: Path) -> None:
    (tmp_path / "meaning").mkdir()
    with pytest.raises(MissingModelError, match=r"encoder\.onnx"):
        Understanding.load(tmp_path)
