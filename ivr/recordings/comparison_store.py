"""Comparisons of turns with the recording, kept, and what of a call was misheard by them: the one measure of it."""

from dataclasses import dataclass

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from ivr.recordings.comparison import compare
from ivr.store.models import Call, Recording, Turn, TurnComparison

_WORDS, _WRONG = TurnComparison.words, TurnComparison.wrong
MISHEARD = _WRONG * 4 >= _WORDS  # one word in four


@dataclass(frozen=True, slots=True)
class Mishearing:
    """Turns of a caller, those that were misheard, and their words, of which `wrong` were others than the bot heard."""

    turns: int
    misheard: int
    words: int
    wrong: int


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


def mishearing(tx: Session, sid: str) -> Mishearing | None:
    """Of one call; None where nothing was compared yet."""
    sums = (func.count(), func.sum(case((MISHEARD, 1), else_=0)), func.sum(_WORDS), func.sum(_WRONG))
    turns, *counts = tx.execute(select(*sums).where(TurnComparison.call_sid == sid)).one()
    return Mishearing(turns, *map(int, counts)) if turns else None


def misheard_turns(tx: Session, sid: str) -> dict[int, TurnComparison]:
    """Those turns of a call that were misheard, by their ids."""
    found = tx.scalars(select(TurnComparison).where(TurnComparison.call_sid == sid, MISHEARD))
    return {one.turn_id: one for one in found}
