"""The balance of the caller's account."""

from ivr.dialogue.flows.steps import Fetch, Flow, SelfService, Tell, Verified
from ivr.dialogue.payment_rules import facts, money
from ivr.dialogue.state import State


def _fields(state: State) -> dict[str, str]:
    return {"balance": money(state, facts(state).balance)}


def _brief(state: State) -> str:
    return "got the balance" if "balance" in state.done else "wanted the balance"


BALANCE = Flow(
    "balance",
    "Balance",
    (Verified(), Fetch(), Tell("balance.tell", _fields)),
    self_service=SelfService(key="1", brief=_brief),
)
