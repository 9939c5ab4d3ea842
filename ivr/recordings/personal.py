"""Where something personal stands, and how it is forgotten: with its call, or with the person whom it is of.

Every column of text or JSON is named here, in a `Rule` or as free of what is personal: a test tells which is missing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ivr.store import outbox
from ivr.store.models import (
    Base,
    Call,
    CallBack,
    CallWords,
    CardPayment,
    Comment,
    Correction,
    Draft,
    Evaluation,
    EvaluationAnswer,
    Handoff,
    Note,
    OneTimeCode,
    PaymentOrder,
    Recording,
    Turn,
    TurnComparison,
)
from ivr.store.states import HANDOFF_ENDS
from ivr.store.topics import RECORDING_DELETE

CARD_ENDS = ("success", "declined", "cancelled", "no-entry", "hung-up", "failed")  # where nothing is in doubt
ORDER_ENDS = ("made", "scheduled", "refused", "not-made")
Forget = Callable[[Session, Sequence[str], datetime], None]


@dataclass(frozen=True, slots=True)
class Rule:
    """`forget(tx, calls' sids, now)` takes away what the `columns` of a table hold of these calls."""

    table: type[Base]
    columns: tuple[str, ...]
    forget: Forget


def blanked(table: Any, *where: Any, **values: Any) -> Rule:
    """Rows stay, with these columns emptied."""

    def forget(tx: Session, sids: Sequence[str], _now: datetime) -> None:
        tx.execute(update(table).where(table.call_sid.in_(sids), *where).values(**values))

    return Rule(table, tuple(values), forget)


def deleted(table: Any, *columns: str, where: Callable[[datetime], Sequence[Any]] = lambda now: ()) -> Rule:
    """Rows go, or those of them of which `where` is true."""

    def forget(tx: Session, sids: Sequence[str], now: datetime) -> None:
        tx.execute(delete(table).where(table.call_sid.in_(sids), *where(now)))

    return Rule(table, columns, forget)


def _forget_calls(tx: Session, sids: Sequence[str], now: datetime) -> None:
    nobody: dict[str, Any] = {
        "caller": "", "account_id": None, "dialogue": None, "holder": None, "card": None, "stream_token": None,
        "problems": [],
    }  # fmt: skip
    tx.execute(update(Call).where(Call.sid.in_(sids)).values(**nobody, forgotten_at=now))


def _forget_handoffs(tx: Session, sids: Sequence[str], _now: datetime) -> None:
    tx.execute(update(Handoff).where(Handoff.call_sid.in_(sids)).values(summary="", known={}, brief=None))
    ended = update(Handoff).where(Handoff.call_sid.in_(sids), Handoff.state.in_(HANDOFF_ENDS))
    for state in HANDOFF_ENDS:  # its attempts name telephones
        tx.execute(ended.where(Handoff.state == state).values(machine={"end": state}))


def _forget_answers(tx: Session, sids: Sequence[str], _now: datetime) -> None:
    theirs = select(Evaluation.id).where(Evaluation.call_sid.in_(sids))
    tx.execute(update(EvaluationAnswer).where(EvaluationAnswer.evaluation_id.in_(theirs)).values(comment="", reason=""))


def _forget_recordings(tx: Session, sids: Sequence[str], now: datetime) -> None:
    """Their files are still to be deleted, which is what `deleting` says."""
    theirs = update(Recording).where(Recording.call_sid.in_(sids))
    never_fetched = theirs.where(Recording.state == "announced").values(state="deleting")
    for row_id in tx.scalars(never_fetched.returning(Recording.id)):
        outbox.put(tx, RECORDING_DELETE, {"recording": row_id}, now)
    tx.execute(theirs.where(Recording.state != "deleted").values(state="deleting"))
    tx.execute(theirs.values(transcript=[], silenced=[], heard_again=None))


RULES: list[Rule] = [
    blanked(Turn, text="", words=[], why=None),
    blanked(TurnComparison, said=""),
    blanked(Comment, text=""),
    deleted(Correction, "text"),
    blanked(Evaluation, comment="", dispute="", decision=""),
    Rule(EvaluationAnswer, ("comment", "reason"), _forget_answers),
    blanked(Note, Note.kind != "outcome", text=""),
    deleted(Draft, "fields"),
    deleted(CallWords, "caller", "bot", "agent"),
    Rule(Handoff, ("summary", "known", "brief", "machine"), _forget_handoffs),
    blanked(CallBack, number=""),
    deleted(OneTimeCode, "account_id", "key"),
    deleted(CardPayment, "account", where=lambda _now: [CardPayment.state.in_(CARD_ENDS)]),
    deleted(
        PaymentOrder, "account", "confirmation", "source",
        where=lambda now: [PaymentOrder.on <= now.date(), PaymentOrder.state.in_(ORDER_ENDS)],
    ),
    Rule(Recording, ("transcript", "silenced", "heard_again", "source_url", "sid"), _forget_recordings),
    Rule(
        Call, ("caller", "account_id", "dialogue", "holder", "card", "stream_token", "problems"), _forget_calls
    ),
]  # fmt: skip
"""In this order: calls are last, so that a row that is to be forgotten is found again after a kill."""

BY_PERSON = {
    "dials.address", "dials.by", "pin_attempts.account", "pin_attempts.source", "outbox.payload", "outbox.error",
    "webhooks.key", "saved_searches.name", "saved_searches.query",
}  # fmt: skip
"""Rows that are of a person rather than of a call: by age in `retention`, by the person in `erasure`."""

WHOLE_TABLES = {
    "accounts": "the ledger's books, which the law keeps",
    "entries": "the ledger's books",
    "payments": "the ledger's books",
    "agents": "people of the house", "api_keys": "machines", "code_factors": "people of the house",
    "passkeys": "people of the house", "password_links": "people of the house", "recovery_codes": "people of the house",
    "sign_ins": "people of the house", "presence_spells": "people of the house", "brakes": "people of the house",
    "announcements": "said to all who wait", "audit": "of callers only sids, countries and ends of numbers",
    "scorecards": "questions", "scorecard_versions": "questions", "samples": "how calls were drawn",
    "audit_chain": "hashes", "leases": "processes", "shared_parts": "marks of keys",
    "holds": "an authority's reference, written by people of the house",
}  # fmt: skip
"""Tables that hold nothing of callers, or what may not be forgotten: why."""

FREE = {
    "calls": {"sid", "called", "verstat", "stage", "outcome", "language", "notice", "figures"},
    "turns": {"call_sid", "key", "speaker", "via", "intent", "prompt", "latency"},
    "recordings": {"call_sid", "kind", "state", "path", "key_id", "length_check", "peaks",
                   "redacted_path", "redaction"},
    "notes": {"call_sid", "kind"},
    "drafts": {"call_sid", "form"},
    "handoffs": {
        "call_sid", "state", "reason", "intent", "mood", "conference_sid", "times", "kind", "listeners",
    },
    "offers": {"agent_call_sid", "outcome"},
    "callbacks": {"call_sid", "state", "outcome", "attempts", "booked_by"},
    "one_time_codes": {"call_sid", "hash"},
    "card_payments": {"call_sid", "leg", "currency", "session", "state", "field", "confirmation"},
    "payment_orders": {"key", "call_sid", "currency", "state", "why"},
    "dials": {"purpose", "call_sid", "message_sid", "status"},
    "pin_attempts": {"call_sid"},
    "outbox": {"topic"},
    "call_words": {"call_sid"},
    "turn_comparisons": {"call_sid", "intent"},
    "comments": {"call_sid"},
    "corrections": {"call_sid", "heard_as", "label", "asked"},
    "evaluations": {"key", "call_sid", "party", "state"},
    "evaluation_answers": {"question", "value", "spans", "rule", "automatic"},
    "automatic_answers": {"call_sid", "rule", "value", "spans"},
    "sample_calls": {"call_sid"},
    "calibrations": {"call_sid", "party", "by"},
    "call_facts": {"call_sid", "outcome", "language", "intent", "handoff_reason", "resolved_by", "story"},
    "call_agents": {"call_sid"},
    "call_flags": {"call_sid", "flag"},
    "call_intents": {"call_sid", "intent"},
}  # fmt: skip
"""Columns of text in the other tables that hold sids, names of states and figures alone."""


def forget(tx: Session, sids: Sequence[str], now: datetime) -> None:
    """Take away what is personal in these calls; their recordings' files are still to be deleted."""
    for rule in RULES:
        rule.forget(tx, sids, now)
