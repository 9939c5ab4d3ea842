"""Secrets are out of what was said before it is written: of this turn, and of those before it that it gives away."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.dialogue.actions import Action, HandOff
from ivr.dialogue.state import State
from ivr.redaction import Line, Named, forget, mask, mask_text, mask_words
from ivr.store.models import Call, Turn

WINDOW = 16  # turns: a card read out in four parts, each with the other side's words between

Cards = tuple[str, ...]


def take_out(tx: Session, turn: Turn, asked: Named | None = None) -> Cards:
    """Masks `turn`, which is about to be added, and earlier turns of the call where it completes a card.

    Gives the digits of such cards: the call may hold parts of them elsewhere.
    """
    before = select(Turn).where(Turn.call_sid == turn.call_sid, Turn.start <= turn.start)
    with tx.no_autoflush:
        earlier = tx.scalars(before.order_by(Turn.start.desc(), Turn.id.desc()).limit(WINDOW)).all()
    rows = [*reversed(earlier), turn]
    masking = mask([Line(row.speaker, row.text) for row in rows], asked, done=len(rows) - 1)
    for row, masked in zip(rows, masking.lines, strict=True):
        if masked.spans:
            row.words = mask_words(row.text, row.words or (), masked.spans)
            row.text = masked.text
    if turn.words and _of_another_text(turn) and mask_text(said := _joined(turn)) != said:
        turn.words = []
    return masking.cards


def _joined(turn: Turn) -> str:
    return " ".join(word["word"].strip() for word in turn.words)


def _of_another_text(turn: Turn) -> bool:
    return "".join(_joined(turn).split()) != "".join(turn.text.split())


def without(state: State, actions: tuple[Action, ...], cards: Cards) -> tuple[State, tuple[Action, ...]]:
    """The dialogue and what it hands on, with no part of these cards."""
    if not cards:
        return state, actions
    kept = (replace(a, known=forget(a.known, cards)) if isinstance(a, HandOff) else a for a in actions)
    return State.from_json(forget(state.to_json(), cards)), tuple(kept)


def forget_on(call: Call, cards: Cards) -> None:
    """No part of these cards in what the line knows of the call, nor in what agents were given."""
    if not cards:
        return
    call.dialogue = forget(call.dialogue, cards)
    for handoff in call.handoffs:
        handoff.known, handoff.brief = forget(handoff.known, cards), forget(handoff.brief, cards)
