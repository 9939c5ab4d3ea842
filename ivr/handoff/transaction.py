"""One step of a hand-off in SQL: its state by compare-and-set, with the offers, presence and stage that it changes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.desk import agents as desk
from ivr.desk import queue
from ivr.desk.routing import Requirement
from ivr.dialling.phone_numbers import withheld
from ivr.handoff import brief, call_backs
from ivr.handoff.account_holders import holder_of
from ivr.handoff.carrier_requests import REQUEST_LEASE
from ivr.handoff.config import AGAIN_SECONDS, GOODBYE_SECONDS, JOIN_SECONDS, REACH_SECONDS, RING_MARGIN, HandoffConfig
from ivr.handoff.effect_json import effect_to_json
from ivr.handoff.effects import CarrierEffect, Effect, EndCaller, FindAgent, StartDeadline, StartTimer
from ivr.handoff.events import Briefed, CallerJoined, Event, Nobody, Offered, TransferTo
from ivr.handoff.holds import HELD, UNHELD
from ivr.handoff.machine import step
from ivr.handoff.state import Attempt, State
from ivr.payments import agent_cards
from ivr.payments.history import payments_of
from ivr.store import outbox
from ivr.store.models import Agent, Call, Handoff, Offer, Turn
from ivr.store.states import HandoffEnd
from ivr.store.topics import CALL_FACTS, HANDOFF_ACT, HANDOFF_DEADLINE, HANDOFF_EXPIRE

EARLIER_DAYS = 30

_CALL_OUTCOMES: dict[HandoffEnd, str] = {
    "served": "handed-off",
    "callback-booked": "callback",
    "message-taken": "message",
    "caller-left": "abandoned",
}
_KEEPS_PLACE = ("declined", "too-late", "caller-left")


class ConflictError(RuntimeError):
    """Another process moved the hand-off, or took the agent, in between."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a step did: `requests` are outbox rows to carry out now; `freed`: an agent became available."""

    handoff: Handoff
    state: State
    changed: bool = False
    requests: tuple[int, ...] = ()
    agents: tuple[int, ...] = ()
    freed: bool = False


def advance(tx: Session, row: Handoff, event: Event, now: datetime, config: HandoffConfig) -> Change:
    """Apply `event` in the transaction `tx`. Raises ConflictError: roll back and try again."""
    old = State.from_json(row.machine)
    if isinstance(event, TransferTo) and event.to:
        since = desk.free_since(tx, event.to)
        if since is None:
            return Change(row, old)
        event = replace(event, idle_since=since.isoformat())
    state, effects = _settle(tx, row, old, event, now, config)
    if state == old and not effects:
        return Change(row, state)
    _compare_and_set(tx, row)
    row.machine, row.state = state.to_json(), state.phase
    if isinstance(event, Briefed | CallerJoined | TransferTo) and state.briefed and state.end is None:
        row.brief = _brief(tx, row, event, now)
    if state.bridged and old.recalled == "callback-booked":
        call_backs.answer(tx, row, now)
    if old.bridged and not state.bridged and state.end is None:
        queue.to_the_head(tx, row)
    _note_times(row, old, state, now)
    _note_end(tx, row, old, state, now, config)
    if old.phase == "bridged" != state.phase:
        agent_cards.end_standing(tx, row.id, now)
    touched = [_keep_attempt(tx, row, old, state, number, now, config) for number in range(1, len(state.attempts) + 1)]
    if state.holds and state.current is not None:
        row.agent_id = state.current.agent or None
    acts = _promise(tx, row, effects, now, config)
    agents = tuple(agent for agent, _ in filter(None, touched))
    return Change(row, state, True, acts, agents, any(freed for _, freed in filter(None, touched)))


def _brief(tx: Session, row: Handoff, event: Event, now: datetime) -> dict[str, Any]:
    transfer = (row.brief or {}).get("transfer")
    if isinstance(event, TransferTo):
        transfer = {"by": tx.get_one(Agent, event.by).name, "note": event.note, "at": now.isoformat()}
    return {**compose_brief(tx, row, now), "transfer": transfer}


