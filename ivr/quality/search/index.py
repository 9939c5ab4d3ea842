"""The words of finished calls, kept for the index: the turns' and the recording's own transcript, secrets left out."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ivr.quality.search.words import BREAK, words_in
from ivr.store.models import Call, CallWords, Handoff, Recording, Turn

LONGEST = 400_000  # signs of one speaker: PostgreSQL takes no more than a megabyte
CALLER = 1  # the channel of a recording; the other has whom the caller hears
SPEAKERS = ("caller", "bot", "agent")


def keep(tx: Session, call: Call, place: int) -> None:
    """Brings the words of a finished call up to date; of one that was forgotten, none."""
    if call.forgotten_at is not None:
        forget(tx, [call.sid])
        return
    said = list(pieces(call.turns, call.recordings, bridged_at(tx, call)))
    row = tx.get(CallWords, place) or CallWords(place=place, call_sid=call.sid)
    for speaker in SPEAKERS:
        text = _joined(text for who, text, _ in said if who == speaker)
        if getattr(row, speaker) != text:
            setattr(row, speaker, text)
    tx.add(row)
    tx.flush()


def forget(tx: Session, sids: Sequence[str]) -> None:
    """Nothing that was said in these calls is found any more."""
    tx.execute(delete(CallWords).where(CallWords.call_sid.in_(sids)))


Piece = tuple[str, str, float]  # who spoke, what, and when: seconds from the call's start


def pieces(turns: Iterable[Turn], recordings: Iterable[Recording], bridged: float | None) -> Iterator[Piece]:
    """All that was said, by turns and by the recording. On the second channel the agent speaks from `bridged` on."""
    for turn in turns:
        if turn.speaker != "bot" or turn.played != 0:
            yield turn.speaker, turn.text, turn.start
    for recording in recordings:
        for part in recording.transcript if recording.kind == "call" else ():
            at = float(part["start"]) + recording.offset
            other = "agent" if bridged is not None and at >= bridged else "bot"
            yield "caller" if part["channel"] == CALLER else other, str(part["text"]), at


def bridged_at(tx: Session, call: Call) -> float | None:
    """When an agent first talked with the caller, in seconds from the call's start."""
    times = tx.scalars(select(Handoff.times).where(Handoff.call_sid == call.sid))
    moments = [datetime.fromisoformat(one["bridged"]) for one in times if "bridged" in one]
    return (min(moments) - call.started_at).total_seconds() if moments else None


def _joined(texts: Iterable[str]) -> str:
    """What the recording repeats of a turn word by word stands once."""
    once = dict.fromkeys(" ".join(words_in(text)) for text in texts)
    return f" {BREAK} ".join([*filter(None, once), ""])[:LONGEST]
