"""The state of a conversation: plain data that goes to JSON and back unchanged."""

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any, Literal, Self

from ivr.dialogue.facts import Facts, Transaction

Phase = Literal["new", "asking", "waiting", "card", "gone", "ended"]
Raw = str | int | bool


@dataclass(frozen=True, slots=True)
class Task:
    """One flow under way: what the caller gave for it (`given`) and what is settled (`slots`)."""

    flow: str
    given: dict[str, Raw] = field(default_factory=dict)
    slots: dict[str, Raw] = field(default_factory=dict)

    def give(self, name: str, value: Raw) -> Self:
        return replace(self, given={**self.given, name: value})

    def settle(self, name: str, value: Raw) -> Self:
        return replace(self, slots={**self.slots, name: value})

    def drop(self, *names: str) -> Self:
        """Forget the named items, given and settled."""
        return replace(self, given=_without(self.given, names), slots=_without(self.slots, names))


@dataclass(frozen=True, slots=True)
class Line:
    """A prompt with its fields, before a wording is chosen."""

    prompt: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """The whole conversation. `phase`: asking (we listen), waiting (for a query's result), card (the carrier
    takes a card), gone (handed off), ended (hung up). `question` names the item that was asked. `codes`: one-time
    codes can be sent; `texts`: the number on file can be sent a text; `by_code`: one of the codes verified them."""

    phase: Phase = "new"
    today: date = date.min
    company: str = ""
    on_file: bool = False
    account: str | None = None
    verified: bool = False
    wrong_pins: int = 0
    codes: bool = False
    texts: bool = True
    by_code: bool = False
    tasks: tuple[Task, ...] = (Task("open"),)
    question: str = ""
    facts: Facts | None = None
    slow: bool = False
    cut: bool = False
    turn: int = 0
    missed: int = 0
    silences: int = 0
    stalls: int = 0
    uses: dict[str, int] = field(default_factory=dict)
    last: tuple[Line, ...] = ()
    wanted: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    braked: tuple[str, ...] = ()
    noted: dict[str, str] = field(default_factory=dict)
    later: dict[str, Any] = field(default_factory=dict)  # what a newer version keeps here: handed on unread

    @property
    def task(self) -> Task:
        return self.tasks[-1]

    def with_task(self, task: Task) -> Self:
        """The same conversation with its uppermost task replaced."""
        return replace(self, tasks=(*self.tasks[:-1], task))

    def note(self, name: str, value: str) -> Self:
        return replace(self, noted={**self.noted, name: value})

    def to_json(self) -> dict[str, Any]:
        """Only strings, numbers, booleans, None, lists and dicts."""
        data = asdict(self)
        data["today"] = self.today.isoformat()
        data["facts"] = None if self.facts is None else _facts_to_json(self.facts)
        data["tasks"] = [asdict(task) for task in self.tasks]
        data["last"] = [asdict(line) for line in self.last]
        for name in ("wanted", "done", "braked"):
            data[name] = list(data[name])
        return {**data.pop("later"), **data}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Back from `to_json`. While a newer version runs beside us, its unknown keys are kept or passed over."""
        known = _known(cls, data)
        return cls(
            **{
                **known,
                "today": date.fromisoformat(data["today"]),
                "facts": None if data["facts"] is None else _facts_from_json(data["facts"]),
                "tasks": tuple(Task(**_known(Task, task)) for task in data["tasks"]),
                "last": tuple(Line(**_known(Line, line)) for line in data["last"]),
                **{name: tuple(data[name]) for name in ("wanted", "done", "braked")},
                "later": {name: value for name, value in data.items() if name not in known},
            }
        )


def _known(kind: type[Any], data: dict[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in data.items() if name in names}


def _without(items: dict[str, Raw], names: tuple[str, ...]) -> dict[str, Raw]:
    return {name: value for name, value in items.items() if name not in names}


def _facts_to_json(facts: Facts) -> dict[str, Any]:
    return {
        **_without(asdict(facts), ("funds", "locked")),
        "due_on": facts.due_on and facts.due_on.isoformat(),
        "sources": list(facts.sources),
        "transactions": [{**asdict(t), "on": t.on.isoformat()} for t in facts.transactions],
    }


def _facts_from_json(data: dict[str, Any]) -> Facts:
    rows = data["transactions"]
    return Facts(
        **{
            **_known(Facts, data),
            "due_on": data["due_on"] and date.fromisoformat(data["due_on"]),
            "sources": tuple(data["sources"]),
            "transactions": tuple(
                Transaction(**{**_known(Transaction, t), "on": date.fromisoformat(t["on"])}) for t in rows
            ),
        }
    )
