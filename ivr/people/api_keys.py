"""API keys for machines that read figures or exports: each has one scope and an end, and is kept as a hash."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.people.sign_ins import hash_of
from ivr.store.engine import Sessions
from ivr.store.models import ApiKey, Audit

SCOPES = ("metrics", "exports")
PREFIX = "wlk_"  # so that one that leaked is known for what it is
NOTED = timedelta(minutes=5)  # being used is written down no oftener


class ApiKeyRefusedError(ValueError):
    """A key was not made or revoked; the message says why."""


def make_key(tx: Session, name: str, scope: str, days: int, by: str, now: datetime) -> str:
    """Make a key that lasts `days` and return it; it cannot be read again. Raises ApiKeyRefusedError."""
    if scope not in SCOPES:
        raise ApiKeyRefusedError(f"scope {scope!r} is none of {', '.join(SCOPES)}")
    if not name.strip() or len(name) > 64:
        raise ApiKeyRefusedError("the name is empty or longer than 64 characters")
    if tx.scalar(select(ApiKey.id).where(ApiKey.name == name)) is not None:
        raise ApiKeyRefusedError(f"there is already a key {name!r}: choose another name")
    key = PREFIX + secrets.token_urlsafe(32)
    expires = now + timedelta(days=days)
    tx.add(ApiKey(name=name, hash=hash_of(key), scope=scope, by=by, created_at=now, expires_at=expires))
    _note(tx, by, "key-made", name, now, {"scope": scope, "days": days})
    return key


def all_keys(tx: Session) -> Sequence[ApiKey]:
    return tx.scalars(select(ApiKey).order_by(ApiKey.name)).all()


def revoke(tx: Session, name: str, by: str, now: datetime) -> None:
    """From now on the key opens nothing. Raises ApiKeyRefusedError for an unknown name."""
    row = tx.scalar(select(ApiKey).where(ApiKey.name == name))
    if row is None:
        raise ApiKeyRefusedError(f"there is no key {name!r}")
    if row.revoked_at is None:
        row.revoked_at = now
        _note(tx, by, "key-revoked", name, now, {})


def key_of(sessions: Sessions, header: str, scope: str, now: datetime) -> ApiKey | None:
    """The key of an `Authorization: Bearer` header, if it is good for `scope` now; else None."""
    kind, _, key = header.partition(" ")
    if kind.lower() != "bearer" or not key.startswith(PREFIX):
        return None
    with sessions() as tx:
        row = tx.scalar(select(ApiKey).where(ApiKey.hash == hash_of(key.strip())))
    if row is None or row.scope != scope or row.revoked_at is not None or row.expires_at <= now:
        return None
    if row.used_at is None or now - row.used_at >= NOTED:
        with sessions.begin() as tx:
            tx.get_one(ApiKey, row.id).used_at = now
    return row


def _note(tx: Session, by: str, action: str, name: str, now: datetime, detail: dict[str, Any]) -> None:
    tx.add(Audit(at=now, actor=by, action=action, subject=f"key:{name}", detail=detail))
