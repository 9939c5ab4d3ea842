"""The flows: what each collects, says and does, from top to bottom."""

from dataclasses import replace
from datetime import date

from ivr.dialogue import readers, say, terms
from ivr.dialogue.events import Rate, SendText, Transaction
from ivr.dialogue.flow import Ask, Do, Fetch, Flow, Send, Tell, Verified
from ivr.dialogue.proof import VERIFY
from ivr.dialogue.state import Raw, State, Task

PAGE = 3
TOPICS = {
    "balance": "your balance",
    "payment": "making a payment",
    "due_date": "when your payment is due",
    "transactions": "your recent transactions",
    "card_problem": "your card",
    "dispute": "that dispute",
    "other_banking": "that",
    "out_of_scope": "that",
}


def _intended(state: State, agreed: Raw) -> State:
    doubted = state.task
    intent = str(doubted.given["intent"])
    below = state.tasks[:-1]
    return replace(state, tasks=(*below, Task(intent, doubted.drop("intent").given)) if agreed else below)


def _keyed(state: State, agreed: Raw) -> State:
    return state.with_task(state.task.settle("key", state.turn)) if agreed else state


def _reopened(state: State, item: Raw) -> State:
    return state.with_task(state.task.drop(str(item), "agreed", "change"))


def _turned(state: State, more: Raw) -> State:
    if not more:
        return state
    page = int(state.task.slots.get("page", 0)) + 1
    return state.with_task(state.task.drop("told:transactions.tell", "more").settle("page", page))


def _page(state: State) -> tuple[Transaction, ...]:
    rows = sorted(terms.facts(state).transactions, key=lambda row: row.on, reverse=True)
    start = int(state.task.slots.get("page", 0)) * PAGE
    return tuple(rows[start : start + PAGE])


def _page_fields(state: State) -> dict[str, str]:
    rows = (
        f"{row.text}, {terms.money(state, abs(row.amount))}, {say.day(row.on, state.today)}" for row in _page(state)
    )
    return {"rows": ". ".join(rows)}  # sentences: each is rendered while the one before is heard


def _more_left(state: State) -> bool:
    return len(terms.facts(state).transactions) > (int(state.task.slots.get("page", 0)) + 1) * PAGE


def _due_fields(state: State) -> dict[str, str]:
    known = terms.facts(state)
    on = say.day(known.due_on, state.today) if known.due_on else ""
    return {"minimum": terms.money(state, known.minimum), "due": terms.money(state, known.due), "day": on}


def _something_due(state: State) -> bool:
    known = terms.facts(state)
    return known.due > 0 and known.due_on is not None


def _has_number(state: State) -> bool:
    return bool(state.task.slots.get("paid"))


def _can_be_texted(state: State) -> bool:
    return _has_number(state) and state.on_file and state.texts


def _scheduled(state: State) -> bool:
    return str(state.task.slots.get("date")) > state.today.isoformat()


def _stars(state: State) -> int:
    return int(state.task.slots["rating"])


def _yes_shown(_: State, raw: Raw) -> str:
    return "yes" if raw else "no"


def _day_shown(_: State, raw: Raw) -> str:
    days = str(raw).split("|")
    return say.listed(tuple(say.written_day(date.fromisoformat(day)) if len(day) == 10 else day for day in days), "or")


BALANCE = Flow(
    "balance",
    (
        Verified(),
        Fetch(),
        Tell("balance.tell", lambda s: {"balance": terms.money(s, terms.facts(s).balance)}),
    ),
)

DUE_DATE = Flow(
    "due_date",
    (
        Verified(),
        Fetch(),
        Tell("due.tell", _due_fields, when=_something_due),
        Tell("due.none", when=lambda s: not _something_due(s)),
    ),
)

