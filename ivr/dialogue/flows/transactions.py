"""The latest transactions, three at a time."""

from ivr.dialogue import extractors, verbalize
from ivr.dialogue.facts import Transaction
from ivr.dialogue.flows.steps import Ask, Fetch, Flow, SelfService, Tell, Verified
from ivr.dialogue.payment_rules import facts, money
from ivr.dialogue.state import Raw, State

PAGE = 3


def _page_number(state: State) -> int:
    return int(state.task.slots.get("page", 0))


def _page(state: State) -> tuple[Transaction, ...]:
    rows = sorted(facts(state).transactions, key=lambda row: row.on, reverse=True)
    start = _page_number(state) * PAGE
    return tuple(rows[start : start + PAGE])


def _fields(state: State) -> dict[str, str]:
    rows = (
        f"{row.text}, {money(state, abs(row.amount))}, {verbalize.day(row.on, state.today)}" for row in _page(state)
    )
    return {"rows": ". ".join(rows)}  # sentences: each is rendered while the one before is played


def _more_left(state: State) -> bool:
    return len(facts(state).transactions) > (_page_number(state) + 1) * PAGE


def _next_page(state: State, more: Raw) -> State:
    if not more:
        return state
    return state.with_task(state.task.drop("told:transactions.tell", "more").settle("page", _page_number(state) + 1))


def _brief(state: State) -> str:
    return "heard recent transactions" if "transactions" in state.done else "wanted recent transactions"


TRANSACTIONS = Flow(
    "transactions",
    "Recent transactions",
    (
        Verified(),
        Fetch(),
        Tell("transactions.tell", _fields, when=lambda s: bool(_page(s))),
        Tell("transactions.none", when=lambda s: not _page(s)),
        Ask(
            "more",
            "yes-no",
            extractors.yes_no,
            extractors.yes_no_key,
            when=_more_left,
            then=_next_page,
            noted=False,
            offer=True,
        ),
    ),
    self_service=SelfService(key="4", brief=_brief),
)
