"""The words of finished calls, kept for the index: the turns' and the recording's own transcript, secrets left out."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ivr.calls.overheard import OurSide
from ivr.quality.search.words import BREAK, words_in
from ivr.store.models import Call, CallWords, Handoff, Recording, Turn

LONGEST = 400_000  # signs of one speaker: PostgreSQL takes no more than a megabyte
SPEAKERS = ("caller", "bot", "agent")


def keep(tx: Session, call: Call, place: int) -> None:
    """Brings the words of a finished call up to date; of one that was forgotten, none."""
    if call.forgotten_at is not None:
        forget(tx, [call.sid])
        return
    said = list(pieces(call, call.turns, call.recordings, handoffs_of(tx, call)))
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


def pieces(
    call: Call, turns: Iterable[Turn], recordings: Iterable[Recording], handoffs: Iterable[Handoff]
) -> Iterator[Piece]:
    """All that was said, by turns and by the recording. On the second channel is whom the caller hears at the time by
    the hand-offs: an agent, or else the line's own voice, which counts as the bot's."""
    ours = OurSide.of(handoffs)
    for turn in turns:
        if turn.speaker != "bot" or turn.played != 0:
            yield turn.speaker, turn.text, turn.start
    for recording in recordings:
        for part in recording.transcript if recording.kind == "call" else ():
            for one in ours.spoken(part, recording.offset, call.started_at):
                yield "bot" if one["side"] == "queue" else one["side"], str(one["text"]), float(one["start"])


def handoffs_of(tx: Session, call: Call) -> Sequence[Handoff]:
    """Those of the call and its call-backs."""
    return tx.scalars(select(Handoff).where(Handoff.call_sid == call.sid)).all()


def _joined(texts: Iterable[str]) -> str:
    """What the recording repeats of a turn word by word stands once."""
    once = dict.fromkeys(" ".join(words_in(text)) for text in texts)
    return f" {BREAK} ".join([*filter(None, once), ""])[:LONGEST]
