"""Promises made inside a transaction: each row is delivered at least once, until its effect marks it done."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.store.models import Outbox


def put(tx: Session, topic: str, payload: dict[str, Any], due_at: datetime) -> int:
    """Promise `topic` from `due_at` on; the row's id."""
    row = Outbox(topic=topic, payload=payload, due_at=due_at)
    tx.add(row)
    tx.flush()
    return row.id


def due(tx: Session, now: datetime, limit: int = 100) -> Sequence[Outbox]:
    """What is to be delivered now, longest overdue first."""
    waiting = select(Outbox).where(Outbox.done_at.is_(None), Outbox.due_at <= now)
    return tx.scalars(waiting.order_by(Outbox.due_at, Outbox.id).limit(limit)).all()


def lease(tx: Session, row_id: int, attempts: int, until: datetime) -> bool:
    """Take delivery number `attempts` of a row, which is not due again before `until`; False if another took it."""
    taken = tx.execute(
        update(Outbox)
        .where(Outbox.id == row_id, Outbox.attempts == attempts, Outbox.done_at.is_(None))
        .values(attempts=attempts + 1, due_at=until)
    )
    return _rows(taken) == 1


def open_row(tx: Session, row_id: int) -> Outbox | None:
    """The row, unless it is done."""
    row = tx.get(Outbox, row_id)
    return row if row is not None and row.done_at is None else None


def done(tx: Session, row_id: int, now: datetime) -> None:
    tx.execute(update(Outbox).where(Outbox.id == row_id, Outbox.done_at.is_(None)).values(done_at=now, error=None))


def failed(tx: Session, row_id: int, error: str, now: datetime, wait: float) -> None:
    """Note why it failed and try again in `wait` seconds."""
    tx.execute(
        update(Outbox)
        .where(Outbox.id == row_id, Outbox.done_at.is_(None))
        .values(error=error[:255], due_at=now + timedelta(seconds=wait))
    )


def _rows(result: Any) -> int:
    return int(result.rowcount)
