"""What strangers call for: how they ask, what they answer, and what they must have got in the end."""

from dataclasses import dataclass
from enum import StrEnum


class Got(StrEnum):
    """What a goal is reached by."""

    BALANCE = "balance"
    DUE = "due date"
    TRANSACTIONS = "transactions"
    PAYMENT = "payment"
    PERSON = "person"


@dataclass(frozen=True)
class Goal:
    """`short`, `plain` and `long`: how it is asked for, in several ways each; `topic`: the bot's own word for it."""

    name: str
    got: Got
    topic: str
    short: tuple[str, ...]
    plain: tuple[str, ...]
    long: tuple[str, ...]


GOALS = (
    Goal(
        "balance", Got.BALANCE, "your balance",
        ("Balance.", "My balance, please.", "Account balance."),
        ("Can you tell me how much money I have?", "I want to check my balance.", "What does my account stand at?"),
        ("Hello there, I was wondering whether you could tell me how much is in my account at the moment.",
         "Good morning, I just got back from a trip and I would like to know my balance please."),
    ),
    Goal(
        "due date", Got.DUE, "payment is due",
        ("Due date.", "When is my bill due?", "Payment due date, please."),
        ("When do I have to pay my bill?", "What day is my payment due?", "By when do you need my payment?"),
        ("Hi, I don't want to be late again, so could you tell me when my next payment is due?",),
    ),
    Goal(
        "transactions", Got.TRANSACTIONS, "recent transactions",
        ("Recent transactions.", "My transactions, please."),
        ("What did I spend my money on lately?", "Can you read me my last transactions?"),
        ("Hello, I think somebody in my family used my account, can you read me the latest transactions?",),
    ),
    Goal(
        "payment", Got.PAYMENT, "making a payment",
        ("Pay my bill.", "Make a payment.", "I want to pay."),
        ("I'd like to pay something towards my bill.", "Can I make a payment please?"),
        ("Good afternoon, my bill came in the mail today and I would like to pay some of it now if I can.",),
    ),
    Goal(
        "dispute", Got.PERSON, "that dispute",
        ("Dispute a charge.", "A wrong charge."),
        ("There is a charge on my card that I did not make.", "I was charged twice for the same thing."),
        ("Hello, I was looking at my statement and there is a payment to a shop that I have never heard of.",),
    ),
    Goal(
        "lost card", Got.PERSON, "your card",
        ("Lost card.", "My card is gone."),
        ("I lost my card yesterday.", "Somebody stole my wallet with my card in it."),
        ("Hi, I have looked everywhere and I can not find my bank card, I think that I left it on the bus.",),
    ),
    Goal(
        "person", Got.PERSON, "that",
        ("Agent.", "Operator.", "Human, please.", "Representative."),
        ("Can I talk to a real person?", "I want to speak with somebody.", "Put me through to an agent."),
        ("I really do not like talking to machines, can you get me somebody who works there please?",),
    ),
)  # fmt: skip

AMOUNTS = (  # as said, in cents
    ("Fifty dollars.", 5000),
    ("Forty two dollars.", 4200),
    ("A hundred and twenty dollars.", 12000),
    ("Seventy five dollars and fifty cents.", 7550),
    ("Thirty five.", 3500),
)
CORRECTED = (("Fifty, no, sixty dollars.", 6000), ("Forty dollars. Sorry, I mean forty five.", 4500))