def compose_brief(tx: Session, row: Handoff, now: datetime) -> dict[str, Any]:
    call = row.call
    turns = tx.scalars(select(Turn).where(Turn.call_sid == call.sid))
    payments = payments_of(tx, call)
    since = call.started_at - timedelta(days=EARLIER_DAYS)
    mine = select(Call).where(Call.caller == call.caller, Call.sid != call.sid, Call.started_at >= since)
    # all who hide their number are not one caller
    earlier = () if withheld(call.caller) else tx.scalars(mine.order_by(Call.started_at)).all()
    return brief.write_brief(call, row, turns, holder_of(call), payments, earlier, now)


def _settle(
    tx: Session, row: Handoff, state: State, event: Event, now: datetime, config: HandoffConfig
) -> tuple[State, list[Effect]]:
    """Step, and step again with the desk's answers, until only work for later is left."""
    state, effects = step(state, event)
    kept: list[Effect] = []
    waiting = list(effects)
    while waiting:
        effect = waiting.pop(0)
        if isinstance(effect, FindAgent):
            state, more = step(state, _ask_desk(tx, row, effect, now, config))
            waiting = [*more, *waiting]
        else:
            kept.append(effect)
    return state, kept


def _ask_desk(tx: Session, row: Handoff, ask: FindAgent, now: datetime, config: HandoffConfig) -> Event:
    if ask.wanted and (wanted := tx.get_one(Agent, ask.wanted)).presence not in desk.BUSY:
        return Offered(wanted.id, wanted.presence_since.isoformat())
    if not config.hours.is_open(now):
        return Nobody(on_shift=False)
    agent = desk.longest_idle(tx, ask.exclude, Requirement(row.intent, row.call.language))
    if agent is not None:
        return Offered(agent.id, agent.presence_since.isoformat())
    return Nobody(on_shift=desk.on_shift(tx))


def _compare_and_set(tx: Session, row: Handoff) -> None:
    claim = update(Handoff).where(Handoff.id == row.id, Handoff.version == row.version)
    result: Any = tx.execute(claim.values(version=row.version + 1))
    if result.rowcount != 1:
        raise ConflictError


def _note_times(row: Handoff, old: State, state: State, now: datetime) -> None:
    """When each thing happened first; each hold of the caller has a time of its own, by the attempt and its number."""
    holds = sum(name.startswith(HELD) for name in row.times)
    events = {
        "briefed": state.briefed and not old.briefed,
        "caller-joined": state.caller == "in" and old.caller != "in",
        "queued": state.queued,
        "ringing": any(attempt.sid for attempt in state.attempts),
        "answered": any(attempt.answered for attempt in state.attempts),
        state.phase: state.phase != old.phase,
        f"bridged-{state.current_number}": state.bridged and not old.bridged and "bridged" in row.times,
        f"apart-{old.current_number}": old.bridged and not state.bridged,
        f"{HELD}{old.current_number}.{holds + 1}": state.held and not old.held,
        f"{UNHELD}{old.current_number}.{holds}": old.held and not state.held and state.bridged,
    }
    seen = {name: now.isoformat() for name, happened in events.items() if happened}
    row.times = {**seen, **row.times}
    row.conference_sid = state.conference or row.conference_sid


def _note_end(tx: Session, row: Handoff, old: State, state: State, now: datetime, config: HandoffConfig) -> None:
    """What the step means for the call; the call of a call-back is long over."""
    if state.end is not None and state.end != old.end:
        outbox.put(tx, CALL_FACTS, {"call": row.call_sid}, now)
    if row.kind == "callback":
        if state.end is not None and old.end is None:
            call_backs.note_end(tx, row, state, now, config.hours)
        return
    stage = _stage(state)
    if stage is not None and stage != _stage(old):  # a call that has ended meanwhile stays so
        tx.execute(update(Call).where(Call.sid == row.call_sid, Call.stage != "ended").values(stage=stage))
    if state.end is not None and state.end != old.end:
        row.call.outcome = _CALL_OUTCOMES.get(state.end, row.call.outcome)


def _stage(state: State) -> str | None:
    """Where /voice/resume is to send the caller; None: where it would anyway."""
    if state.end is not None:
        return "goodbye" if state.end in ("served", "callback-booked") else None
    if state.bridged:
        return "bridged"
    return "message" if state.message else "parked"


