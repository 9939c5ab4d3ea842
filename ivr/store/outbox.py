"""Promises made inside a transaction: each row is delivered at least once, until its effect marks it done.

A row that keeps failing is given up after its topic's time: it stays, is counted, and can be begun anew.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from ivr.store.batches import delete_some
from ivr.store.models import Outbox
from ivr.store.topics import about

KEPT = timedelta(days=1)  # what is done, for somebody who looks back
STEPS = 100  # the longest pause between two tries is this part of the whole time
DEATHS = 3  # tries that ended with their process, after which a row waits like one that failed


def put(tx: Session, topic: str, payload: dict[str, Any], due_at: datetime) -> int:
    """Promise `topic` from `due_at` on; the row's id."""
    row = Outbox(topic=topic, payload=payload, due_at=due_at, since=due_at)
    tx.add(row)
    tx.flush()
    return row.id


def due(tx: Session, now: datetime, limit: int = 100) -> Sequence[Outbox]:
    """What is to be delivered now, longest overdue first."""
    waiting = select(Outbox).where(Outbox.done_at.is_(None), Outbox.given_up_at.is_(None), Outbox.due_at <= now)
    return tx.scalars(waiting.order_by(Outbox.due_at, Outbox.id).limit(limit)).all()


def backlog(tx: Session, now: datetime) -> tuple[int, float]:
    """How many rows are due and not done, and for how many seconds the oldest of them has been."""
    waiting = select(func.count(), func.min(Outbox.due_at)).where(
        Outbox.done_at.is_(None), Outbox.given_up_at.is_(None), Outbox.due_at <= now
    )
    count, oldest = tx.execute(waiting).one()
    return count, (now - oldest).total_seconds() if oldest is not None else 0.0


def given_up(tx: Session) -> int:
    """How many rows nobody tries any more."""
    return tx.scalar(select(func.count()).select_from(Outbox).where(Outbox.given_up_at.is_not(None))) or 0


def lease(tx: Session, row_id: int, attempts: int, until: datetime) -> bool:
    """Take delivery number `attempts` of a row, which is not due again before `until`; False if another took it."""
    return _rows(
        tx.execute(_open(row_id).where(Outbox.attempts == attempts).values(attempts=attempts + 1, due_at=until))
    )


def wait_on(tx: Session, row_id: int, attempts: int, until: datetime) -> None:
    """Its last delivery still waits for a worker: nothing is due before `until`."""
    tx.execute(_open(row_id).where(Outbox.attempts == attempts).values(due_at=until))


def take(tx: Session, row_id: int, now: datetime, until: datetime) -> Outbox | None:
    """The row, ours alone until `until`; None when it is done, given up or in another's hands."""
    free = or_(Outbox.taken_until.is_(None), Outbox.taken_until <= now)
    row = tx.scalar(select(Outbox).where(Outbox.id == row_id, free).with_for_update())
    if row is None or row.done_at is not None or row.given_up_at is not None:
        return None
    if row.taken_until is not None and row.tries >= DEATHS:
        failed(tx, row_id, "its process ended before it did", now, pause(row.topic, row.tries))
        return None
    mine = _open(row_id).where(free).values(taken_until=until, due_at=until, tries=Outbox.tries + 1)
    return row if _rows(tx.execute(mine)) else None


def keep_hold(tx: Session, row_id: int, until: datetime) -> None:
    """It is still being done."""
    tx.execute(_open(row_id).where(Outbox.taken_until.is_not(None)).values(taken_until=until, due_at=until))


def open_row(tx: Session, row_id: int) -> Outbox | None:
    """The row, unless it is done or given up."""
    row = tx.get(Outbox, row_id)
    return row if row is not None and row.done_at is None and row.given_up_at is None else None


def done(tx: Session, row_id: int, now: datetime) -> None:
    over = update(Outbox).where(Outbox.id == row_id, Outbox.done_at.is_(None))
    tx.execute(over.values(done_at=now, error=None, taken_until=None, given_up_at=None))


def go_on(tx: Session, row_id: int, now: datetime) -> None:
    """A piece of it is done and the rest is due now, behind whatever has waited longer; failures so far are over."""
    again = {"due_at": now, "since": now, "taken_until": None, "tries": 0, "error": None}
    tx.execute(_open(row_id).values(**again))


def pause(topic: str, tries: int) -> float:
    """Seconds before the next try after `tries` of them: twice as long each time, up to a part of the whole."""
    longest = about(topic).give_up_after.total_seconds() / STEPS
    return float(min(2.0 ** min(tries, 20), longest))


def failed(tx: Session, row_id: int, error: str, now: datetime, wait: float) -> None:
    """Note why it failed; it is tried again in `wait` seconds, or given up when its time is over."""
    row = tx.get(Outbox, row_id)
    since = now if row is None or row.since is None else row.since
    over = row is not None and now - since >= about(row.topic).give_up_after
    tx.execute(
        _open(row_id).values(
            error=error[:255],
            due_at=now + timedelta(seconds=wait),
            since=since,
            taken_until=None,
            given_up_at=now if over else None,
        )
    )


def forget_done(tx: Session, now: datetime, most: int = 500) -> int:
    """Drops what was done a while ago, texts and numbers with it, at most so many at once; how many."""
    old = select(Outbox.id).where(Outbox.done_at < now - KEPT, Outbox.id < _newest())
    return delete_some(tx, Outbox, old.limit(most))


def forget_texts(tx: Session, before: datetime, most: int = 500) -> int:
    """Drops texts that were given up before `before` and went to nobody, at most so many at once; how many."""
    old = select(Outbox.id).where(Outbox.given_up_at < before, Outbox.topic.startswith("text."), Outbox.id < _newest())
    return delete_some(tx, Outbox, old.limit(most))


def retry(tx: Session, row_id: int, now: datetime) -> bool:
    """Begin a row anew that was given up or waits for its next try; False when it is done or not there."""
    anew = {"due_at": now, "since": now, "tries": 0, "taken_until": None, "given_up_at": None}
    return _rows(tx.execute(update(Outbox).where(Outbox.id == row_id, Outbox.done_at.is_(None)).values(**anew)))


def drop(tx: Session, row_id: int, now: datetime) -> bool:
    """Nobody is to do it any more; False when it is done or not there."""
    if tx.scalar(select(Outbox.id).where(Outbox.id == row_id, Outbox.done_at.is_(None))) is None:
        return False
    done(tx, row_id, now)
    tx.execute(update(Outbox).where(Outbox.id == row_id).values(error="dropped by an operator"))
    return True


def _newest() -> Any:
    """It stays: SQLite would give its id to the next row, and what was noted of the one counts for the other."""
    return select(func.max(Outbox.id)).scalar_subquery()


def _open(row_id: int) -> Any:
    return update(Outbox).where(Outbox.id == row_id, Outbox.done_at.is_(None), Outbox.given_up_at.is_(None))


def _rows(result: Any) -> bool:
    return int(result.rowcount) == 1
