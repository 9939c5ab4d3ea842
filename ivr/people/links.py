"""One-time links with which a person chooses a password: the first one, or one after it was forgotten."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.people.sign_ins import hash_of
from ivr.store.models import Agent, PasswordLink

LINK_LIFETIME = timedelta(hours=24)


def make_link(tx: Session, agent: Agent, by: str, now: datetime) -> str:
    """The token of a new link; earlier links of the person are void."""
    _spend_all(tx, agent.id, now)
    token = secrets.token_urlsafe(24)
    tx.add(PasswordLink(token_hash=hash_of(token), agent_id=agent.id, by=by, expires_at=now + LINK_LIFETIME))
    return token


def person_of_link(tx: Session, token: str, now: datetime) -> Agent | None:
    """Whose link this is, while it is good; it stays unused."""
    row = tx.get(PasswordLink, hash_of(token))
    if row is None or row.used_at is not None or row.expires_at <= now:
        return None
    agent = tx.get(Agent, row.agent_id)
    return agent if agent is not None and agent.disabled_at is None else None


def spend_link(tx: Session, token: str, now: datetime) -> bool:
    """Use it up; False when it was not good any more."""
    agent = person_of_link(tx, token, now)
    if agent is None:
        return False
    row = update(PasswordLink).where(PasswordLink.token_hash == hash_of(token), PasswordLink.used_at.is_(None))
    spent = tx.execute(row.values(used_at=now).returning(PasswordLink.token_hash)).first()
    _spend_all(tx, agent.id, now)
    return spent is not None


def open_links(tx: Session, agent_id: int, now: datetime) -> bool:
    """Whether the person has a link that is still good."""
    good = select(PasswordLink.token_hash).where(
        PasswordLink.agent_id == agent_id, PasswordLink.used_at.is_(None), PasswordLink.expires_at > now
    )
    return tx.scalar(good.limit(1)) is not None


def _spend_all(tx: Session, agent_id: int, now: datetime) -> None:
    tx.execute(
        update(PasswordLink)
        .where(PasswordLink.agent_id == agent_id, PasswordLink.used_at.is_(None))
        .values(used_at=now)
    )
