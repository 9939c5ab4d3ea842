"""A call as a short YAML file: who calls, what he does, and what must have come of it."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from switch.phones.script import ScriptError
from switch.phones.script_reader import read_script

AGENTS = ("accepts", "declines", "absent")
DEFAULT_PIN = "2749"
TASKS = {"balance": "your balance is", "payment": "your confirmation number is"}  # the words that finish a task
MOST = {"balance": 3, "payment": 5}  # caller turns from the question of who calls


class CallFileError(ValueError):
    """A call that cannot be played: names the file, the field and what to write instead."""


@dataclass(frozen=True, slots=True)
class Customer:
    """The account the call is about. Money in minor units; `calls_from_it`: the number calling is the one on file."""

    pin: str = DEFAULT_PIN
    number: str | None = None
    balance: int = 245017
    minimum: int = 3500
    owed: bool = True
    funds: tuple[tuple[str, int], ...] = (("checking", 380000), ("savings", 1250000))
    transactions: tuple[tuple[int, str, int], ...] = (
        (2, "Corner Grocery", 4218),
        (4, "City Transit", 2750),
        (9, "Payment, thank you", -15000),
        (12, "Blue Door Books", 3199),
        (20, "Lakeside Dental", 18000),
    )
    calls_from_it: bool = True


@dataclass(frozen=True, slots=True)
class ExpectedPayment:
    """`days` from today; None where it does not matter."""

    amount: int
    state: str = "made"
    source: str | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Turns:
    """At most so many caller turns from the question of who calls until the bot says `until`."""

    until: str
    at_most: int


@dataclass(frozen=True, slots=True)
class Expected:
    """What must have come of the call. None: it does not matter."""

    says: tuple[str, ...] = ()
    never_says: tuple[str, ...] = ()
    hears: tuple[str, ...] = ()
    heard_out: tuple[str, ...] = ()
    outcome: str | None = None
    handoff: dict[str, Any] | None = None
    payments: tuple[ExpectedPayment, ...] | None = None
    balance: int | None = None
    turns: Turns | None = None
    rating: int | None = None
    problems: tuple[str, ...] = ()
    call_back: str | None = None
    message: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallFile:
    """One file. `settings` other than the suite's own need a house of their own; `call_back`: his script when rung."""

    name: str
    about: str
    script: dict[str, Any]
    expect: Expected
    agent: str | None = None
    call_back: dict[str, Any] | None = None
    account: Customer = field(default_factory=Customer)
    settings: dict[str, str] = field(default_factory=dict)
    quick: bool = False


def load_call(path: Path) -> CallFile:
    """Read one file. Raises CallFileError."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise CallFileError(f"{path.name}{where}: not YAML: {problem}") from error
    return read_call(data, path.name)


def read_call(data: Any, name: str) -> CallFile:
    """A call from plain data; `name` stands in the errors."""
    fields = _Fields(name, data, "the file", _FILE)
    agent = fields.get("agent", str, None)
    if agent not in (None, *AGENTS):
        raise fields.wrong("agent", agent, f"write one of {', '.join(AGENTS)}, or leave it out: nobody is at the desk")
    script = _script(fields.need("script", (dict, list), "the caller's steps"), f"{name}, script")
    return CallFile(
        name=name.removesuffix(".yaml"),
        about=fields.need("about", str, "one line that says what happens"),
        script=script,
        agent=agent,
        call_back=_call_back(fields, script, name),
        account=_customer(_Fields(name, fields.get("account", dict, {}), "account", _names(Customer))),
        expect=_expected(_Fields(name, fields.need("expect", dict, "what must come of the call"), "expect", _EXPECT)),
        settings={str(k): str(v) for k, v in fields.get("settings", dict, {}).items()},
        quick=fields.get("quick", bool, False),
    )


def _call_back(fields: "_Fields", script: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The same voice answers the telephone."""
    steps = fields.get("call_back", list, None)
    if steps is None:
        return None
    if "answer" not in steps:
        raise fields.wrong("call_back", steps, "begin it with answer: his phone rings")
    return _script({**script, "steps": steps}, f"{name}, call_back")


def _script(script: dict[str, Any] | list[Any], where: str) -> dict[str, Any]:
    try:
        read_script(script, where)
    except ScriptError as error:
        raise CallFileError(str(error)) from error
    return script if isinstance(script, dict) else {"steps": script}


