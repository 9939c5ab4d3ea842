"""Long work on the database in short transactions, so that callers' writes come between."""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, delete
from sqlalchemy.orm import Session

from ivr.store.engine import Sessions

BREATH = 0.05  # seconds: who waits for SQLite's lock asks again about as often


def in_batches(sessions: Sessions, piece: Callable[[Session], int], rest: Callable[[float], None] = time.sleep) -> int:
    """Do `piece`, each time in a transaction of its own, until it finds nothing more; how much it did in all."""
    total = 0
    while True:
        with sessions.begin() as tx:
            done = piece(tx)
        if not done:
            return total
        total += done
        rest(BREATH)


def delete_some(tx: Session, table: type[Any], ids: Select[Any]) -> int:
    """Delete the rows whose keys `ids` gives; how many they were."""
    keys = tx.scalars(ids).all()
    if keys:
        tx.execute(delete(table).where(ids.selected_columns[0].in_(keys)))
    return len(keys)
