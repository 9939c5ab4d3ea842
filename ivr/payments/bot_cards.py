"""A card payment: the carrier takes the card, the call's row says how far that is, the outbox does the rest.

`Call.card` holds {turn, amount, currency, account, on, watch, result, confirmation, told} and no card data.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.dialogue import machine
from ivr.dialogue.actions import TakeCard
from ivr.dialogue.events import CardTaken
from ivr.store import outbox
from ivr.store.models import Call, Outbox
from ivr.store.topics import CARD_BOOK, RECORDING_RESUME

LONGEST = timedelta(minutes=15)  # no card entry lasts longer: by then the recording goes on, whatever was lost
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
_DECLINED = re.compile(r"declin|insufficient|expired|do.not.hono", re.I)
_SPEAKABLE = re.compile(r"[A-Za-z0-9]{1,12}")  # shorter than any card number


@dataclass(frozen=True, slots=True)
class Card:
    """The carrier takes a card now: the payment agreed in `turn`, in minor units."""

    turn: int
    amount: int
    currency: str


def read_result(result: str, confirmation: str, error: str) -> CardTaken:
    """The carrier's result. A refusal of the card, told by the connector's `error`, is "declined"."""
    if result == "success":
        return CardTaken(result, confirmation if _SPEAKABLE.fullmatch(confirmation) else "")
    if result == "payment-connector-error" and _DECLINED.search(error):
        return CardTaken("declined")
    return CardTaken(result if result in RESULTS else FAULT)


def ask_for(call: Call, state: machine.State, action: TakeCard) -> None:
    """The next document of the call takes a card."""
    call.stage = "card"
    call.card = {
        "turn": state.turn,
        "amount": action.amount,
        "currency": action.currency,
        "account": state.account,
        "on": state.today.isoformat(),
        "watch": None,
        "result": None,
        "confirmation": "",
        "told": False,
    }


def begin(tx: Session, call: Call, now: datetime) -> Card:
    """The entry begins, and a promise that its pause of the recording ends."""
    card = call.card or {}
    if card["watch"] is None:
        card = call.card = {**card, "watch": outbox.put(tx, RECORDING_RESUME, {"call": call.sid}, now + LONGEST)}
    return Card(card["turn"], card["amount"], card["currency"])


def settle(tx: Session, call: Call, turn: int, taken: CardTaken, now: datetime, on: date) -> bool:
    """Keeps the result of the entry of `turn`, once; a success is promised to the ledger as of day `on`.

    False: nothing new."""
    card = call.card
    if card is None or card["turn"] != turn or card["result"] is not None:
        return False
    call.card = {**card, "result": taken.result, "confirmation": taken.confirmation, "on": on.isoformat()}
    if taken.result == "success":
        outbox.put(tx, CARD_BOOK, _booking(call.sid, call.card), now)
    if call.stage == "card":
        call.stage = "dialogue"
    resume_recording(tx, call, now)
    return True


def resume_recording(tx: Session, call: Call, now: datetime) -> None:
    """The entry is over, however it ended: the recording goes on now."""
    if call.card and call.card["watch"] is not None:
        waiting = update(Outbox).where(Outbox.id == call.card["watch"], Outbox.done_at.is_(None))
        tx.execute(waiting.values(due_at=now))


def unreported(call: Call) -> CardTaken | None:
    """A result that the dialogue has not heard of yet."""
    card = call.card
    if card is None or card["result"] is None or card["told"]:
        return None
    return CardTaken(card["result"], card["confirmation"])


def mark_reported(call: Call) -> bool:
    """The dialogue hears of the result now; False when there is none to hear of."""
    if unreported(call) is None:
        return False
    call.card = {**(call.card or {}), "told": True}
    return True


def doubt(call: Call) -> dict[str, str]:
    """What an agent must know when a card was being taken and nothing came back."""
    begun = call.stage == "card" and call.card is not None and call.card["watch"] is not None
    return {"card": "was being taken and may have been charged"} if begun else {}


def may_have_charged(call: Call) -> bool:
    """Whether the bot's card entry in this call took the money, or nobody told how it ended."""
    card = call.card
    return card is not None and card.get("watch") is not None and card.get("result") in (None, "success")


def calls_since(tx: Session, account: str, since: datetime) -> list[Call]:
    """The calls about `account` that began from `since` on and are not forgotten."""
    of_it = select(Call).where(Call.forgotten_at.is_(None), Call.started_at >= since, Call.account_id == account)
    return list(tx.scalars(of_it))


def unbooked(tx: Session, account: str) -> bool:
    """Whether a card was charged for `account` and its ledger has not been told yet."""
    owed = select(Outbox.payload).where(Outbox.topic == CARD_BOOK, Outbox.done_at.is_(None))
    return any(booking["account"] == account for booking in tx.scalars(owed))


def _booking(sid: str, card: dict[str, object]) -> dict[str, object]:
    wanted = {name: card[name] for name in ("account", "amount", "on", "confirmation")}
    return {"key": f"{sid}:{card['turn']}", **wanted}
