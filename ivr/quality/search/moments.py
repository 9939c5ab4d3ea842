"""The sentence of a call that was looked for, and when it was said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.quality.search.filters import Filters
from ivr.quality.search.index import handoffs_of, pieces
from ivr.quality.search.words import Term, holds, mark, words_in
from ivr.store.models import Call, Recording, Turn

CONTEXT = 90  # signs before the first marked word that are shown


@dataclass(frozen=True, slots=True)
class Moment:
    """`marked`: the sentence in pieces, each with whether it was looked for. `at`: seconds from the call's start."""

    speaker: str
    at: float
    marked: list[tuple[str, bool]]


def moments(tx: Session, filters: Filters, sids: Sequence[str]) -> dict[str, Moment]:
    """By call, the piece that holds most of what was looked for, the first of several. One that holds nothing has none.

    Only what the turns do not hold is looked for in recordings' transcripts, which are long.
    """
    wanted = filters.typed.wanted
    if not wanted or not sids:
        return {}
    columns = (Turn.call_sid, Turn.speaker, Turn.text, Turn.start, Turn.played)
    rows = tx.execute(select(*columns).where(Turn.call_sid.in_(sids)).order_by(Turn.call_sid, Turn.start)).all()
    spoken: dict[str, list[Piece]] = {}
    for row in rows:
        if row.speaker != "bot" or row.played != 0:
            spoken.setdefault(row.call_sid, []).append((row.speaker, row.text, row.start))
    found = {sid: best(spoken.get(sid, ()), wanted, filters.speaker) for sid in sids}
    for sid in sids:
        best_yet = found[sid]
        if best_yet is None:
            found[sid] = best(_recorded(tx, sid), wanted, filters.speaker)
    return {sid: moment for sid, moment in found.items() if moment is not None}


Piece = tuple[str, str, float]


def best(said: Iterable[Piece], wanted: Sequence[Term], speaker: str | None) -> Moment | None:
    """The piece with most of the terms. Pure."""
    holding = [
        (sum(holds(words, term) for term in wanted), -at, who, text)
        for who, text, at in said
        if speaker in (None, who)
        for words in [words_in(text)]
    ]
    most = max(holding, default=None, key=lambda one: one[:2])
    if most is None or not most[0]:
        return None
    _, minus_at, who, text = most
    return Moment(who, -minus_at, _shortened(mark(text, wanted)))


def _shortened(marked: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """A long beginning is cut, so that what was looked for is in sight."""
    first, is_wanted = marked[0]
    if is_wanted or len(first) <= CONTEXT:
        return marked
    return [("… " + first[-CONTEXT:].partition(" ")[2], False), *marked[1:]]


def _recorded(tx: Session, sid: str) -> list[Piece]:
    call = tx.get_one(Call, sid)
    recordings = tx.scalars(select(Recording).where(Recording.call_sid == sid).order_by(Recording.id)).all()
    return sorted(pieces(call, (), recordings, handoffs_of(tx, call)), key=lambda piece: piece[2])
