"""The supervisors' wallboard, read from SQL: the queue, the service level, who is doing what, and the live calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.desk import bot_brake, queue
from ivr.desk.live_calls import LiveCall, read_live_calls
from ivr.desk.queue import WaitingCaller, read_queue
from ivr.desk.workload import Load, read_load
from ivr.store.models import Agent, Brake, Handoff
from ivr.store.states import HANDOFF_WITH_AGENT


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """One agent now; `load` is their day."""

    agent: Agent
    presence: str
    for_seconds: float
    next_presence: str | None
    handoff: Handoff | None
    load: Load


@dataclass(frozen=True, slots=True)
class Wallboard:
    """`service_level`: the share (0..1) of callers who spoke with a person in time; None before the first."""

    waiting: list[WaitingCaller]
    longest_wait: float
    service_level: float | None
    agents: list[AgentStatus]
    live: list[LiveCall]
    announcement: str
    brakes: list[Brake]


def read_wallboard(tx: Session, now: datetime, since: datetime, within: float = 20.0) -> Wallboard:
    """The desk at `now`; loads and service level count from `since`, in time is `within` seconds."""
    waiting = read_queue(tx, now)
    taken = _taken(tx)
    return Wallboard(
        waiting=waiting,
        longest_wait=max((one.waited for one in waiting), default=0.0),
        service_level=service_level(tx, now, since, within),
        agents=[_status(tx, agent, taken, now, since) for agent in _agents(tx)],
        live=read_live_calls(tx, now),
        announcement=queue.announcement(tx),
        brakes=bot_brake.standing(tx),
    )


def service_level(tx: Session, now: datetime, since: datetime, within: float) -> float | None:
    """Of the callers since `since` whose time is up or who have spoken: the share that did so within `within` s."""
    rows = tx.scalars(select(Handoff).where(Handoff.kind == "call", Handoff.requested_at >= since))
    judged = [served for row in rows if (served := _in_time(row, now, within)) is not None]
    return sum(judged) / len(judged) if judged else None


def _in_time(row: Handoff, now: datetime, within: float) -> bool | None:
    """None: they wait and may still be in time, or hung up before that."""
    waited = queue.waited_for_person(row, row.requested_at)
    if waited is not None:
        return waited <= within
    over = [row.times[end] for end in ("caller-left", "callback-booked", "message-taken") if end in row.times]
    until = datetime.fromisoformat(over[0]) if over else now
    return (
        False if (until - row.requested_at).total_seconds() > within or (over and row.state != "caller-left") else None
    )


def _taken(tx: Session) -> Sequence[Handoff]:
    rows = select(Handoff).where(Handoff.state.in_((*HANDOFF_WITH_AGENT, "offered")))
    return (
        tx.scalars(
            rows.options(joinedload(Handoff.call), joinedload(Handoff.agent), joinedload(Handoff.offers)).order_by(
                Handoff.id
            )
        )
        .unique()
        .all()
    )


def _agents(tx: Session) -> list[Agent]:
    return [agent for agent in tx.scalars(select(Agent).order_by(Agent.name, Agent.id)) if "agent" in agent.roles]


def _status(tx: Session, agent: Agent, taken: Sequence[Handoff], now: datetime, since: datetime) -> AgentStatus:
    return AgentStatus(
        agent=agent,
        presence=agent.presence,
        for_seconds=(now - agent.presence_since).total_seconds(),
        next_presence=agent.next_presence,
        handoff=next((row for row in taken if _is_theirs(row, agent)), None),
        load=read_load(tx, agent.id, since, now),
    )


def _is_theirs(row: Handoff, agent: Agent) -> bool:
    if row.state in HANDOFF_WITH_AGENT and row.agent_id == agent.id:
        return True
    return any(offer.agent_id == agent.id and offer.ended_at is None for offer in row.offers)
