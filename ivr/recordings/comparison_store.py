"""Comparisons of turns with the recording, kept, and summed: how much of what callers say is misheard."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, case, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ivr.recordings.comparison import compare
from ivr.store.models import Call, Recording, Turn, TurnComparison

Key = TypeVar("Key")
MISHEARD = 4  # a turn is misheard where one word in so many is wrong


@dataclass(frozen=True, slots=True)
class Mishearing:
    """Turns of callers, those that were misheard, and their words; `share` of the words is wrong (0..1)."""

    turns: int
    misheard: int
    words: int
    wrong: int

    @property
    def share(self) -> float:
        return self.wrong / self.words if self.words else 0.0


def keep_comparisons(tx: Session, recording: Recording) -> None:
    """Compare the call's turns with this recording's transcript, anew where that was done."""
    if recording.kind != "call":
        return
    turns = {turn.id: turn for turn in tx.scalars(select(Turn).where(Turn.call_sid == recording.call_sid))}
    at = tx.get_one(Call, recording.call_sid).started_at
    found = compare(turns.values(), recording.transcript, recording.offset)
    tx.execute(delete(TurnComparison).where(TurnComparison.turn_id.in_([one.turn for one in found])))
    for one in found:
        intent = turns[one.turn].intent
        row = TurnComparison(turn_id=one.turn, call_sid=recording.call_sid, at=at, intent=intent)
        row.said, row.words, row.wrong = one.said, one.words, one.wrong
        tx.add(row)


def misheard_turns(tx: Session, sid: str) -> int | None:
    """How many turns of a call were misheard; None where nothing was compared yet."""
    found = mishearing_of_calls(tx, [sid]).get(sid)
    return None if found is None else found.misheard


def mishearing_by_intent(tx: Session, since: datetime, until: datetime) -> dict[str | None, Mishearing]:
    """Of the calls that began from `since` to before `until`, by what the bot took each turn for."""
    return _sums(tx, TurnComparison.intent, TurnComparison.at >= since, TurnComparison.at < until)


def mishearing_of_calls(tx: Session, sids: Iterable[str]) -> dict[str, Mishearing]:
    """By call: agents and weeks are those of the call, in `call_facts`."""
    return _sums(tx, TurnComparison.call_sid, TurnComparison.call_sid.in_(list(sids)))


def _sums(tx: Session, by: InstrumentedAttribute[Key], *which: ColumnElement[bool]) -> dict[Key, Mishearing]:
    misheard = func.sum(case((TurnComparison.wrong * MISHEARD >= TurnComparison.words, 1), else_=0))
    sums = (func.count(), misheard, func.sum(TurnComparison.words), func.sum(TurnComparison.wrong))
    rows = tx.execute(select(by, *sums).where(*which).group_by(by)).all()
    return {key: Mishearing(*map(int, counts)) for key, *counts in rows}
