"""A call's rows as the rules read them: who spoke when, when money was asked for, what became of promises."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.handoff.holds import holds_in
from ivr.quality.scorecards.rules import BOT, CallTrace, Promise, Span, Spoken
from ivr.store.models import Agent, Call, CallBack, Dial, Handoff, Offer, PaymentOrder, Turn

KEPT = {"served": True, "given-up": False}
TEXT_WENT = {"sent": True, "delivered": True, "undelivered": False, "failed": False}
PAID = {"made": True, "scheduled": True, "not-made": False}
LATEST_TEXT = timedelta(days=2)  # after the call's start


def read_trace(tx: Session, call: Call) -> CallTrace:
    """What is known of `call`, whether or not its words are still kept."""
    offers = taken(tx, call.sid)
    turns = tx.scalars(select(Turn).where(Turn.call_sid == call.sid).order_by(Turn.start, Turn.id)).all()
    spoken = tuple(_spoken(turn, call, offers) for turn in turns)
    orders = tx.scalars(select(PaymentOrder).where(PaymentOrder.call_sid == call.sid)).all()
    return CallTrace(
        turns=spoken,
        notice=bool(call.notice),
        verified=_offset(call, call.verified_at) if call.verified_at else None,
        paid_at=tuple(sorted(_offset(call, order.asked_at) for order in orders)),
        promises=(*_call_backs(tx, call), *_texts(tx, call, spoken), *_payments(call, spoken, orders)),
        agents=tuple(dict.fromkeys(offer.agent_id for offer in offers)),
        holds=tuple(_holds(tx, call)),
    )


def taken(tx: Session, sid: str) -> Sequence[Offer]:
    """The offers of a call that agents took, the first one first."""
    offers = select(Offer).join(Handoff).where(Handoff.call_sid == sid, Offer.outcome == "accepted")
    return tx.scalars(offers.order_by(Offer.offered_at, Offer.id).options(joinedload(Offer.agent))).all()


def _offset(call: Call, at: datetime) -> float:
    return (at - call.started_at).total_seconds()


def _spoken(turn: Turn, call: Call, offers: Sequence[Offer]) -> Spoken:
    speaker: Literal["caller", "bot", "agent"] = (
        "agent" if turn.speaker == "agent" else "bot" if turn.speaker == "bot" else "caller"
    )
    by = {"bot": BOT, "caller": None, "agent": _who(turn.start, call, offers)}[speaker]
    prompt = (turn.prompt or "").partition("/")[0]
    return Spoken(speaker, by, turn.start, turn.end, prompt, turn.played, turn.via == "keys")


def _who(at: float, call: Call, offers: Sequence[Offer]) -> int | None:
    """The one agent who was in the call then; None where it may have been either of two."""
    there = {
        offer.agent_id
        for offer in offers
        if _offset(call, offer.offered_at) <= at and (offer.ended_at is None or at <= _offset(call, offer.ended_at))
    }
    return there.pop() if len(there) == 1 else None


def _holds(tx: Session, call: Call) -> Iterator[Span]:
    """One that was not ended lasted to the end of the call."""
    for times in tx.scalars(select(Handoff.times).where(Handoff.call_sid == call.sid)):
        for hold in holds_in(times):
            yield _offset(call, hold.began), _offset(call, hold.ended) if hold.ended else math.inf


def _call_backs(tx: Session, call: Call) -> Iterator[Promise]:
    """One that was cancelled was taken back by somebody, and is neither kept nor broken."""
    for row in tx.scalars(select(CallBack).where(CallBack.call_sid == call.sid)):
        by = BOT if row.booked_by == "caller" else tx.scalar(select(Agent.id).where(Agent.email == row.booked_by))
        if by is not None and row.state != "cancelled":
            yield Promise(by, _offset(call, row.booked_at), KEPT.get(row.state))


def _texts(tx: Session, call: Call, turns: Iterable[Spoken]) -> Iterator[Promise]:
    """Of a text whose row is not there, not yet or no more, nothing is known."""
    mine = select(Dial).where(Dial.at >= call.started_at, Dial.at < call.started_at + LATEST_TEXT)
    dials = tx.scalars(mine.where(Dial.call_sid == call.sid, Dial.purpose.in_(("text", "receipt")))).all()
    said = [turn for turn in turns if turn.prompt == "receipt.sent" and turn.heard]
    if said and not any(dial.purpose == "receipt" for dial in dials):
        yield Promise(BOT, said[0].start, None)
    for dial in dials:
        kind, _, email = dial.by.partition(":")
        by = tx.scalar(select(Agent.id).where(Agent.email == email)) if kind == "agent" else BOT
        if by is not None:
            yield Promise(by, _offset(call, dial.at), TEXT_WENT.get(dial.status or ""))


def _payments(call: Call, turns: Iterable[Spoken], orders: Sequence[PaymentOrder]) -> Iterator[Promise]:
    """The bot has said that it is paid: what became of the order before it?"""
    for turn in turns:
        if turn.prompt in ("payment.done", "payment.scheduled") and turn.heard:
            before = [order for order in orders if _offset(call, order.asked_at) <= turn.start]
            last = max(before, key=lambda order: order.asked_at, default=None)
            yield Promise(BOT, turn.start, PAID.get(last.state) if last is not None else None)
