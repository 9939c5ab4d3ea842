"""What every card entry has in common, whether the bot or an agent leads it: its states, its end, and what follows.

The bot's entry stands in `Call.card`, an agent's in a row of `card_payments`. In both the carrier takes the card, we
know how far that is and what is to be paid, and the outbox holds a promise, `watch`, that the recording goes on.
"""

import re
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.dialogue.events import CardTaken
from ivr.store import outbox
from ivr.store.models import Outbox
from ivr.store.topics import CARD_BOOK

CardState = Literal[
    "open", "charging", "success", "declined", "no-entry", "hung-up", "cancelled", "failed", "doubtful"
]  # fmt: skip
UNDER_WAY: tuple[CardState, ...] = ("open", "charging")
MAY_HAVE_CHARGED: tuple[CardState, ...] = ("charging", "success", "doubtful")

LONGEST = timedelta(minutes=15)  # no entry lasts longer: by then the recording goes on, whatever was lost
FAULT = "internal-error"
RESULTS = frozenset(
    {
        "success",
        "too-many-failed-attempts",
        "payment-connector-error",
        "caller-interrupted-with-star",
        "caller-hung-up",
        "validation-error",
        FAULT,
    }
)
_ENDED_BY: dict[str, CardState] = {
    "success": "success",
    "declined": "declined",
    "too-many-failed-attempts": "no-entry",
    "caller-hung-up": "hung-up",
}
_DECLINED = re.compile(r"declin|insufficient|expired|do.not.hono", re.I)
_SPEAKABLE = re.compile(r"[A-Za-z0-9]{1,12}")  # shorter than any card number


def read_result(result: str, confirmation: str, error: str) -> CardTaken:
    """The carrier's result. A refusal of the card, told by the connector's `error`, is "declined"."""
    if result == "success":
        return CardTaken(result, confirmation if _SPEAKABLE.fullmatch(confirmation) else "")
    if result == "payment-connector-error" and _DECLINED.search(error):
        return CardTaken("declined")
    return CardTaken(result if result in RESULTS else FAULT)


def state_after(result: str) -> CardState:
    """The state in which `result`, as `read_result` gives it, leaves an entry."""
    return _ENDED_BY.get(result, "failed")


def hasten(tx: Session, watch: int | None, at: datetime) -> None:
    """What was promised to follow the entry is due at `at`; nothing where it has followed already."""
    tx.execute(update(Outbox).where(Outbox.id == watch, Outbox.done_at.is_(None)).values(due_at=at))


def promise_booking(
    tx: Session, key: str, account: object, amount: object, on: str, confirmation: object, now: datetime
) -> None:
    """The ledger will be told of the charge, once for `key`; `amount` in minor units, `on` an ISO day."""
    booking = {"key": key, "account": account, "amount": amount, "on": on, "confirmation": confirmation}
    outbox.put(tx, CARD_BOOK, booking, now)


def unbooked(tx: Session, account: str) -> bool:
    """Whether a card was charged for `account` and its ledger has not been told yet."""
    owed = select(Outbox.payload).where(Outbox.topic == CARD_BOOK, Outbox.done_at.is_(None))
    return any(booking["account"] == account for booking in tx.scalars(owed))
