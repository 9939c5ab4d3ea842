"""Work that one process does at a time, whichever: a lease with an end, so that one that died holds up nobody."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ivr.store.models import Lease


def take_lease(tx: Session, name: str, holder: str, now: datetime, until: datetime) -> bool:
    """Whether `holder` may do `name` until `until`; its own lease is renewed."""
    free = or_(Lease.until <= now, Lease.holder == holder)
    taken: Any = tx.execute(update(Lease).where(Lease.name == name, free).values(holder=holder, until=until))
    if taken.rowcount == 1:
        return True
    if tx.get(Lease, name) is not None:
        return False
    try:
        with tx.begin_nested():
            tx.add(Lease(name=name, holder=holder, until=until))
    except IntegrityError:
        return False
    return True
