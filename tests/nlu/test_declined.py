"""What is named only to be turned down; and a person who is wanted all the same, also after a "no"."""

from datetime import date

import pytest

from ivr.nlu.declined import declined
from ivr.nlu.understanding import Understanding

pytestmark = pytest.mark.speech

NO_PERSON = {
    "No agent please, just tell me my balance": "balance",
    "no people please, just the balance": "balance",
    "No humans please. Balance.": "balance",
    "not a human, just the balance": "balance",
    "I'd rather not speak to a human, what's my balance": "balance",
    "I would prefer not to talk to anyone, what do I owe": "balance",
    "without talking to a representative, can you tell me my balance": "balance",
    "forget the agent, what's my balance": "balance",
    "no thanks, no agent, just the balance please": "balance",
    "no need for an agent, when is my payment due": "due_date",
    "I don't need a person, when is my payment due": "due_date",
    "please don't put me through to anyone, just my due date": "due_date",
    "please don't connect me to an agent, I just want to pay": "payment",
    "no representative, just pay my bill": "payment",
    "I do not wish to speak with an advisor, I'd like to pay 50 dollars": "payment",
    "don't get me a supervisor, read me my recent transactions": "transactions",
    "I don't want to talk to a person": "help",
    "don't transfer me": "help",
}
OTHER = {
    "not the balance, a payment": "payment",
    "I do not want my balance, I want to pay": "payment",
    "please don't hang up on me, what's my balance": "balance",
    "please don't hang up on me": "help",
    "don't cancel it": "help",
    "Don't make a payment, just tell me when it's due": "due_date",
    "don't pay": "cancel",
}
PERSON = """no, agent please|no. agent.|No agent.|no agent now|No, I want an agent|no no no agent|agent, no machine
No representative. Representative!|I don't want a robot, I want a person
I don't want to talk to you, I want a person|don't you have a person I can talk to
why can't I talk to a person|why don't you get me an agent|can't I just speak to someone
don't give me an agent, give me a supervisor|I don't want an automated system, agent
I don't want to pay, I want an agent|don't hang up, get me an agent|no. representative please
not you, a person|I don't want to keep asking for an agent|agent|representative|no, operator""".replace(
    "\n", "|"
).split("|")


@pytest.fixture(scope="module")
def understanding(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    return Understanding.load(tmp_path_factory.mktemp("none"))


@pytest.mark.parametrize(("said", "intent"), NO_PERSON.items())
def test_a_person_turned_down_is_not_brought(understanding: Understanding, said: str, intent: str) -> None:
    meaning = understanding.understand(said, today=date(2026, 3, 2))
    assert (meaning.intent, meaning.no_person) == (intent, True)


@pytest.mark.parametrize(("said", "intent"), OTHER.items())
def test_a_subject_turned_down_is_not_begun(understanding: Understanding, said: str, intent: str) -> None:
    meaning = understanding.understand(said, today=date(2026, 3, 2))
    assert (meaning.intent, meaning.no_person) == (intent, False)


@pytest.mark.parametrize("said", PERSON)
def test_in_doubt_a_person_is_given(understanding: Understanding, said: str) -> None:
    meaning = understanding.understand(said, today=date(2026, 3, 2))
    assert (meaning.intent, meaning.no_person) == ("human_agent", False)


@pytest.mark.parametrize("said", ["I can't do this without an agent", "what's my balance", "no thank you"])
def test_what_turns_nobody_down_is_left_whole(said: str) -> None:
    assert (declined(said).rest, declined(said).person) == (said, False)
