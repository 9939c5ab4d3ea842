"""The desk: agents, their presence with its times, and who is next: the longest idle of those who are free."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.store.models import Agent, Audit

Presence = Literal["available", "offered", "on-call", "wrap-up", "break", "away"]
CHOSEN = ("available", "wrap-up", "break", "away")  # what an agent sets himself
AT_THE_DESK = ("available", "offered", "on-call", "wrap-up")
_hasher = PasswordHasher()


class AgentExists(ValueError):
    """There is an agent of that e-mail address."""


class PresenceRefused(ValueError):
    """That presence cannot be had now; the message says why."""


def add_agent(
    tx: Session,
    *,
    email: str,
    name: str,
    password: str,
    phone: str,
    now: datetime,
    roles: Sequence[str] = ("agent",),
    skills: Sequence[str] = (),
    languages: Sequence[str] = ("en",),
) -> Agent:
    """A new person at the desk, away at first. `phone` is a number in E.164 or `client:name`."""
    if tx.scalar(select(Agent.id).where(Agent.email == email)) is not None:
        raise AgentExists(f"there is already an agent with the e-mail address {email!r}: choose another")
    if not phone.startswith(("+", "client:", "sip:")):
        raise ValueError(f"phone {phone!r} is not a number like +15551230000 nor client:name")
    agent = Agent(
        email=email,
        name=name,
        password_hash=_hasher.hash(password),
        roles=list(roles),
        phone=phone,
        presence="away",
        presence_since=now,
        skills=list(skills),
        languages=list(languages),
    )
    tx.add(agent)
    tx.flush()
    return agent


def check_password(agent: Agent, password: str) -> bool:
    try:
        return _hasher.verify(agent.password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


def choose_presence(tx: Session, agent: Agent, presence: str, now: datetime) -> None:
    """The agent's own choice. PresenceRefused while he is offered a call or on one, or for an unknown word."""
    if presence not in CHOSEN:
        raise PresenceRefused(f"presence {presence!r} is none of {', '.join(CHOSEN)}")
    if agent.presence == "offered":
        raise PresenceRefused("a caller is being offered to you: accept or decline first")
    if agent.presence == "on-call":
        raise PresenceRefused("you are on a call: end it first")
    if agent.presence != presence:
        set_presence(tx, agent, presence, now)


def set_presence(tx: Session, agent: Agent, presence: str, now: datetime, since: datetime | None = None) -> None:
    """Change and record it. `since` restores an earlier time: a decline does not cost the place in the queue."""
    if presence not in get_args(Presence):
        raise PresenceRefused(f"presence {presence!r} is none of {', '.join(get_args(Presence))}")
    detail = {"from": agent.presence, "to": presence}
    tx.add(Audit(at=now, actor=agent.email, action="presence", subject=f"agent:{agent.id}", detail=detail))
    agent.presence, agent.presence_since = presence, since or now


def reserve(tx: Session, agent_id: int, now: datetime) -> bool:
    """Make an available agent an offered one; False if somebody else was first."""
    taken: Any = tx.execute(
        update(Agent).where(Agent.id == agent_id, Agent.presence == "available").values(presence_since=now)
    )
    if taken.rowcount != 1:
        return False
    set_presence(tx, tx.get_one(Agent, agent_id), "offered", now)
    return True


def longest_idle(tx: Session, exclude: Collection[int] = (), language: str = "en") -> Agent | None:
    """The available agent who has waited longest, among those who speak `language`."""
    free = [agent for agent in _with_presence(tx, ("available",), exclude) if language in agent.languages]
    return free[0] if free else None


def on_shift(tx: Session, exclude: Collection[int] = (), language: str = "en") -> bool:
    """Is anybody there who may become free?"""
    return any(language in agent.languages for agent in _with_presence(tx, AT_THE_DESK, exclude))


def _with_presence(tx: Session, presence: Collection[str], exclude: Collection[int]) -> list[Agent]:
    agents = tx.scalars(
        select(Agent)
        .where(Agent.presence.in_(presence), Agent.id.not_in(exclude))
        .order_by(Agent.presence_since, Agent.id)
    )
    return [agent for agent in agents if "agent" in agent.roles]
