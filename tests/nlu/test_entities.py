"""Yes, no, a wish for a person, shares, choices, temper and language, as the words themselves give them away."""

import pytest

from ivr.nlu.entities import account_kind, choice, share
from ivr.nlu.language import language
from ivr.nlu.person_request import wants_person
from ivr.nlu.sentiment import is_upset
from ivr.nlu.yes_no import yes_no

pytestmark = pytest.mark.unit

YES = """yes|Yeah.|yep|yup|sure|okay|ok|Yes, please.|yeah go ahead|go ahead|please do|that's right|That's correct.
that is correct|correct|right|absolutely|of course|uh-huh|mhm|Mm-hmm.|sounds good|that works|do it|I do
yes that's fine|sure, why not|no problem|I agree|fine|perfect|um yes|oh yeah|exactly|it is|you got it
definitely""".replace("\n", "|").split("|")
NO = """no|No.|nope|nah|no thanks|no thank you|no, sixty|not really|that's wrong|That's not right.|incorrect
that is incorrect|wrong|I don't think so|don't do that|no no no|not yet|absolutely not|definitely not|um no
oh no|never|no, that's not it|yes, no wait, no|nothing else|it's not|I didn't say that|I'd rather not
okay, no""".replace("\n", "|").split("|")
NEITHER = """fifty dollars|what's my balance|I don't know|I'm not sure|not sure|no idea|right now|okay now|the fifteenth
my card was stolen|hello|what did you say|november|know|yesterday""".replace("\n", "|").split("|")

PERSON = """agent|Agent.|representative|operator|human|a person please|real person|I want to talk to a person
can I speak to someone|let me speak to a person|Let me talk to a human already!|get me a human
give me an agent|transfer me to a representative|I'd like to speak with a supervisor
connect me with customer service|put me through to somebody|is there someone I can talk to
I don't want to talk to a machine|I'm tired of talking to a robot|can I talk to a real human please
speak to an agent|I need to speak to a manager|talk to a purse on|customer service|no I want a person
yes an agent please|just give me a real person|how do I get a real person
I want to speak to someone about my balance|can someone call me? I want to talk to a human
get me your supervisor|live agent|I'd rather talk to a human|representative please|stop. human.
hello can I talk to somebody|my payment failed, let me talk to an agent|I want a human being
no, get me a person""".replace("\n", "|").split("|")
NO_PERSON = (
    """are you a real person|am I talking to a robot|are you human|is this a person or a machine|what's my balance
pay my bill|I lost my card|someone used my card|someone else used my card|yes|no|hello|I don't need a person
I want to pay fifty dollars|can I send money to another person|who am I speaking to
when is my payment due|do you speak English
""".strip()
    .replace("\n", "|")
    .split("|")
)

SHARES = {
    "the full amount": "full",
    "in full": "full",
    "all of it": "full",
    "everything": "full",
    "the whole thing": "full",
    "pay it off": "full",
    "the total balance": "full",
    "what I owe": "full",
    "full balance please": "full",
    "half of it": "half",
    "half": "half",
    "just half": "half",
    "50%": "half",
    "fifty percent": "half",
    "the minimum": "minimum",
    "minimum payment": "minimum",
    "Just the minimum, please.": "minimum",
    "the smallest amount I can": "minimum",
    "not the full amount, just the minimum": "minimum",
    "three and a half thousand": None,
    "fifty dollars": None,
    "half past four": None,
    "more than the minimum": None,
    "I can't pay it all": None,
}


@pytest.mark.parametrize("said", YES)
def test_a_yes(said: str) -> None:
    assert yes_no(said) is True


@pytest.mark.parametrize("said", NO)
def test_a_no(said: str) -> None:
    assert yes_no(said) is False


@pytest.mark.parametrize("said", NEITHER)
def test_neither_yes_nor_no(said: str) -> None:
    assert yes_no(said) is None


@pytest.mark.parametrize("said", PERSON)
def test_asking_for_a_person(said: str) -> None:
    assert wants_person(said)


@pytest.mark.parametrize("said", NO_PERSON)
def test_not_asking_for_a_person(said: str) -> None:
    assert not wants_person(said)


@pytest.mark.parametrize(("said", "part"), SHARES.items())
def test_a_share_of_the_amount(said: str, part: str | None) -> None:
    assert share(said) == part


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("from my checking account", "checking"),
        ("savings", "savings"),
        ("my credit card", "credit"),
        ("the debit card", "debit"),
        ("not checking, savings", "savings"),
        ("my car loan", "loan"),
        ("I'm checking in", "checking"),
        ("fifty dollars", None),
    ],
)
def test_an_account_kind(said: str, kind: str | None) -> None:
    assert account_kind(said) == kind


@pytest.mark.parametrize(
    ("said", "which"),
    [
        ("the second one", 2),
        ("second", 2),
        ("the first", 1),
        ("the first account", 1),
        ("option three", 3),
        ("number two", 2),
        ("the last one", -1),
        ("the third option please", 3),
        ("fifty", None),
        ("the fifteenth", None),
        ("the first of march", None),
        ("the twenty second", None),
    ],
)
def test_a_choice(said: str, which: int | None) -> None:
    assert choice(said) == which


@pytest.mark.parametrize(
    "said", ["this is ridiculous", "what the fuck", "I'm so angry", "you people are useless", "I'm fed up"]
)
def test_an_upset_caller(said: str) -> None:
    assert is_upset(said)


@pytest.mark.parametrize("said", ["what's my balance", "that's great", "I set up a payment", "my mother was upbeat"])
def test_a_calm_caller(said: str) -> None:
    assert not is_upset(said)


@pytest.mark.parametrize(
    "said",
    [
        "Hola, quiero pagar mi tarjeta",
        "¿Habla español?",
        "necesito ayuda con mi cuenta",
        "spanish please",
        "Buenos días",
    ],
)
def test_spanish(said: str) -> None:
    assert language(said) == "es"


@pytest.mark.parametrize("said", ["what's my balance", "no", "me", "pay my card in San Antonio", "I do", "no me"])
def test_english(said: str) -> None:
    assert language(said) == "en"
