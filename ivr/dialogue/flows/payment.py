"""A payment: how much, from where and when, agreed to in words, then made by the ledger or by card."""

from datetime import date

from ivr.dialogue import extractors, payment_rules, verbalize
from ivr.dialogue.actions import SendText
from ivr.dialogue.events import Paid
from ivr.dialogue.flows.steps import Ask, Do, Fetch, Flow, SelfService, Send, Tell, Verified
from ivr.dialogue.state import Raw, State


def _key_fixed(state: State, agreed: Raw) -> State:
    """The payment's key is fixed with the yes, so that asking the ledger twice moves money once."""
    return state.with_task(state.task.settle("key", state.turn)) if agreed else state


def _reopened(state: State, item: Raw) -> State:
    return state.with_task(state.task.drop(str(item), "agreed", "change"))


def _has_number(state: State) -> bool:
    return bool(state.task.slots.get("paid"))


def _can_be_texted(state: State) -> bool:
    return _has_number(state) and state.on_file and state.texts


def _scheduled(state: State) -> bool:
    return str(state.task.slots.get("date")) > state.today.isoformat()


def _shown_yes(_: State, raw: Raw) -> str:
    return "yes" if raw else "no"


def _shown_day(state: State, raw: Raw) -> str:
    days = str(raw).split("|")
    shown = (verbalize.short_day(date.fromisoformat(day), state.today) if len(day) == 10 else day for day in days)
    return verbalize.listed(tuple(shown), "or")


def _paid(state: State, event: Paid) -> State:
    return payment_rules.paid(payment_rules.dated(state, event), event.confirmation)


def _unfinished(state: State) -> bool:
    return "paid" not in state.task.slots and "payment.nothing" not in state.uses


def _brief(state: State) -> str:
    doubt = f"may have paid {state.noted.get('amount', '')}" if payment_rules.paying(state) else ""
    return ", ".join(filter(None, (state.noted.get("done"), doubt))) or "wanted to pay"


PAYMENT = Flow(
    "payment",
    "Make a payment",
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
            label="pay amount",
            digits_mean="maybe kept",
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
            label="pay from",
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
            show=_shown_day,
            label="pay on",
            volunteer=True,
        ),
        Ask(
            "agreed",
            "yes-no",
            extractors.agreement,
            extractors.yes_no_key,
            when=payment_rules.owing,
            then=_key_fixed,
            fields=payment_rules.payment_fields,
            show=_shown_yes,
            label="agreed to pay",
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
        Do(
            "paid",
            payment_rules.order,
            when=lambda s: s.task.slots.get("agreed") is True,
            result=Paid,
            then=_paid,
        ),
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
    self_service=SelfService(key="2", brief=_brief, failed="could not get the payment through"),
    commit="paid",
    undone="repair.unpaid",
    unfinished=_unfinished,
)
