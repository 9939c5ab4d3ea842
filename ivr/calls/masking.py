"""Secrets are out of what was said before it is written: of this turn, and of those before it that it gives away."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.dialogue.actions import Action, HandOff
from ivr.dialogue.state import State
from ivr.redaction import Line, Masked, Named, Personal, forget, mask, mask_text, mask_words
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


def take_out_personal(tx: Session, sid: str, personal: Personal) -> None:
    """Out of the lines of the call `sid`, and of what its agents were given of them, once it is over."""
    call = tx.get(Call, sid)
    if call is None or call.ended_at is None:
        return
    rows = tx.scalars(select(Turn).where(Turn.call_sid == sid).order_by(Turn.start, Turn.id)).all()
    for row, masked in zip(rows, _personal([(row.speaker, row.text) for row in rows], personal), strict=True):
        if masked.spans:
            row.words, row.text = mask_words(row.text, row.words or (), masked.spans), masked.text
    for handoff in call.handoffs:
        if handoff.brief:
            handoff.brief = _of_brief(handoff.brief, personal)


def _of_brief(brief: dict[str, Any], personal: Personal) -> dict[str, Any]:
    lines = brief.get("transcript", [])
    masked = _personal([(line["speaker"], line["text"]) for line in lines], personal)
    kept = [
        {**line, "text": one.text, "unsure": []} if one.spans else line for line, one in zip(lines, masked, strict=True)
    ]
    said = brief.get("bot", [])
    alone = _personal([("bot", line["text"]) for line in said], personal)
    return {
        **brief,
        "transcript": kept,
        "bot": [{**line, "text": one.text} for line, one in zip(said, alone, strict=True)],
    }


def _personal(lines: Sequence[tuple[str, str]], personal: Personal) -> Sequence[Masked]:
    """The lines, whose secrets are gone, without what is personal."""
    return mask([Line(*line) for line in lines], done=len(lines), personal=personal).lines


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
