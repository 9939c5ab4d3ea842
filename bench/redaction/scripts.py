"""What is said in a call with secrets: who, in which fragments, and which of them are secret.

A fragment is rendered by itself, so that it is known to the sample where a secret begins and ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Literal

Category = Literal["amount", "date", "other"]
Who = Literal["bot", "caller", "agent"]

DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
PASSWORDS = ("sunflower", "blue mountain", "chocolate", "rainbow seven", "elephant", "lighthouse", "purple garden")


@dataclass(frozen=True, slots=True)
class Secret:
    """`told`: what would give it away, digits or words."""

    kind: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fragment:
    """Words said in one breath; a secret, or ordinary ones of a category."""

    text: str
    secret: Secret | None = None
    category: Category = "other"


@dataclass(frozen=True, slots=True)
class Saying:
    """One utterance. `asked`: what the bot waits for; `keys`: pressed instead of said."""

    who: Who
    fragments: tuple[Fragment, ...]
    asked: str | None = None
    keys: str = ""
    secret: Secret | None = field(default=None)  # of the keys


def plain(text: str, category: Category = "other") -> Fragment:
    return Fragment(text, category=category)


def number_words(value: int) -> str:
    """0 to 99 in words."""
    if value < 10:
        return DIGITS[value]
    if value < 20:
        return TEENS[value - 10]
    return TENS[value // 10 - 2] + (f" {DIGITS[value % 10]}" if value % 10 else "")


def ordinal(day: int) -> str:
    if day <= 20:
        return ORDINALS[day - 1]
    return "thirtieth" if day == 30 else f"{TENS[day // 10 - 2]} {ORDINALS[day % 10 - 1]}"


class Writer:
    """Draws scripts; the same seed gives the same calls."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)

    def script(self) -> list[Saying]:
        """A call: the bot first, then a person; three to five secrets among ordinary words."""
        parts = [self.pin_asked, self.pin_by_itself, self.pin_keyed, self.password_by_itself, self.code_asked]
        later = [self.card, self.card_repeated, self.social, self.insurance, self.birth_asked, self.birth_by_itself]
        later += [self.cvv_asked, self.password_asked, self.code_by_agent]
        said = [Saying("bot", (plain("Hello, you speak with the automated assistant. How can I help?"),))]
        said += [self.ordinary("caller")]
        for part in self.chance.sample(parts, self.chance.choice([1, 2])):
            said += [*part(), self.ordinary("bot"), self.ordinary("caller")]
        said += [Saying("agent", (plain("Thanks for holding, this is the lending team."),)), self.ordinary("caller")]
        for part in self.chance.sample(later, self.chance.choice([2, 3])):
            said += [*part(), self.ordinary("agent"), self.ordinary("caller")]
        return [*said, Saying("agent", (plain("Thank you for calling. Goodbye."),))]

    # --- ordinary words ---

    def ordinary(self, who: Who) -> Saying:
        amount, day = self.amount(), self.date()
        choices: dict[Who, list[tuple[Fragment, ...]]] = {
            "caller": [
                (plain("I paid"), plain(amount, "amount"), plain("on"), plain(day, "date"), plain("by bank transfer.")),
                (plain("Can I pay"), plain(amount, "amount"), plain("next week instead?")),
                (plain("When is my next payment due?"),),
                (plain("The letter says that I owe"), plain(f"{amount}.", "amount")),
                (plain("I would like to move the date to"), plain(f"{day}.", "date")),
                (plain("My heating was repaired, so money was short this month."),),
                (plain("Could you send me the statement by post?"),),
            ],
            "bot": [
                (plain("Your balance is"), plain(f"{amount}.", "amount")),
                (plain("Your next payment is due on"), plain(f"{day}.", "date")),
                (plain("Is there anything else that I can do for you?"),),
            ],
            "agent": [
                (plain("I can see a payment of"), plain(amount, "amount"), plain("on"), plain(f"{day}.", "date")),
                (plain("We can split it into two parts of"), plain(f"{amount}.", "amount")),
                (plain("Let me look that up for you, one moment please."),),
                (plain("I have made a note that you call us back after"), plain(f"{day}.", "date")),
            ],
        }
        return Saying(who, self.chance.choice(choices[who]))

    def amount(self) -> str:
        dollars = self.chance.choice([number_words(self.chance.randrange(11, 100)), self.hundreds()])
        cents = self.chance.choice(["", f" and {number_words(self.chance.randrange(11, 100))} cents"])
        return f"{dollars} dollars{cents}"

    def hundreds(self) -> str:
        return f"{DIGITS[self.chance.randrange(2, 10)]} hundred and {number_words(self.chance.randrange(11, 100))}"

    def date(self) -> str:
        day, month = ordinal(self.chance.randrange(1, 29)), self.chance.choice(MONTHS)
        return self.chance.choice([f"the {day} of {month}", f"{month} {day}"])

    # --- secrets ---

    def digits(self, count: int) -> str:
        return "".join(self.chance.choice("0123456789") for _ in range(count))

    def spoken(self, digits: str, group: int = 0) -> str:
        """Digit by digit, in pairs, with "double" and "oh", with a pause after each group."""
        style, words = self.chance.choice(["single", "single", "pairs", "double"]), list[str]()
        for first in range(0, len(digits), group or len(digits)):
            words.append(" ".join(self._said(digits[first : first + (group or len(digits))], style)))
        return ", ".join(words)

    def _said(self, digits: str, style: str) -> Iterator[str]:
        while digits:
            pair = digits[:2]
            if style == "pairs" and len(pair) == 2 and pair[0] > "1" and pair[1] != "0":
                yield number_words(int(pair))
            elif style == "double" and len(pair) == 2 and pair[0] == pair[1]:
                yield f"double {DIGITS[int(pair[0])]}"
            else:
                pair = pair[0]
                yield self.chance.choice(["zero", "oh"]) if pair == "0" else DIGITS[int(pair)]
            digits = digits[len(pair) :]

    def secret(self, kind: str, digits: str, group: int = 0, end: str = "") -> Fragment:
        return Fragment(self.spoken(digits, group) + end, Secret(kind, (digits,)))

    def pin_asked(self) -> list[Saying]:
        return [
            Saying("bot", (plain("Please say your four digit PIN."),)),
            Saying("caller", (self.secret("pin", self.digits(4), end="."),), asked="pin"),
        ]

    def pin_by_itself(self) -> list[Saying]:
        pin = self.secret("pin", self.digits(4))
        before, after = plain("Hi, my PIN is"), plain("and I want to know when I have to pay.")
        return [
            Saying("caller", self.chance.choice([(before, pin, after), (pin, plain("is my PIN, is that enough?"))]))
        ]

    def pin_keyed(self) -> list[Saying]:
        pin = self.digits(4)
        return [
            Saying("bot", (plain("Please key in your PIN."),)),
            Saying("caller", (), asked="pin", keys=pin, secret=Secret("keyed", (pin,))),
        ]

    def code_asked(self) -> list[Saying]:
        return [
            Saying("bot", (plain("I have texted you a code. Please read it to me."),)),
            Saying("caller", (plain("It's"), self.secret("code", self.digits(6), 3, end=".")), asked="code"),
        ]

    def code_by_agent(self) -> list[Saying]:
        code = self.secret("code", self.digits(6), 3)
        return [
            Saying("agent", (plain("The verification code that I have sent you is"), code, plain("is that right?"))),
            Saying("caller", (plain("Yes, that is what it says."),)),
        ]

    def password_by_itself(self) -> list[Saying]:
        word = self.chance.choice(PASSWORDS)
        secret = Fragment(f"{word}.", Secret("password", tuple(word.split()[:1])))
        return [Saying("caller", (plain("My password is"), secret, plain("Does that help you?")))]

    def password_asked(self) -> list[Saying]:
        word = self.chance.choice(PASSWORDS)
        secret = Fragment(f"{word.capitalize()}.", Secret("password", tuple(word.split()[:1])))
        return [
            Saying("agent", (plain("And what is the password on the account?"),)),
            Saying("caller", (secret,)),
        ]

    def card_number(self) -> str:
        head = self.chance.choice("456") + self.digits(14)
        total = sum(d * 2 - 9 * (d > 4) if at % 2 == 0 else d for at, d in enumerate(map(int, head)))
        return head + str(-total % 10)

    def card(self) -> list[Saying]:
        number = self.secret("card", self.card_number(), 4, end=".")
        return [
            Saying("agent", (plain("Can you give me the card number please?"),)),
            Saying("caller", self.chance.choice([(number,), (plain("Sure, it's"), number)])),
        ]

    def card_repeated(self) -> list[Saying]:
        digits = self.card_number()
        return [
            Saying("caller", (plain("I can pay by card, the number is"), self.secret("card", digits, 4, end="."))),
            Saying("agent", (plain("So that is"), self.secret("card", digits, 4), plain("thank you very much."))),
        ]

    def cvv_asked(self) -> list[Saying]:
        return [
            Saying("agent", (plain("And the three digits on the back of the card?"),)),
            Saying("caller", (self.secret("cvv", self.digits(3), end="."),)),
        ]

    def social(self) -> list[Saying]:
        number = self.secret("id", self.digits(9), 3)
        return [Saying("caller", (plain("My social security number is"), number, plain("if you need it.")))]

    def insurance(self) -> list[Saying]:
        digits = self.digits(6)
        letters = [self.chance.choice("ABCEHJKLMPRSTWX") for _ in range(3)]
        said = f"{letters[0]} {letters[1]}, {self.spoken(digits, 2)}, {self.chance.choice('ABCD')}."
        secret = Fragment(said, Secret("id", (digits,)))
        return [
            Saying("agent", (plain("What is your national insurance number?"),)),
            Saying("caller", (plain("It's"), secret)),
        ]

    def birth(self) -> Fragment:
        day, month, year = self.chance.randrange(1, 29), self.chance.choice(MONTHS), self.chance.randrange(41, 99)
        date = self.chance.choice([f"the {ordinal(day)} of {month}", f"{month} {ordinal(day)}"])
        return Fragment(f"{date}, nineteen {number_words(year)}", Secret("birth", (month.lower(), f"19{year}")))

    def birth_asked(self) -> list[Saying]:
        return [
            Saying("agent", (plain("And your date of birth, please?"),)),
            Saying("caller", self.chance.choice([(self.birth(),), (plain("That's"), self.birth())])),
        ]

    def birth_by_itself(self) -> list[Saying]:
        return [Saying("caller", (plain("I was born on"), self.birth(), plain("and I have been with you for years.")))]