def _customer(fields: "_Fields") -> Customer:
    pin, number = fields.get("pin", str, DEFAULT_PIN), fields.get("number", str, None)
    if len(pin) != 4 or not pin.isdigit():
        raise fields.wrong("pin", pin, 'write four digits in quotes, such as "2749"')
    plain = Customer()
    funds = fields.get("funds", dict, None)
    rows = fields.get("transactions", list, None)
    return Customer(
        pin=pin,
        number=number,
        balance=fields.money("balance", plain.balance),
        minimum=fields.money("minimum", plain.minimum),
        owed=fields.get("owed", bool, True),
        funds=plain.funds if funds is None else tuple((str(k), _minor(fields, "funds", v)) for k, v in funds.items()),
        transactions=plain.transactions if rows is None else tuple(_row(fields, row) for row in rows),
        calls_from_it=fields.get("calls_from_it", bool, True),
    )


def _row(fields: "_Fields", row: Any) -> tuple[int, str, int]:
    if not isinstance(row, list) or len(row) != 3 or not isinstance(row[0], int):
        raise fields.wrong("transactions", row, 'write [days ago, text, amount], such as [2, "Corner Grocery", 42.18]')
    return row[0], str(row[1]), _minor(fields, "transactions", row[2])


def _expected(fields: "_Fields") -> Expected:
    payments = fields.get("payments", list, None)
    handoff = fields.get("handoff", dict, None)
    if strange := [key for key in handoff or {} if key not in ("reason", "state", "summary", "brief", "accepted")]:
        raise fields.wrong("handoff", strange[0], "write reason, state, summary, brief, accepted")
    turns = fields.get("turns", dict, None)
    if turns is not None and set(turns) != {"until", "at_most"}:
        raise fields.wrong("turns", turns, "write {until: words of the bot, at_most: number}")
    return Expected(
        **{name: fields.words(name) for name in ("says", "never_says", "hears", "heard_out", "problems", "message")},
        outcome=fields.get("outcome", str, None),
        handoff=handoff,
        payments=None if payments is None else tuple(_payment(fields, item) for item in payments),
        balance=None if fields.get("balance", (int, float, str), None) is None else fields.money("balance", 0),
        turns=None if turns is None else Turns(str(turns["until"]), int(turns["at_most"])),
        rating=fields.get("rating", int, None),
        call_back=fields.get("call_back", str, None),
    )


def _payment(fields: "_Fields", item: Any) -> ExpectedPayment:
    if not isinstance(item, dict) or "amount" not in item or set(item) - {"amount", "state", "source", "days"}:
        raise fields.wrong("payments", item, "write {amount: 50.00, state: made, source: checking, days: 0}")
    return ExpectedPayment(
        _minor(fields, "payments", item["amount"]), item.get("state", "made"), item.get("source"), item.get("days")
    )


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(kind.__dataclass_fields__)


_EXPECT = _names(Expected)
_FILE = tuple(name for name in _names(CallFile) if name != "name")


def _minor(fields: "_Fields", name: str, value: Any) -> int:
    try:
        return int(Decimal(str(value)) * 100)
    except InvalidOperation:
        raise fields.wrong(name, value, "write dollars and cents, such as 42.18") from None


class _Fields:
    """The values of one map, and errors that say where a wrong one stands."""

    def __init__(self, name: str, data: Any, where: str, known: tuple[str, ...]) -> None:
        self._name, self._where = name, where
        if not isinstance(data, dict):
            raise CallFileError(f"{name}: {where} is {data!r}; write fields such as {', '.join(known[:3])}")
        self._data = data
        if unknown := [str(key) for key in data if key not in known]:
            raise CallFileError(f"{name}: {unknown[0]!r} is not known in {where}; write {', '.join(known)}")

    def get(self, name: str, kind: type[Any] | tuple[type[Any], ...], default: Any) -> Any:
        value = self._data.get(name)
        if value is None:
            return default
        if not isinstance(value, kind):
            kinds = kind if isinstance(kind, tuple) else (kind,)
            raise self.wrong(name, value, f"write a {' or '.join(_PLAIN[k] for k in kinds)}")
        return value

    def need(self, name: str, kind: type[Any] | tuple[type[Any], ...], what: str) -> Any:
        value = self.get(name, kind, None)
        if value is None:
            raise CallFileError(f"{self._name}: there is no {name} in {self._where}; write {what}")
        return value

    def money(self, name: str, default: int) -> int:
        value = self._data.get(name)
        return default if value is None else _minor(self, name, value)

    def words(self, name: str) -> tuple[str, ...]:
        value = self.get(name, (list, str), [])
        return (value,) if isinstance(value, str) else tuple(str(item) for item in value)

    def wrong(self, name: str, value: Any, mend: str) -> CallFileError:
        return CallFileError(f"{self._name}: {name} in {self._where} is {value!r}; {mend}")


_PLAIN: dict[type[Any], str] = {
    str: "text, in quotes when it looks like a number", dict: "map", list: "list", bool: "true or false",
    int: "whole number", float: "number",
}  # fmt: skip
