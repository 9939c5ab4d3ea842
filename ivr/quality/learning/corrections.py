"""What a reviewer says that a caller meant, kept as an example to learn from, one for a turn."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from ivr.dialogue.flows.registry import ASKS
from ivr.nlu.intents import INTENTS
from ivr.redaction import holds_marker, mask_text
from ivr.store.models import Agent, Audit, Call, Correction, Turn

MOST = 5000  # to learn from: some minutes of work


class CorrectionRefusedError(ValueError):
    """Nothing can be learnt from this turn; the message says why."""


def correct(tx: Session, turn_id: int, label: str, who: Agent, now: datetime) -> Correction:
    """Keep that `who` says that the turn meant `label`; what was said of it before is replaced.

    Raises CorrectionRefusedError for a turn that is no caller's words with an intent, holds a secret, or is of a call
    that is not over: what is said later may still show that something in it is a secret.
    """
    turn = tx.get(Turn, turn_id)
    if turn is None or turn.speaker != "caller" or turn.via == "keys" or not turn.intent or not turn.text:
        raise CorrectionRefusedError("This is no caller's turn that was understood as something.")
    if label not in INTENTS:
        raise CorrectionRefusedError(f"{label!r} is nothing that the line understands.")
    text = mask_text(turn.text)
    if holds_marker(text):
        raise CorrectionRefusedError("A secret was taken out of this turn; nothing is learnt from it.")
    if tx.get_one(Call, turn.call_sid).ended_at is None:
        raise CorrectionRefusedError("The call is not over yet.")
    row = tx.scalar(select(Correction).where(Correction.turn_id == turn_id)) or Correction(turn_id=turn_id)
    row.call_sid, row.text, row.heard_as, row.label = turn.call_sid, text, turn.intent, label
    row.asked, row.agent_id, row.at, row.used_at = _asked(turn), who.id, now, None
    tx.add(row)
    _note(tx, row, "correct", who, now)
    return row


def take_back(tx: Session, correction_id: int, who: Agent, now: datetime) -> str | None:
    """Forget a correction; the sid of its call, None where there is no such correction."""
    row = tx.get(Correction, correction_id)
    if row is None:
        return None
    _note(tx, row, "uncorrect", who, now)
    tx.delete(row)
    return row.call_sid


def of_call(tx: Session, sid: str) -> dict[int, Correction]:
    """The corrections of a call by their turns."""
    rows = tx.scalars(select(Correction).where(Correction.call_sid == sid).options(joinedload(Correction.agent)))
    return {row.turn_id: row for row in rows}


def to_learn_from(tx: Session) -> list[Correction]:
    """The newest `MOST`, the oldest of them first."""
    newest = tx.scalars(select(Correction).order_by(Correction.id.desc()).limit(MOST)).all()
    return list(reversed(newest))


def counts(tx: Session) -> list[tuple[str, int]]:
    """How many there are of each label, the most first."""
    found = tx.execute(select(Correction.label, func.count()).group_by(Correction.label)).tuples()
    return sorted(found, key=lambda one: (-one[1], one[0]))


def mark_used(tx: Session, ids: Iterable[int], now: datetime) -> None:
    """The line has learnt from these."""
    tx.execute(update(Correction).where(Correction.id.in_(list(ids))).values(used_at=now))


def _asked(turn: Turn) -> str:
    ask = ASKS.get((turn.why or {}).get("asked") or "")
    return ask.kind if ask else "open"


def _note(tx: Session, row: Correction, action: str, who: Agent, now: datetime) -> None:
    detail = {"turn": row.turn_id, "label": row.label, "heard_as": row.heard_as}
    tx.add(Audit(at=now, actor=who.email, action=action, subject=f"call:{row.call_sid}", detail=detail))
