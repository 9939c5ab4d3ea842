"""The list of all flows, and what is derived from it: the menu, the intents, the names in the brief."""

from ivr.dialogue.flows.balance import BALANCE
from ivr.dialogue.flows.due_date import DUE_DATE
from ivr.dialogue.flows.goodbye import GOODBYE
from ivr.dialogue.flows.menu import ELSE, OPEN, UNSURE
from ivr.dialogue.flows.payment import PAYMENT
from ivr.dialogue.flows.steps import Ask, Flow, SelfService
from ivr.dialogue.flows.transactions import TRANSACTIONS
from ivr.dialogue.flows.verify import VERIFY
from ivr.dialogue.state import State, Task

_ALL = (
    OPEN,
    VERIFY,
    BALANCE,
    DUE_DATE,
    TRANSACTIONS,
    PAYMENT,
    UNSURE,
    ELSE,
    GOODBYE,
)
FLOWS: dict[str, Flow] = {flow.name: flow for flow in _ALL}
SELF_SERVICE: dict[str, SelfService] = dict(
    sorted(
        ((flow.name, flow.self_service) for flow in FLOWS.values() if flow.self_service),
        key=lambda named: named[1].key,
    )
)
"""The flows that callers ask for, in the menu's order; each name is an intent as well."""

MENU: dict[str, str] = {declared.key: name for name, declared in SELF_SERVICE.items()}
"""Key to flow."""

ASKS: dict[str, Ask] = {ask.name: ask for flow in _ALL for ask in flow.asks}
"""Every item by its name, which no two flows share."""

LABELS: dict[str, str] = {name: ask.label for name, ask in ASKS.items() if ask.label}
"""What the brief calls an item, where it is not the item's name."""


def flow_of(task: Task) -> Flow:
    return FLOWS[task.flow]


def committed(task: Task) -> bool:
    """Whether the task has changed the ledger."""
    return flow_of(task).commit in task.slots


def done(task: Task) -> bool:
    """Whether a task that has come to its end did what the caller asked for."""
    return task.flow in SELF_SERVICE and (not flow_of(task).commit or committed(task))


def asked(state: State) -> Ask | None:
    """The item whose question stands open."""
    return next((ask for ask in flow_of(state.task).asks if ask.name == state.question), None)
