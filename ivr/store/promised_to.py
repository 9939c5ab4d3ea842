"""Whose call a promise is about, as its payload names it."""

from typing import Any

from sqlalchemy.orm import Session

from ivr.store.models import CardPayment, Handoff, Outbox, PaymentOrder, Recording
from ivr.store.topics import CARD_OVER

_ROWS: dict[str, Any] = {"handoff": Handoff, "recording": Recording, "key": PaymentOrder}


def call_of(tx: Session, row: Outbox) -> str | None:
    """The SID of the caller's call; None for what is about none, or one that cannot be told any more."""
    if isinstance(sid := row.payload.get("call"), str):
        return sid
    kinds = _ROWS | ({"payment": CardPayment} if row.topic == CARD_OVER else {})
    for name, kind in kinds.items():
        key = row.payload.get(name)
        if isinstance(key, str if kind is PaymentOrder else int):  # a recording without a row is named by its SID
            found = tx.get(kind, key)
            return str(found.call_sid) if found is not None else None
    return None
