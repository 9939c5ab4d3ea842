"""Callers: what they want, how they answer, how patient they are, and what they do when somebody rings them back."""

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from ivr.dialogue.actions import AnswerKind
from ivr.dialogue.meaning import Meaning

if TYPE_CHECKING:
    from bench.simulation.leg import Leg

PIN = "4821"
GOALS = ("balance", "payment", "person", "dispute", "silent", "mumble")
OFTEN = (4, 5, 4, 2, 1, 1)
MEANINGS: dict[str, Meaning] = {
    "what's my balance": Meaning("balance", 0.95),
    "I'd like to pay my bill": Meaning("payment", 0.95),
    "let me talk to a person": Meaning("human_agent", 0.95),
    "I want to dispute a charge": Meaning("dispute", 0.95),
    "brumble the fen": Meaning("smalltalk", 0.1),
    "yes": Meaning("yes", 0.95, yes_no=True),
    "no": Meaning("no", 0.95, yes_no=False),
    "the minimum": Meaning("payment", 0.9, share="minimum"),
    "that's all, bye": Meaning("goodbye", 0.95),
    PIN: Meaning("digits", 0.9, digits=PIN),
}
OPEN = {
    "balance": "what's my balance",
    "payment": "I'd like to pay my bill",
    "person": "let me talk to a person",
    "dispute": "I want to dispute a charge",
    "mumble": "brumble the fen",
}


def understand(text: str, expect: AnswerKind, today: date) -> Meaning:
    """What these callers' words mean; a day is always today."""
    if text == "today":
        return Meaning("payment", 0.9, dates=(today,))
    return MEANINGS.get(text, MEANINGS["brumble the fen"])


@dataclass
class Caller:
    """Number `call` of this world, from `phone`."""

    call: int
    phone: str
    dice: Random
    is_caller: bool = True
    name: str = "caller"
    wants: str = field(init=False)
    asked: int = 0
    content: bool = False
    left_none: bool = False  # they were asked for a message, and left none
    talked: float | None = None
    leg: "Leg | None" = None

    def __post_init__(self) -> None:
        self.wants = self.dice.choices(GOALS, OFTEN)[0]
        self.patience = self.dice.expovariate(1 / 400) + 8

    def answers(self, kind: AnswerKind, digits: int | None) -> tuple[float, str, bool] | None:
        """After how many seconds, what, and whether by keys; None: nothing."""
        if self.wants == "silent" or self.dice.random() < 0.04:
            return None
        after = self.dice.uniform(0.4, 2.5)
        match kind:
            case "yes-no":
                return after, self.dice.choices(("yes", "no"), (9, 1))[0], False
            case "digits":
                right = self.dice.random() < 0.9
                return after + 2.0, PIN if right else "0000", self.dice.random() < 0.7
            case "money":
                return after, "the minimum", False
            case "date":
                return after, "today", False
            case _:
                self.asked += 1
                done = self.asked > 1 and self.wants in ("balance", "payment") and self.dice.random() < 0.7
                return after, "that's all, bye" if done else OPEN[self.wants], False

    def interrupts(self, length: float) -> float | None:
        """After how many seconds of a sentence they speak over it, and say no word that is understood."""
        return self.dice.uniform(0.2, 0.9) * length if self.dice.random() < 0.03 else None

    # --- on the carrier's own questions ---

    def keys(self, leg: "Leg", url: str) -> tuple[float, str] | None:
        after, luck = self.dice.uniform(0.5, 5.0), self.dice.random()
        match urlsplit(url).path.rpartition("/")[2]:
            case "key":
                return (after, "0") if luck < 0.12 else None
            case "choice":
                return (after, "1") if luck < 0.5 else None
            case "number" | "other" | "confirm":
                return (after, "1") if luck < 0.9 else None
            case "keyed":
                return after, f"{self.phone[2:]}#"
            case "keys":
                return self._turn_keys(url)
            case "stays":
                if self.content and luck < 0.85:
                    self.leaves(leg, after)
                return None
            case _:
                return (after, "1") if "/confirm/" in url else None

    def _turn_keys(self, url: str) -> tuple[float, str] | None:
        asked = parse_qs(urlsplit(url).query)
        if "first" in asked:
            return 0.5, PIN[1:]
        digits = asked.get("kind", [""])[0] == "digits"
        return (1.0, PIN[0]) if digits and self.dice.random() < 0.5 else None

    def speaks(self, leg: "Leg", url: str) -> tuple[float, str] | None:
        if url.endswith("/voice/message"):
            self.left_none = self.dice.random() < 0.15
            return None if self.left_none else (self.dice.uniform(3, 30), "please call me")
        kind = parse_qs(urlsplit(url).query).get("kind", ["open"])[0]
        said = self.answers(kind, None)  # type: ignore[arg-type]
        return None if said is None else (1.0, said[1])

    def meets(self, leg: "Leg") -> None:
        """An agent: they talk for a while, and then one of them has enough."""
        self.talked = leg.exchange.time.time()
        leg.note("talks with somebody")
        leg.exchange.time.call_later(self.dice.uniform(15, 120), self._has_enough, leg)
        leg.exchange.time.call_later(12.0, self._is_content)

    def _is_content(self) -> None:
        self.content = True

    def _has_enough(self, leg: "Leg") -> None:
        if self.dice.random() < 0.5:
            leg.hang_up()

    def leaves(self, leg: "Leg", after: float) -> None:
        leg.exchange.time.call_later(after, leg.hang_up)

    def picks_up(self, leg: "Leg") -> str | None:
        """Our call: they have one telephone."""
        if self.leg is not None and not self.leg.over:
            return "busy"
        leg.rest(self.dice.uniform(2, 12))
        if self.dice.random() < 0.2:
            return "no-answer"
        self.leg = leg
        return None
