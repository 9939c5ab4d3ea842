"""The vocabulary that flows are declared in: ask, tell, need, do."""

from collections.abc import Callable
from dataclasses import dataclass

from ivr.dialogue.events import FindAccount, FindMobile, Kind, Pay, Rate, Said, SendCode, SendText, TakeCard
from ivr.dialogue.state import Line, Raw, State


def always(_: State) -> bool:
    return True


def no_fields(_: State) -> dict[str, str]:
    return {}


def as_heard(_: State, raw: Raw | None) -> Raw | None:
    return raw


def accept(_: State, __: Raw) -> Line | None:
    return None


def unchanged(state: State, _: Raw) -> State:
    return state


def as_text(_: State, raw: Raw) -> str:
    return str(raw)


@dataclass(frozen=True, slots=True)
class Ask:
    """An item to collect. Its prompts are `<name>.ask`, `<name>.example` and `<name>.keys`.

    `hear(said, asked)` takes the item out of an utterance, asked for or volunteered; `key` out of keys.
    `settle` turns what was heard into a value (None: not usable; it is also tried with nothing heard, for
    items that need no question). `check` answers with the line that refuses a value. `then` follows a settled value.
    `patience` in seconds, where the kind's own is too short.
    """

    name: str
    kind: Kind
    hear: Callable[[Said, bool], Raw | None]
    key: Callable[[str], Raw | None]
    digits: int | None = None
    when: Callable[[State], bool] = always
    settle: Callable[[State, Raw | None], Raw | None] = as_heard
    check: Callable[[State, Raw], Line | None] = accept
    then: Callable[[State, Raw], State] = unchanged
    fields: Callable[[State], dict[str, str]] = no_fields
    show: Callable[[State, Raw], str] = as_text
    secret: bool = False
    volunteer: bool = False
    confirms: bool = False
    noted: bool = True
    patience: float | None = None


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
    """Ask the house for something; the answering event settles `name`."""

    name: str
    act: Callable[[State], Pay | TakeCard | FindAccount | FindMobile | SendCode]
    when: Callable[[State], bool] = always


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
class Flow:
    """A task the bot can finish, read from top to bottom."""

    name: str
    steps: tuple[Step, ...]
