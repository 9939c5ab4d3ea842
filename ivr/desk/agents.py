"""The desk: agents, their presence with its times, and who is next."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.desk import drafts
from ivr.desk.routing import Requirement, choose
from ivr.store import outbox
from ivr.store.models import Agent, Audit, PresenceSpell
from ivr.store.topics import WRAP_UP_OVER

Presence = Literal["available", "offered", "on-call", "wrap-up", "break", "away"]
CHOSEN = ("available", "wrap-up", "break", "away")  # what agents set themselves
BUSY = ("offered", "on-call")
AFTERWARDS = ("break", "away")  # what they may ask for while they are busy, and get when they are done
AT_THE_DESK = ("available", "offered", "on-call", "wrap-up")
LONGEST_WRAP_UP = 600.0
WITH_A_CALL = ("on-call", "wrap-up")  # while they may write about it
WRITING = 20.0  # seconds that a wrap-up lasts after the last word typed
WRITING_NEARLY_OVER = 15.0
LONGEST_WRITING = 180.0  # in all: somebody may be waiting. Whoever needs longer asks for it


class PresenceRefusedError(ValueError):
    """That presence cannot be had now; the message says why."""


def choose_presence(tx: Session, agent: Agent, presence: str, now: datetime) -> None:
    """The agent's own choice; a break asked for in a call or its wrap-up begins after it.

    Raises PresenceRefusedError."""
    if presence not in CHOSEN:
        raise PresenceRefusedError(f"presence {presence!r} is none of {', '.join(CHOSEN)}")
    tx.refresh(agent, with_for_update=True)  # a call may have been offered since the row was read
    if agent.presence in BUSY:
        if presence == "wrap-up":
            raise PresenceRefusedError("wrap-up comes by itself after the call")
        agent.next_presence = presence if presence in AFTERWARDS else None
    elif _in_timed_wrap_up(agent) and presence in AFTERWARDS:
        agent.next_presence = presence
    elif agent.presence != presence:
        set_presence(tx, agent, presence, now)
        agent.next_presence = None


def set_presence(tx: Session, agent: Agent, presence: str, now: datetime, since: datetime | None = None) -> None:
    """Change and record it; who is shut out is away. `since` restores a time: a decline does not cost the place.

    Whoever is with no call any more has what they were writing about it kept as a note.
    """
    if presence not in get_args(Presence):
        raise PresenceRefusedError(f"presence {presence!r} is none of {', '.join(get_args(Presence))}")
    if agent.disabled_at is not None and presence not in BUSY:
        presence = "away"
    detail = {"from": agent.presence, "to": presence}
    tx.add(Audit(at=now, actor=agent.email, action="presence", subject=f"agent:{agent.id}", detail=detail))
    _turn_spell(tx, agent, presence, now)
    agent.presence, agent.presence_since, agent.wrap_up_until = presence, since or now, None
    if presence not in WITH_A_CALL:
        drafts.keep(tx, agent.id, now)


def after_call(tx: Session, agent: Agent, presence: str, now: datetime, since: datetime | None, wrap_up: float) -> str:
    """Let a busy agent go into `presence`; returns which it became. A break they asked for waits for the wrap-up."""
    if presence != "wrap-up":
        return _go_on(tx, agent, presence, now, since)
    set_presence(tx, agent, presence, now)
    if agent.presence == "wrap-up":  # not of one who was shut out meanwhile
        _time_wrap_up(tx, agent, now + timedelta(seconds=wrap_up))
    return agent.presence


def finish_wrap_up(tx: Session, agent: Agent, now: datetime) -> None:
    """The agent is done: available, or in the break they asked for. Nothing changes where it was over before."""
    tx.refresh(agent, with_for_update=True)
    if agent.presence == "wrap-up":
        _go_on(tx, agent, "available", now)


def extend_wrap_up(tx: Session, agent: Agent, seconds: float, now: datetime) -> None:
    """More time to wrap up, at most ten minutes in all. Raises PresenceRefusedError outside of wrap-up."""
    if agent.presence != "wrap-up":
        raise PresenceRefusedError("you are not wrapping up a call")
    until = max(agent.wrap_up_until or now, now) + timedelta(seconds=seconds)
    _time_wrap_up(tx, agent, min(until, agent.presence_since + timedelta(seconds=LONGEST_WRAP_UP)))


def writing(tx: Session, agent: Agent, now: datetime) -> bool:
    """A word was typed about a call: the wrap-up goes on for a moment; returns whether that made it longer.

    Where it is over already, what came too late is a note as well.
    """
    tx.refresh(agent, with_for_update=True)
    if agent.presence not in WITH_A_CALL:
        drafts.keep(tx, agent.id, now)
    until = agent.wrap_up_until
    if agent.presence != "wrap-up" or until is None or until - now > timedelta(seconds=WRITING_NEARLY_OVER):
        return False
    wished = min(now + timedelta(seconds=WRITING), writing_ends(agent))
    if wished <= until:
        return False
    _time_wrap_up(tx, agent, wished)
    return True


def writing_ends(agent: Agent) -> datetime:
    """When the wrap-up ends at the latest, however much is written."""
    return agent.presence_since + timedelta(seconds=LONGEST_WRITING)


def end_wrap_up(tx: Session, agent: Agent, now: datetime) -> bool:
    """Let the agent go on when their wrap-up is over; returns whether it was."""
    if agent.presence != "wrap-up" or agent.wrap_up_until is None or agent.wrap_up_until > now:
        return False
    _go_on(tx, agent, "available", now)
    return True


def overdue(tx: Session, now: datetime) -> list[int]:
    """Agents whose wrap-up should have ended."""
    return list(tx.scalars(select(Agent.id).where(Agent.presence == "wrap-up", Agent.wrap_up_until <= now)))


def reserve(tx: Session, agent_id: int, now: datetime) -> bool:
    """Make an available agent an offered one; False if somebody else was first."""
    taken: Any = tx.execute(
        update(Agent)
        .where(Agent.id == agent_id, Agent.presence == "available", Agent.disabled_at.is_(None))
        .values(presence_since=now)
    )
    if taken.rowcount != 1:
        return False
    set_presence(tx, tx.get_one(Agent, agent_id), "offered", now)
    return True


def take_over(tx: Session, agent: Agent, now: datetime) -> None:
    """Put the agent on a call whatever they were doing.

    Who was not there for calls is not there for the next one either.
    """
    agent.next_presence = agent.presence if agent.presence in AFTERWARDS else agent.next_presence
    set_presence(tx, agent, "on-call", now)


def free_since(tx: Session, agent_id: int) -> datetime | None:
    """Since when an agent could be offered a call; None when they cannot."""
    agent = tx.get(Agent, agent_id)
    return agent.presence_since if agent is not None and agent.presence == "available" else None


def colleagues(tx: Session, agent_id: int) -> list[Agent]:
    """The others who could be offered a call now, by name."""
    free = [agent for agent in at_the_desk(tx) if agent.presence == "available" and agent.id != agent_id]
    return sorted(free, key=lambda agent: (agent.name, agent.id))


def longest_idle(tx: Session, exclude: Collection[int] = (), requirement: Requirement | None = None) -> Agent | None:
    """The available agent who is next for a caller with this `requirement`; never one of `exclude`, ids."""
    everyone = at_the_desk(tx)
    free = [agent for agent in everyone if agent.presence == "available"]
    return choose(free, everyone, requirement or Requirement(), exclude)


def at_the_desk(tx: Session) -> list[Agent]:
    """All who are at the desk, if only busy; the longest in their presence first."""
    rows = select(Agent).where(Agent.presence.in_(AT_THE_DESK), Agent.disabled_at.is_(None))
    agents = tx.scalars(rows.order_by(Agent.presence_since, Agent.id))
    return [agent for agent in agents if "agent" in agent.roles]


def on_shift(tx: Session) -> bool:
    """Is anybody there, if only busy?"""
    return bool(at_the_desk(tx))


def _in_timed_wrap_up(agent: Agent) -> bool:
    """Of a call, which has an outcome to be asked for."""
    return agent.presence == "wrap-up" and agent.wrap_up_until is not None


def _go_on(tx: Session, agent: Agent, presence: str, now: datetime, since: datetime | None = None) -> str:
    """Into the break that the agent asked for, or into `presence`; returns which it became."""
    presence = agent.next_presence or presence
    set_presence(tx, agent, presence, now, since if presence == "available" else None)
    agent.next_presence = None
    return agent.presence


def _turn_spell(tx: Session, agent: Agent, presence: str, now: datetime) -> None:
    lasting = select(PresenceSpell).where(PresenceSpell.agent_id == agent.id, PresenceSpell.ended_at.is_(None))
    spell = tx.scalar(lasting)
    if spell is None:
        spell = PresenceSpell(agent_id=agent.id, presence=agent.presence, began_at=agent.presence_since)
        tx.add(spell)
    spell.ended_at = now
    tx.add(PresenceSpell(agent_id=agent.id, presence=presence, began_at=now))


def _time_wrap_up(tx: Session, agent: Agent, until: datetime) -> None:
    agent.wrap_up_until = until
    outbox.put(tx, WRAP_UP_OVER, {"agent": agent.id}, until)
