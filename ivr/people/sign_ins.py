"""Who is signed in where: kept here and not in the browser, so that it can be ended here."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from ivr.store.models import Agent, SignIn

NOTED = timedelta(minutes=5)  # being seen is written down no oftener
KEEPS_SIGN_IN = ("offered", "on-call", "wrap-up")
GRACE = timedelta(hours=4)  # a sign-in does not end in the middle of a call
KEPT = timedelta(days=30)  # after its end


@dataclass(frozen=True)
class Limits:
    """How long a sign-in lasts: `idle` without a request, `whole` in any case."""

    idle: timedelta
    whole: timedelta


def begin(tx: Session, agent: Agent, limits: Limits, client: str, how: str, now: datetime) -> str:
    """Sign the person in; the token for the browser. Old sign-ins that have ended are forgotten."""
    token = secrets.token_urlsafe(32)
    tx.execute(delete(SignIn).where(SignIn.agent_id == agent.id, SignIn.expires_at < now - KEPT))
    tx.add(
        SignIn(
            token_hash=hash_of(token), agent_id=agent.id, stamp=stamp_of(agent), client=client[:64], how=how,
            created_at=now, seen_at=now, proven_at=now, expires_at=now + limits.whole,
        )
    )  # fmt: skip
    return token


def find(tx: Session, token: str, limits: Limits, now: datetime) -> SignIn | None:
    """The sign-in of this token, while it holds, with its person."""
    found = select(SignIn).where(SignIn.token_hash == hash_of(token)).options(joinedload(SignIn.agent))
    row = tx.scalars(found).first()
    return row if row is not None and holds(row, limits, now) else None


def why_over(tx: Session, token: str, limits: Limits, now: datetime) -> str | None:
    """Why the sign-in of this token holds no more: idle, age, password, shut-out, or what ended it; None of none."""
    row = tx.scalars(
        select(SignIn).where(SignIn.token_hash == hash_of(token)).options(joinedload(SignIn.agent))
    ).first()
    if row is None or holds(row, limits, now):
        return None
    if row.ended_at is not None:
        return row.ended_why
    if row.agent.disabled_at is not None:
        return "shut-out"
    if row.stamp != stamp_of(row.agent):
        return "password"
    return "age" if now >= row.expires_at else "idle"


def holds(row: SignIn, limits: Limits, now: datetime) -> bool:
    """Whether it lasts at `now`: neither ended nor too old, its person let in, their password the same."""
    agent = row.agent
    if row.ended_at is not None or agent.disabled_at is not None or row.stamp != stamp_of(agent):
        return False
    grace = GRACE if agent.presence in KEEPS_SIGN_IN else timedelta()
    return now < row.expires_at + grace and now < row.seen_at + limits.idle + grace


def to_note(row: SignIn, now: datetime) -> bool:
    """Whether it is so long since the sign-in was last seen that `seen` is to be called."""
    return now - row.seen_at >= NOTED


def seen(tx: Session, sign_in_id: int, now: datetime) -> None:
    tx.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=now))


def proven(tx: Session, sign_in_id: int, now: datetime) -> None:
    """The person has just proved again who they are."""
    tx.execute(update(SignIn).where(SignIn.id == sign_in_id).values(proven_at=now, seen_at=now))


def end(tx: Session, sign_in_id: int, why: str, now: datetime) -> None:
    tx.execute(
        update(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None)).values(ended_at=now, ended_why=why)
    )


def end_all(tx: Session, agent_id: int, why: str, now: datetime, but: int | None = None) -> None:
    """End every sign-in of a person, except for `but`."""
    tx.execute(
        update(SignIn)
        .where(SignIn.agent_id == agent_id, SignIn.ended_at.is_(None), SignIn.id != (but or 0))
        .values(ended_at=now, ended_why=why)
    )


def of_person(tx: Session, agent_id: int, limits: Limits, now: datetime) -> Sequence[SignIn]:
    """The person's sign-ins that hold, the latest seen first."""
    rows = tx.scalars(
        select(SignIn)
        .where(SignIn.agent_id == agent_id, SignIn.ended_at.is_(None))
        .options(joinedload(SignIn.agent))
        .order_by(SignIn.seen_at.desc())
    )
    return [row for row in rows if holds(row, limits, now)]


def stamp_of(agent: Agent) -> str:
    """A digest of the password's hash: a sign-in whose stamp is another one has ended."""
    return hashlib.sha256(agent.password_hash.encode()).hexdigest()[:16]


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
