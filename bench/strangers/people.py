"""Who calls: a character, a voice and a line, drawn by a seed."""

import random
from dataclasses import dataclass
from typing import Any

from bench.strangers.goals import AMOUNTS, CORRECTED, GOALS, Goal, Got
from bench.strangers.lines import LINES
from bench.strangers.voices import VOICES, Voice
from ivr.dialogue.verbalize import money, number

OPEN = (
    "how can I help", "what can I do for you", "what you're calling about", "what's my balance or",
    "your balance a payment your due date", "zero for a person", "for transactions",
)  # fmt: skip
PIN = ("PIN", "PIN number", "four digits", "one digit at a time", "PIN number or say it")
DOUBT = ("doesn't match", "try it again", "try once more", "key in the four digits", "you can key in your four digit")
AMOUNT = ("how much would you like to pay", "what amount shall I take", "fifty dollars or", "an amount or the full")
DAY = ("another day", "which day should it go out", "what date would you like", "today or next Friday", "or a date")
AGREED = ("shall I go ahead", "is that right", "yes to pay", "press one to pay")
RECEIPT = ("text you that", "by text message", "as a text", "I'll text it", "shall I text it yes or no")
MORE = ("the ones before", "hear earlier ones", "do you want more", "yes for earlier ones")
TOPIC = ("is this about", "are you calling about", "so that's about", "say yes if it's about")
ELSE = ("anything else", "what else", "is there anything else", "that's all", "no thanks")
RATING = ("one to five", "how was it", "a number from one to five")
AGENT = ("how can I help you today",)

Step = dict[str, Any]


@dataclass(frozen=True)
class Character:
    """How somebody is on the telephone; `pace`: how slowly they speak; `wait`: seconds before their first words."""

    name: str
    words: str = "plain"  # which of a goal's: short, plain, long
    pace: float = 1.0
    wait: float = 0.0
    before: tuple[str, ...] = ()  # said before the wish
    keys: bool = False  # PINs are keyed
    over: tuple[float, str] | None = None  # said that many seconds into what the bot says
    corrects: bool = False
    more: bool = False  # a second wish, when asked what else


CHARACTERS = (
    Character("plain"),
    Character("terse", words="short"),
    Character("rambling", words="long"),
    Character("upset", before=("I have been calling you all day.", "This is the third time that I call.")),
    Character("elderly", words="long", pace=1.35, before=("Um, hello? Yes.",)),
    Character("hurried", words="short", pace=0.85),
    Character("correcting", corrects=True),
    Character("two wishes", more=True),
    Character("silent", wait=7.0),
    Character("by keys", keys=True),
    Character("humming", over=(1.2, "mm hmm")),
)


@dataclass(frozen=True)
class Stranger:
    """One caller: `amount` in cents is what they want to pay, if their goal is a payment."""

    number: int
    goal: Goal
    second: Goal | None
    character: Character
    voice: Voice
    line: str
    pin: str
    amount: int
    replies: tuple[Step, ...]  # `say` is still to be spoken in their voice

    @property
    def goals(self) -> tuple[Goal, ...]:
        return (self.goal, self.second) if self.second else (self.goal,)

    @property
    def label(self) -> str:
        return f"{self.number}: {self.goal.name}, {self.character.name}, {self.voice.name}, {self.line}"


def strangers(many: int, seed: int) -> list[Stranger]:
    """The same ones for the same seed, whatever `many`; goals, characters, voices and lines in all combinations."""
    return [_stranger(number, random.Random(f"{seed}/{number}")) for number in range(many)]


def _stranger(number: int, dice: random.Random) -> Stranger:
    goal, character = dice.choice(GOALS), dice.choice(CHARACTERS)
    others = [one for one in GOALS if one.got is not Got.PERSON and one is not goal and one.got is not Got.PAYMENT]
    second = dice.choice(others) if character.more and goal.got is not Got.PERSON else None
    pin = "".join(dice.choices("0123456789", k=4))
    said, amount = dice.choice(CORRECTED if character.corrects else AMOUNTS)
    replies = _replies(dice, goal, second, character, pin, said, amount)
    return Stranger(
        number, goal, second, character, dice.choice(VOICES), dice.choice(list(LINES)), pin, amount, tuple(replies)
    )


def _replies(
    dice: random.Random, goal: Goal, second: Goal | None, character: Character, pin: str, amount: str, cents: int
) -> list[Step]:
    """What they answer; of several to one question the first comes first, the last as often as is asked."""
    wish, plainly = dice.choice(getattr(goal, character.words)), dice.choice(goal.plain)
    if character.before:
        wish = f"{dice.choice(character.before)} {wish}"
    digits = " ".join(number(int(digit)) for digit in pin)
    first: Step = {"hears": list(OPEN), "times": 1, "say": wish}
    if character.wait:
        first = {"hears": list(OPEN), "times": 1, "pause": character.wait, "say": wish}
    replies: list[Step] = [first, {"hears": list(OPEN), "say": plainly}]
    if not character.keys:
        replies.append({"hears": list(PIN), "times": 1, "say": digits})
    replies += [
        {"hears": [*PIN, *DOUBT], "keys": pin},
        {"hears": [f"{start} {one.topic}" for one in (goal, second) if one for start in TOPIC], "say": "Yes."},
        {"hears": list(TOPIC), "say": "No."},
        {"hears": list(AMOUNT), "say": amount},
        {"hears": list(DAY), "say": "Today."},
        {
            "hears": list(AGREED),
            "given": read_back(cents),
            "say": dice.choice(("Yes.", "Yes please.", "Yes, go ahead.")),
        },
        {"hears": list(AGREED), "say": f"No, {money(cents)}."},
        {"hears": [*RECEIPT, *MORE], "say": dice.choice(("No.", "No thank you."))},
        {"hears": list(RATING), "keys": str(dice.randint(1, 5)), "ends": True},
        {"hears": list(AGENT), "say": plainly},
    ]
    if second:
        replies.append({"hears": list(ELSE), "times": 1, "say": dice.choice(second.plain)})
    replies.append(
        {"hears": list(ELSE), "say": dice.choice(("No.", "No, that's all.", "No thanks, that is everything."))}
    )
    replies.append({"hears": ["goodbye"], "hang_up": None, "ends": True})
    if character.over:
        after, hum = character.over
        replies.append({"over": after, "times": 3, "say": hum})
    return replies


def read_back(cents: int) -> list[str]:
    """How the bot's reading of an amount may be written down by whoever hears it, up to the next word."""
    dollars, rest = divmod(cents, 100)
    figures = [f"${dollars}.{rest:02}", f"{dollars} dollars and {rest} cents"]
    forms = [money(cents), *figures] if rest else [money(cents), f"${dollars}", f"${dollars}.00"]
    if not rest:
        forms.append(f"{dollars} dollars")
    leads = ("that's", "I'll take", "so it's", "it's", "to pay", "pay")
    return [f"{lead} {form} {after}" for lead in leads for form in forms for after in ("from", "by")]
