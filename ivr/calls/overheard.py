"""Whose words those are that the caller hears: the bot's, an agent's, or the line's own while they wait."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate, groupby
from typing import Any, Literal, Self

from ivr.recordings.secret_spells import CALLER
from ivr.store.models import Handoff
from speech.events import UserTurn

Side = Literal["bot", "queue", "agent"]
# what a hand-off notes -> who is heard from then on; "bridged-2" is with the second agent of a hand-off, and so on
FROM_THEN_ON: dict[str, Side] = {
    **dict.fromkeys(("bridged", "unheld"), "agent"),
    **dict.fromkeys(("parked", "caller-joined", "held", "apart", "parting", "served"), "queue"),
    **dict.fromkeys(("unanswered", "message-taken", "caller-left"), "queue"),
}
NAMED = ("bridged", "apart", "held", "unheld")  # noted with a number
SOONER = timedelta(seconds=0.3)  # the carrier tells us that they are together a moment after they are


@dataclass(frozen=True, slots=True)
class OurSide:
    """Who of ours the caller hears, by the times of the call's hand-offs: the bot until the first change."""

    moments: Sequence[datetime]
    sides: Sequence[Side]

    @classmethod
    def of(cls, handoffs: Iterable[Handoff]) -> Self:
        """Of two changes at one moment the agent's counts: who waits for the caller is heard once they join."""
        changes = sorted(
            (change for handoff in handoffs for change in _changes(handoff)),
            key=lambda change: (change[0], change[1] == "agent"),
        )
        began = [moment - SOONER if side == "agent" else moment for moment, side in changes]
        # no change comes before the one that was noted before it, however much sooner it is taken to have been
        moments = list(accumulate(reversed(began), min))[::-1]
        return cls(moments, [side for _, side in changes])

    def at(self, moment: datetime) -> Side:
        """Who is heard at `moment`."""
        number = bisect_right(self.moments, moment)
        return self.sides[number - 1] if number else "bot"

    def spoken(self, piece: dict[str, Any], offset: float, call_started: datetime) -> list[dict[str, Any]]:
        """A piece of a recording that begins `offset` seconds into the call, as one or more with their `side`: one of
        ours, or "caller". Their times are in seconds from the call's start."""
        words = [_later(word, offset) for word in piece.get("words", ())]
        moved = {**_later(piece, offset), "words": words}
        return [{**moved, "side": "caller"}] if piece["channel"] == CALLER else self._pieces(moved, call_started)

    def _pieces(self, piece: dict[str, Any], call_started: datetime) -> list[dict[str, Any]]:
        def side(start: float) -> Side:
            return self.at(call_started + timedelta(seconds=start))

        words = piece["words"]
        parts = [(whose, list(said)) for whose, said in groupby(words, key=lambda word: side(word["start"]))]
        if len(parts) < 2:
            return [{**piece, "side": parts[0][0] if parts else side(piece["start"])}]
        return [{**piece, **_part(said), "side": whose} for whose, said in parts]


def after_joining(
    handoffs: Iterable[Handoff], call_started: datetime, turn: UserTurn, offset: float
) -> UserTurn | None:
    """What of `turn`, heard by the caller on a stream that began `offset` seconds into the call, an agent said.

    The queue talks until the agent joins, and again when they have gone; None where nothing of it is an agent's."""
    ours = OurSide.of(handoffs)

    def said_by_agent(at: float) -> bool:
        return ours.at(call_started + timedelta(seconds=offset + at)) == "agent"

    if said_by_agent(turn.start):
        return turn
    words = tuple(word for word in turn.words if said_by_agent(word.start))
    if not words:
        return None
    return replace(turn, text=" ".join(word.word for word in words), words=words, start=words[0].start)


def _later(one: dict[str, Any], by: float) -> dict[str, Any]:
    return {**one, "start": one["start"] + by, "end": one["end"] + by}


def _part(words: list[dict[str, Any]]) -> dict[str, Any]:
    text = " ".join(word["word"].strip() for word in words)
    return {"text": text, "words": words, "start": words[0]["start"], "end": words[-1]["end"]}


def _changes(handoff: Handoff) -> Iterable[tuple[datetime, Side]]:
    for name, at in handoff.times.items():
        stem = name.partition("-")[0]
        side = FROM_THEN_ON.get(name) or (FROM_THEN_ON[stem] if stem in NAMED else None)
        if side is not None:
            yield datetime.fromisoformat(at), side