TRANSACTIONS = Flow(
    "transactions",
    (
        Verified(),
        Fetch(),
        Tell("transactions.tell", _page_fields, when=lambda s: bool(_page(s))),
        Tell("transactions.none", when=lambda s: not _page(s)),
        Ask("more", "yes-no", readers.yes_no, readers.yes_no_key, when=_more_left, then=_turned, noted=False),
    ),
)

PAYMENT = Flow(
    "payment",
    (
        Verified(),
        Fetch(),
        Tell("payment.nothing", when=lambda s: not terms.owing(s)),
        Ask(
            "amount",
            "money",
            readers.amount,
            readers.amount_key,
            when=terms.owing,
            settle=terms.amount_value,
            check=terms.amount_refused,
            fields=terms.amount_fields,
            show=terms.amount_shown,
            volunteer=True,
        ),
        Ask(
            "source",
            "open",
            readers.source,
            readers.source_key,
            digits=1,
            when=terms.owing,
            settle=terms.source_value,
            fields=terms.source_fields,
            volunteer=True,
        ),
        Ask(
            "date",
            "date",
            readers.when,
            readers.when_key,
            when=terms.owing,
            settle=terms.date_value,
            check=terms.date_refused,
            show=_day_shown,
            volunteer=True,
        ),
        Ask(
            "agreed",
            "yes-no",
            readers.agreement,
            readers.yes_no_key,
            when=terms.owing,
            then=_keyed,
            fields=terms.payment_fields,
            show=_yes_shown,
            confirms=True,
        ),
        Ask(
            "change",
            "open",
            readers.change,
            readers.change_key,
            digits=1,
            when=lambda s: s.task.slots.get("agreed") is False,
            then=_reopened,
            confirms=True,
            noted=False,
        ),
        Do("paid", terms.order, when=lambda s: s.task.slots.get("agreed") is True),
        Tell("payment.done", terms.payment_fields, when=lambda s: _has_number(s) and not _scheduled(s)),
        Tell("payment.scheduled", terms.payment_fields, when=lambda s: _has_number(s) and _scheduled(s)),
        Tell("payment.taken", terms.payment_fields, when=lambda s: s.task.slots.get("paid") == ""),
        Ask("receipt", "yes-no", readers.yes_no, readers.yes_no_key, when=_can_be_texted, noted=False),
        Send("receipt.sent", lambda s: SendText(terms.receipt(s)), when=lambda s: s.task.slots.get("receipt") is True),
    ),
)

OPEN = Flow(
    "open",
    (Ask("open", "open", readers.nothing, readers.no_key, digits=1),),
)
ELSE = Flow("else", (Ask("else", "open", readers.nothing, readers.no_key, digits=1),))
UNSURE = Flow(
    "unsure",
    (
        Ask(
            "unsure",
            "yes-no",
            readers.yes_no,
            readers.yes_no_key,
            then=_intended,
            fields=lambda s: {"topic": TOPICS[str(s.task.given["intent"])]},
            noted=False,
        ),
    ),
)
GOODBYE = Flow(
    "goodbye",
    (
        Ask("rating", "digits", readers.stars, readers.stars_key, digits=1, noted=False),
        Send("rated", lambda s: Rate(_stars(s)), when=lambda s: _stars(s) > 0, told=False),
    ),
)

FLOWS = {f.name: f for f in (OPEN, VERIFY, BALANCE, DUE_DATE, TRANSACTIONS, PAYMENT, UNSURE, ELSE, GOODBYE)}
OURS = ("balance", "payment", "due_date", "transactions")
MENU = dict(zip("1234", OURS, strict=True))


def ask_named(flow: str, name: str) -> Ask:
    """The item `name` of a flow."""
    return next(step for step in FLOWS[flow].steps if isinstance(step, Ask) and step.name == name)


def asked(state: State) -> Ask | None:
    """The item whose question stands open."""
    steps = FLOWS[state.task.flow].steps
    return next((step for step in steps if isinstance(step, Ask) and step.name == state.question), None)
