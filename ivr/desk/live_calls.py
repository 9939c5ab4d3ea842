"""Every caller on the line who is not in the queue: with the bot, with a person, or on the way between them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.nlu.sentiment import is_upset
from ivr.store.models import Agent, Call, Handoff, Turn
from ivr.store.states import HANDOFF_IN_LINE, HANDOFF_LIVE

LATEST = 4  # of a caller's turns with the bot, that tell their mood
BOT = {"dialogue": "bot", "card": "card", "message": "message", "goodbye": "goodbye"}  # by the call's stage


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A caller on the line; `state` has lasted for `seconds`, from `since`.

    state: bot, card (a card is keyed in), accepted, bridged, held (music), parting, unanswered (offered a call-back or
        a message), message, goodbye, between.
    wish: the intent that counts, "" where none is known yet. `handoff` and `agent` None: no person has to do with it.
    listeners: supervisors in it, {agent, mode, call_sid}.
    """

    call: Call
    handoff: Handoff | None
    agent: Agent | None
    state: str
    wish: str
    mood: str
    since: datetime
    seconds: float
    listeners: list[Any]


def read_live_calls(tx: Session, now: datetime) -> list[LiveCall]:
    """With people first, then with the bot; each the longest first."""
    live = select(Handoff).where(Handoff.state.in_(HANDOFF_LIVE)).order_by(Handoff.id)
    handoffs = tx.scalars(live.options(joinedload(Handoff.call), joinedload(Handoff.agent))).all()
    on_the_line = tx.scalars(select(Call).where(Call.ended_at.is_(None)).order_by(Call.started_at)).all()
    taken = {row.call_sid for row in handoffs}
    alone = [call for call in on_the_line if call.sid not in taken]
    upset = _upset(tx, [call.sid for call in alone])
    return [
        *(_of_handoff(row, now) for row in handoffs if row.state not in HANDOFF_IN_LINE),
        *(_of_bot(call, "upset" if call.sid in upset else "calm", now) for call in alone),
    ]


def bot_call(tx: Session, call: Call, now: datetime) -> LiveCall:
    """The call as the board shows it while no person has to do with it."""
    return _of_bot(call, "upset" if _upset(tx, [call.sid]) else "calm", now)


def _of_handoff(row: Handoff, now: datetime) -> LiveCall:
    held = row.state == "bridged" and bool(row.machine.get("held"))
    began = row.times.get(row.state)
    since = datetime.fromisoformat(began) if began else row.requested_at
    return LiveCall(
        row.call, row, row.agent, "held" if held else row.state, row.intent, row.mood, since,
        (now - since).total_seconds(), list(row.listeners),
    )  # fmt: skip


def _of_bot(call: Call, mood: str, now: datetime) -> LiveCall:
    wanted: Sequence[str] = (call.dialogue or {}).get("wanted", ())
    state, since = BOT.get(call.stage, "between"), call.started_at
    wish = wanted[-1] if wanted else ""
    return LiveCall(call, None, None, state, wish, mood, since, (now - since).total_seconds(), [])


def _upset(tx: Session, sids: Collection[str]) -> set[str]:
    """Of these calls those whose caller has lately spoken in anger."""
    said: dict[str, list[str]] = {sid: [] for sid in sids}
    if sids:
        turns = select(Turn.call_sid, Turn.text).where(Turn.call_sid.in_(sids), Turn.speaker == "caller")
        for sid, text in tx.execute(turns.order_by(Turn.call_sid, Turn.start)):
            said[sid].append(text)
    return {sid for sid, texts in said.items() if any(map(is_upset, texts[-LATEST:]))}
