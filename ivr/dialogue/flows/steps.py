"""What a flow is made of: the steps that are played from top to bottom, and what is declared around them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ivr.dialogue.actions import AnswerKind, Query, Rate, SendText, TakeCard
from ivr.dialogue.events import Said
from ivr.dialogue.state import Line, Raw, State
from ivr.redaction import Named


def always(_: State) -> bool:
    return True


def never(_: State) -> bool:
    return False


def no_fields(_: State) -> dict[str, str]:
    return {}


def as_given(_: State, raw: Raw | None) -> Raw | None:
    return raw


def accept(_: State, __: Raw) -> Line | None:
    return None


def unchanged(state: State, _: Any) -> State:
    return state


def as_text(_: State, raw: Raw) -> str:
    return str(raw)


@dataclass(frozen=True, slots=True)
class Ask:
    """An item to collect. Its prompts are `<name>.ask`, `<name>.example` and `<name>.keys`.

    `extract(said, asked)` takes the item out of an utterance, asked for or volunteered; `extract_keyed` out of keys.
    `settle` turns what was extracted into a value (None: not usable; it is also tried with nothing extracted, for
    items that need no question). `check` gives the line that refuses a value. `then` follows a settled value.
    `offer`: a question that may be left out, and counts as refused, where enough has been said already.
    `label`: the item's name in the brief, where it is not its own. `no_input_timeout` in seconds, where the kind's own
    is too short. `looked_for`: callers may have to find it first, and are told to take their time. `digits_mean`: what
    digits in the answer are to whoever writes it down; None: its words tell.
    """

    name: str
    kind: AnswerKind
    extract: Callable[[Said, bool], Raw | None]
    extract_keyed: Callable[[str], Raw | None]
    digits: int | None = None
    when: Callable[[State], bool] = always
    settle: Callable[[State, Raw | None], Raw | None] = as_given
    check: Callable[[State, Raw], Line | None] = accept
    then: Callable[[State, Raw], State] = unchanged
    fields: Callable[[State], dict[str, str]] = no_fields
    show: Callable[[State, Raw], str] = as_text
    secret: bool = False
    volunteer: bool = False
    confirms: bool = False
    noted: bool = True
    offer: bool = False
    label: str = ""
    digits_mean: Named | None = None
    no_input_timeout: float | None = None
    looked_for: bool = False


@dataclass(frozen=True, slots=True)
class Tell:
    """Something to say once, with no answer expected."""

    name: str
    fields: Callable[[State], dict[str, str]] = no_fields
    when: Callable[[State], bool] = always


@dataclass(frozen=True, slots=True)
class Verified:
    """Go on only with a verified caller; otherwise the verify flow comes first."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """Go on only with the ledger's facts."""


@dataclass(frozen=True, slots=True)
class Do:
    """Have something done outside the dialogue. `then` applies its result, an event of the type `result`, and settles
    `name` or what takes its place; results that ask for more than that are in `ivr.dialogue.results`."""

    name: str
    act: Callable[[State], Query | TakeCard]
    when: Callable[[State], bool] = always
    result: type[Any] | None = None
    then: Callable[[State, Any], State] = unchanged


@dataclass(frozen=True, slots=True)
class Send:
    """Something to do beside the talk, once; `told`: and say so."""

    name: str
    act: Callable[[State], SendText | Rate]
    when: Callable[[State], bool] = always
    told: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """Here the line can do no more: a person comes, for this reason."""

    reason: str
    when: Callable[[State], bool]


Step = Ask | Tell | Verified | Fetch | Do | Send | Person


@dataclass(frozen=True, slots=True)
class SelfService:
    """What makes a flow one that callers ask for: the intent of the flow's name starts it.

    `key`: its key in the menu. `brief`: what the agent's brief says came of it, "wanted the balance". `failed`: what it
    says where the flow itself gave up and brought a person.
    """

    key: str
    brief: Callable[[State], str]
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """A task that the bot takes a caller through.

    `title` and `after` (what follows the last step) are for `docs/flows.md`. `commit`: the item that, once settled,
    has changed the ledger; the flow counts as done with it, and collects nothing more. `undone`: the prompt that says
    so when it is dropped before. `unfinished`: whether a caller who hangs up in its midst goes without.
    """

    name: str
    title: str
    steps: tuple[Step, ...]
    self_service: SelfService | None = None
    commit: str = ""
    undone: str = ""
    unfinished: Callable[[State], bool] = never
    after: str = "back to what was under way, or anything else"

    @property
    def asks(self) -> tuple[Ask, ...]:
        """The items that it collects."""
        return tuple(step for step in self.steps if isinstance(step, Ask))

    def ask(self, name: str) -> Ask:
        """The item of this name."""
        return next(ask for ask in self.asks if ask.name == name)