def _keep_attempt(
    tx: Session, row: Handoff, old: State, state: State, attempt_number: int, now: datetime, config: HandoffConfig
) -> tuple[int, bool] | None:
    """Bring an offer's row and its agent's presence up to date: the agent, and whether they are free again."""
    before, after = old.attempt(attempt_number), state.attempts[attempt_number - 1]
    if not after.agent:
        return None  # a telephone number has no presence
    if before is None:
        before = Attempt(after.agent)
        tx.add(Offer(handoff_id=row.id, number=attempt_number, agent_id=after.agent, offered_at=now))
        tx.flush()
        if after.holds:
            desk.take_over(tx, tx.get_one(Agent, after.agent), now)
        elif not desk.reserve(tx, after.agent, now):
            raise ConflictError
    elif before == after and old.end == state.end and old.bridged == state.bridged:
        return None
    offer = tx.scalars(select(Offer).where(Offer.handoff_id == row.id, Offer.number == attempt_number)).one()
    offer.agent_call_sid, offer.outcome = after.sid, after.outcome
    presence = _presence_after(old, state, before, after)
    if presence is None:
        return after.agent, False
    if presence != "on-call":
        offer.ended_at = now
    return after.agent, _set_presence(tx, after, presence, now, config.wrap_up_seconds)


def _presence_after(old: State, state: State, before: Attempt, after: Attempt) -> str | None:
    """The presence that this step gives the attempt's agent; None when it changes nothing for them."""
    if before.stands and after.holds and state.end is None:
        return "on-call"
    if before.stands and not after.stands:
        return "away" if after.missed else "available"
    if before.holds and (not after.holds or state.end != old.end):
        return "wrap-up" if old.bridged and before.joined else "available"
    return None


def _set_presence(tx: Session, attempt: Attempt, presence: str, now: datetime, wrap_up: float) -> bool:
    agent = tx.get_one(Agent, attempt.agent)
    if agent.presence not in desk.BUSY:
        return False
    if presence == "on-call":
        desk.set_presence(tx, agent, presence, now)
        return False
    keeps = attempt.idle_since and attempt.outcome in _KEEPS_PLACE
    since = datetime.fromisoformat(attempt.idle_since) if keeps else None
    return desk.after_call(tx, agent, presence, now, since, wrap_up) == "available"


def _promise(tx: Session, row: Handoff, effects: list[Effect], now: datetime, config: HandoffConfig) -> tuple[int, ...]:
    """Put every effect in the outbox; the ids of those to be carried out at once."""
    acts: list[int] = []
    for effect in effects:
        if isinstance(effect, StartTimer):
            rings = config.rings.agent + RING_MARGIN
            waits = {
                "accept": rings,
                "answer": rings + JOIN_SECONDS,
                "join": JOIN_SECONDS,
                "reach": REACH_SECONDS,
                "again": AGAIN_SECONDS,
            }
            due = now + timedelta(seconds=waits[effect.what])
            if effect.what in ("answer", "join"):
                row.times = {**row.times, "joining": (due - timedelta(seconds=JOIN_SECONDS)).isoformat()}
            payload = {"handoff": row.id, "k": effect.attempt_number, "what": effect.what}
            outbox.put(tx, HANDOFF_EXPIRE, payload, due)
        elif isinstance(effect, StartDeadline):
            if not effect.last:  # it comes first of the two
                row.times = {**row.times, "waiting": now.isoformat()}
            due = now + timedelta(seconds=config.queue_seconds if effect.last else config.handoff_seconds)
            since = row.times.get("waiting")
            outbox.put(tx, HANDOFF_DEADLINE, {"handoff": row.id, "last": effect.last, "since": since}, due)
        elif isinstance(effect, EndCaller):
            _promise_request(tx, row, effect, now + timedelta(seconds=GOODBYE_SECONDS))
        elif not isinstance(effect, FindAgent):
            acts.append(_promise_request(tx, row, effect, now + timedelta(seconds=REQUEST_LEASE)))
    return tuple(acts)


def _promise_request(tx: Session, row: Handoff, effect: CarrierEffect, due_at: datetime) -> int:
    return outbox.put(tx, HANDOFF_ACT, {"handoff": row.id, **effect_to_json(effect)}, due_at)
