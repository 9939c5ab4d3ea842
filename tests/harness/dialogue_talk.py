"""A caller and the bot on paper: play what the caller does, look at what the bot says and wants."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from ivr.dialogue.actions import (
    Action,
    CheckCode,
    CheckPin,
    FindAccount,
    FindMobile,
    HandOff,
    HangUp,
    Listen,
    LookUp,
    Pay,
    Say,
    SendCode,
    TakeCard,
)
from ivr.dialogue.events import CodeChecked, CodeSent, Event, Found, Keyed, MobileFound, Paid, PinChecked, Said, Started
from ivr.dialogue.facts import Facts, Transaction
from ivr.dialogue.machine import State, begin, step
from ivr.dialogue.meaning import Meaning

TODAY = date(2026, 3, 2)
ROWS = tuple(
    Transaction(date(2026, 2, day), text, amount)
    for day, text, amount in (
        (3, "Bakery", 700),
        (9, "Cinema", 1850),
        (12, "Grocer", 4321),
        (20, "Garage", 12000),
        (27, "Books", 2599),
    )
)
FACTS = Facts(24517, "USD", True, 24517, 3500, date(2026, 3, 9), ("checking", "savings"), ROWS)
ENDINGS = (FindAccount, CheckPin, FindMobile, SendCode, CheckCode, LookUp, Pay, Listen, HandOff, TakeCard, HangUp)


def said(text: str, intent: str = "out_of_scope", sure: float = 0.95, heard: float = 0.9, **items: Any) -> Said:
    """An utterance as the line would understand it; `sure` of the intent, `heard` by the recogniser."""
    return Said(text, heard, Meaning(intent, sure, **items))


YES = said("yes", "yes", yes_no=True)
NO = said("no", "no", yes_no=False)
MUMBLE = said("brumble the fen", "smalltalk", sure=0.1, heard=0.3)
BALANCE = said("what's my balance", "balance")
PAY = said("I'd like to pay my bill", "payment")
DUE = said("when is my payment due", "due_date")
RECENT = said("my recent transactions", "transactions")
BYE = said("that's all, bye", "goodbye")
PIN = said("four eight two one", digits="4821")


class Talk:
    """Plays a conversation; the house around it knows one account, PIN 4821, and sends the code 700193."""

    def __init__(
        self, on_file: bool = True, facts: Facts = FACTS, paying: Event | None = None, codes: bool = False
    ) -> None:
        self.state: State = begin()
        self.facts = facts
        self.paying = paying
        self.tail, self.texting = "0001", True
        self.actions: tuple[Action, ...] = ()
        self.all: list[Action] = []
        self.play(Started(TODAY, "A1" if on_file else None, "Lakeside Credit", codes=codes))

    def play(self, *events: Event | str) -> "Talk":
        """Let these happen one after the other, a str being keys; the house answers its queries by itself."""
        for event in events:
            self._step(Keyed(event) if isinstance(event, str) else event)
            while (answer := self._answer()) is not None:
                said_before = self.actions[:-1]
                self._step(answer)
                self.actions = (*said_before, *self.actions)
        return self

    def _step(self, event: Event) -> None:
        self.state, self.actions = step(self.state, event)
        self.state = State.from_json(self.state.to_json())
        self.all.extend(self.actions)

    def _answer(self) -> Event | None:
        match self.last:
            case FindAccount(number=number):
                return Found("A1" if number == "95381901" else None)
            case CheckPin(pin=pin):
                return PinChecked(pin == "4821")
            case FindMobile():
                return MobileFound(self.tail)
            case SendCode():
                return CodeSent(self.texting)
            case CheckCode(code=code):
                return CodeChecked(code == "700193")
            case LookUp():
                return self.facts
            case Pay() as pay:
                return self.paying or Paid("W40K", pay.amount, pay.on)
            case _:
                return None

    @property
    def last(self) -> Action:
        return self.actions[-1]

    @property
    def says(self) -> list[str]:
        return [action.text for action in self.actions if isinstance(action, Say)]

    @property
    def prompts(self) -> list[str]:
        return [action.prompt for action in self.actions if isinstance(action, Say)]

    @property
    def handoff(self) -> HandOff:
        assert isinstance(self.last, HandOff), self.actions
        return self.last

    def of(self, kind: type[Action]) -> Sequence[Action]:
        """All actions of this kind since the call began."""
        return [action for action in self.all if isinstance(action, kind)]


def verified(**options: Any) -> Talk:
    """A talk whose caller gave the PIN and heard the balance."""
    return Talk(**options).play(BALANCE, PIN)
