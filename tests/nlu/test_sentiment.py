"""Angry with us, or with themselves, the weather, their own luck; or only polite."""

import pytest

from ivr.nlu.sentiment import is_upset

pytestmark = pytest.mark.unit

CALM = """Sorry, stupid question, but what is my balance?|damn, I forgot my card
this is ridiculous of me, I forgot what I owe|hell of a day, what's my balance
I'm such an idiot, I missed my payment|I feel stupid asking but when is my bill due
silly me, what's my balance|oh shit, I forgot to pay my bill|holy crap, how much do I owe
damn it's cold, what's my balance|I'm not angry, I just want my balance
no need to be upset, what's my balance|my wife is upset, when is my bill due
what the hell, I forgot my due date|my son got sick of school, what's my balance
I owe a shitload, what's my balance|I don't want to waste your time, just my balance
I hope I had enough money in my account|my stupid phone cut out|excuse my stupid question
I have an upset stomach today|the kids are driving me crazy, what's my balance|sorry to waste your time
oh crap, it's the wrong number|I hate this weather|how stupid of me
I'm useless with phones, what's my balance|don't be angry with me, I'd like to pay
I was an idiot with my card|I'm frustrated with myself, what's my balance|oh shit, wrong button, balance please
not to be an idiot, but when is it due|it's ridiculous how cold it is, what's my balance
the ridiculous heat fried my card""".replace("\n", "|").split("|")
UPSET = """this is ridiculous, useless bot|you're useless|stupid machine|what the hell is wrong with you
sick of this|you idiot|I hate this|this is so frustrating|I'm so angry|damn you|this damn machine
what the fuck|I've had enough|you're wasting my time|this is a waste of time
shit, I've been waiting for an hour|give me my damn money|your service is pathetic|I'm fed up
I'm really upset|damn it, why did you charge me a fee|this is bullshit|how stupid are you|I'm furious
get me a goddamn agent|stop asking me stupid questions, idiots|my wife and I are furious""".replace("\n", "|").split(
    "|"
)


@pytest.mark.parametrize("said", CALM)
def test_calm(said: str) -> None:
    assert not is_upset(said)


@pytest.mark.parametrize("said", UPSET)
def test_upset(said: str) -> None:
    assert is_upset(said)
