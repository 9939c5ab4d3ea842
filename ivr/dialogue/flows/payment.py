"""The flows: what each collects, says and does, from top to bottom."""

from dataclasses import replace
from datetime import date

from ivr.dialogue import extractors, payment_rules, verbalize
from ivr.dialogue.events import Rate, SendText, Transaction
from ivr.dialogue.flows.steps import Ask, Do, Fetch, Flow, Send, Tell, Verified
from ivr.dialogue.flows.verify import VERIFY
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
    rows = sorted(payment_rules.facts(state).transactions, key=lambda row: row.on, reverse=True)
    start = int(state.task.slots.get("page", 0)) * PAGE
    return tuple(rows[start : start + PAGE])


def _page_fields(state: State) -> dict[str, str]:
    rows = (
        f"{row.text}, {payment_rules.money(state, abs(row.amount))}, {verbalize.day(row.on, state.today)}"
        for row in _page(state)
    )
    return {"rows": ". ".join(rows)}  # sentences: each is rendered while the one before is heard


def _more_left(state: State) -> bool:
    return len(payment_rules.facts(state).transactions) > (int(state.task.slots.get("page", 0)) + 1) * PAGE


def _due_fields(state: State) -> dict[str, str]:
    known = payment_rules.facts(state)
    on = verbalize.day(known.due_on, state.today) if known.due_on else ""
    return {
        "minimum": payment_rules.money(state, known.minimum),
        "due": payment_rules.money(state, known.due),
        "day": on,
    }


def _something_due(state: State) -> bool:
    known = payment_rules.facts(state)
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
    return verbalize.listed(
        tuple(verbalize.written_day(date.fromisoformat(day)) if len(day) == 10 else day for day in days), "or"
    )


BALANCE = Flow(
    "balance",
    (
        Verified(),
        Fetch(),
        Tell("balance.tell", lambda s: {"balance": payment_rules.money(s, payment_rules.facts(s).balance)}),
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
        Ask("more", "yes-no", extractors.yes_no, extractors.yes_no_key, when=_more_left, then=_turned, noted=False),
    ),
)

PAYMENT = Flow(
    "payment",
    (
        Verified(),
        Fetch(),
        Tell("payment.nothing", when=lambda s: not payment_rules.owing(s)),
        Ask(
            "amount",
            "money",
            extractors.amount,
            extractors.amount_key,
            when=payment_rules.owing,
            settle=payment_rules.amount_value,
            check=payment_rules.amount_refused,
            fields=payment_rules.amount_fields,
            show=payment_rules.amount_shown,
            volunteer=True,
        ),
        Ask(
            "source",
            "open",
            extractors.source,
            extractors.source_key,
            digits=1,
            when=payment_rules.owing,
            settle=payment_rules.source_value,
            fields=payment_rules.source_fields,
            volunteer=True,
        ),
        Ask(
            "date",
            "date",
            extractors.when,
            extractors.when_key,
            when=payment_rules.owing,
            settle=payment_rules.date_value,
            check=payment_rules.date_refused,
            show=_day_shown,
            volunteer=True,
        ),
        Ask(
            "agreed",
            "yes-no",
            extractors.agreement,
            extractors.yes_no_key,
            when=payment_rules.owing,
            then=_keyed,
            fields=payment_rules.payment_fields,
            show=_yes_shown,
            confirms=True,
        ),
        Ask(
            "change",
            "open",
            extractors.change,
            extractors.change_key,
            digits=1,
            when=lambda s: s.task.slots.get("agreed") is False,
            then=_reopened,
            confirms=True,
            noted=False,
        ),
        Do("paid", payment_rules.order, when=lambda s: s.task.slots.get("agreed") is True),
        Tell("payment.done", payment_rules.payment_fields, when=lambda s: _has_number(s) and not _scheduled(s)),
        Tell("payment.scheduled", payment_rules.payment_fields, when=lambda s: _has_number(s) and _scheduled(s)),
        Tell("payment.taken", payment_rules.payment_fields, when=lambda s: s.task.slots.get("paid") == ""),
        Ask("receipt", "yes-no", extractors.yes_no, extractors.yes_no_key, when=_can_be_texted, noted=False),
        Send(
            "receipt.sent",
            lambda s: SendText(payment_rules.receipt(s)),
            when=lambda s: s.task.slots.get("receipt") is True,
        ),
    ),
)

OPEN = Flow(
    "open",
    (Ask("open", "open", extractors.nothing, extractors.no_key, digits=1),),
)
ELSE = Flow("else", (Ask("else", "open", extractors.nothing, extractors.no_key, digits=1),))
UNSURE = Flow(
    "unsure",
    (
        Ask(
            "unsure",
            "yes-no",
            extractors.yes_no,
            extractors.yes_no_key,
            then=_intended,
            fields=lambda s: {"topic": TOPICS[str(s.task.given["intent"])]},
            noted=False,
        ),
    ),
)
GOODBYE = Flow(
    "goodbye",
    (
        Ask("rating", "digits", extractors.stars, extractors.stars_key, digits=1, noted=False),
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
