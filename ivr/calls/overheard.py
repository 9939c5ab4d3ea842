"""Whose words those are that the caller hears while a person has the call: the agent's, or the line's own."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from ivr.store.models import Handoff
from speech.events import UserTurn

TOGETHER = "bridged"  # "bridged-2" with the second agent of a hand-off, and so on
ALONE = ("apart", "parting", "served", "unanswered", "message-taken", "caller-left")
SOONER = timedelta(seconds=0.3)  # the carrier tells us that they are together a moment after they are


def after_joining(
    handoffs: Iterable[Handoff], call_started: datetime, turn: UserTurn, offset: float
) -> UserTurn | None:
    """What of `turn`, heard by the caller on a stream that began `offset` seconds into the call, an agent said.

    The queue talks until the agent joins, and again when they have gone; None where nothing of it is an agent's."""
    changes = sorted(change for handoff in handoffs for change in _changes(handoff))

    def said_by_agent(at: float) -> bool:
        moment = call_started + timedelta(seconds=offset + at)
        return next((together for when, together in reversed(changes) if when <= moment), False)

    if said_by_agent(turn.start):
        return turn
    words = tuple(word for word in turn.words if said_by_agent(word.start))
    if not words:
        return None
    return replace(turn, text=" ".join(word.word for word in words), words=words, start=words[0].start)


def _changes(handoff: Handoff) -> Iterable[tuple[datetime, bool]]:
    for name, at in handoff.times.items():
        moment = datetime.fromisoformat(at)
        if name == TOGETHER or name.startswith(f"{TOGETHER}-"):
            yield moment - SOONER, True
        elif name in ALONE or name.startswith("apart-"):
            yield moment, False
