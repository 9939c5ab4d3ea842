"""The brief in people's words: what is shown is derived from its JSON, whose keys others read too."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask

from ivr.dialogue.escalation import reason_in_words
from ivr.web.pages.formats import money, plain

PAYMENT_STATES = {
    "asked": "not known yet whether it was made",
    "made": "paid",
    "scheduled": "scheduled",
    "refused": "refused, nothing was paid",
    "not-made": "not made",
    "doubtful": "not known whether it was made: check before you take it again",
    "left": "not known whether it was made: check before you take it again",
}
_SLOTS = ("pay amount", "pay from", "pay on", "agreed to pay", "paid", "payment", "done")
_SHOWN_ELSEWHERE = ("account", "verified", "wants", "said", *_SLOTS)
_LABELS = {"wrong PINs": "Wrong PINs", "account number": "Account number given"}

Day = Callable[[str], str]


def payment_line(payment: Mapping[str, Any], day: Day) -> str:
    """ "$50.00 from checking, tomorrow, 29 Nov, scheduled, confirmation 910128"; `day` writes an ISO day."""
    state = str(payment.get("state", ""))
    told = [
        f"{money(payment['amount'], payment.get('currency') or 'USD')} {_source(str(payment['source']))}",
        day(payment["on"]),
        PAYMENT_STATES.get(state, plain(state).lower()),
    ]
    if number := payment.get("confirmation"):
        told.append(f"confirmation {number}")
    return ", ".join(told)


def facts_of(brief: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is known, as (label, value), what counts first; no fact twice, and nothing that the head of the brief says.

    Payments that the ledger knows of are no facts here: each has its own line."""
    known, caller = brief.get("known") or {}, brief.get("caller") or {}
    account = caller.get("account") or ""
    facts = [
        ("Wants", _wants(brief)),
        ("In their words", _quoted(known.get("said"))),
        ("Account", account or ("" if caller.get("name") else known.get("account", ""))),
        ("Payment", "" if brief.get("payments") else _payment(known)),
    ]
    others = ((name, str(value)) for name, value in known.items() if name not in _SHOWN_ELSEWHERE)
    facts += [(_LABELS.get(name, plain(name)), value) for name, value in others if value != account]
    return [(label, value) for label, value in facts if value]


def show_brief(app: Flask) -> None:
    """Give the templates these words."""
    app.jinja_env.filters["facts_of"] = facts_of
    app.jinja_env.filters["payment_line"] = lambda payment: payment_line(payment, app.jinja_env.filters["near_day"])


def _wants(brief: Mapping[str, Any]) -> str:
    """The reason for a person before the wishes that the line can fulfil."""
    why = brief.get("why") or {}
    reason = reason_in_words(str(why.get("reason", "")), str(brief.get("language") or "en"))
    wishes = [plain(wish).lower() for wish in str((brief.get("known") or {}).get("wants", "")).split(", ") if wish]
    earlier = ", ".join(wish for wish in wishes if wish != plain(why.get("reason")).lower())
    if not reason:
        return earlier[:1].upper() + earlier[1:]
    return f"{reason[:1].upper()}{reason[1:]}{f' (before that: {earlier})' if earlier else ''}"


def _payment(known: Mapping[str, Any]) -> str:
    """A payment that the ledger was not asked for, or has not answered: never as one that was made."""
    if done := known.get("done"):
        return f"{done[:1].upper()}{done[1:]}"
    amount, source, on = (str(known.get(name) or "") for name in ("pay amount", "pay from", "pay on"))
    if not (amount or source or on):
        return ""
    state = known.get("payment") or ("agreed to" if known.get("agreed to pay") == "yes" else "not agreed to")
    return ", ".join(filter(None, (f"{amount} {_source(source) if source else ''}".strip(), on, str(state))))


def _source(source: str) -> str:
    return "by card" if source == "card" else f"from {source}"


def _quoted(said: object) -> str:
    return f"“{said}”" if said else ""
