"""What is due, when, and the least that may be paid."""

from ivr.dialogue import verbalize
from ivr.dialogue.flows.steps import Fetch, Flow, SelfService, Tell, Verified
from ivr.dialogue.payment_rules import facts, money
from ivr.dialogue.state import State


def _fields(state: State) -> dict[str, str]:
    known = facts(state)
    return {
        "minimum": money(state, known.minimum),
        "due": money(state, known.due),
        "day": verbalize.day(known.due_on, state.today) if known.due_on else "",
    }


def _something_due(state: State) -> bool:
    known = facts(state)
    return known.due > 0 and known.due_on is not None


def _brief(state: State) -> str:
    return "got the due date" if "due_date" in state.done else "wanted the due date"


DUE_DATE = Flow(
    "due_date",
    "Due date and minimum",
    (
        Verified(),
        Fetch(),
        Tell("due.tell", _fields, when=_something_due),
        Tell("due.none", when=lambda s: not _something_due(s)),
    ),
    self_service=SelfService(key="3", brief=_brief),
)
