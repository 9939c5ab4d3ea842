"""Carrier callbacks are applied once, however often they come."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ivr.store.batches import delete_some
from ivr.store.models import Webhook

KEPT = timedelta(days=7)  # no carrier repeats a callback later than that


def first_time(tx: Session, key: str, now: datetime) -> bool:
    """Notes `key` in this transaction; False when it was noted before, also by a transaction beside ours."""
    if tx.get(Webhook, key) is not None:
        return False
    try:
        with tx.begin_nested():
            tx.add(Webhook(key=key, at=now))
    except IntegrityError:
        return False
    return True


def forget_old(tx: Session, now: datetime, most: int = 500) -> int:
    """Drops the notes of callbacks that will not come again, at most so many at once; how many."""
    return delete_some(tx, Webhook, select(Webhook.key).where(Webhook.at < now - KEPT).limit(most))
