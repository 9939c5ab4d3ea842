"""A card entry that the bot leads: the carrier takes the card, the call's row says how far that is.

`Call.card` holds {turn, amount, currency, account, on, watch, result, confirmation, told} and no card data. No other
module reads it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.dialogue import machine
from ivr.dialogue.actions import TakeCard
from ivr.dialogue.events import CardTaken
from ivr.payments import card_entry
from ivr.payments.card_entry import LONGEST, CardState
from ivr.store import outbox
from ivr.store.models import Call
from ivr.store.topics import RECORDING_RESUME


@dataclass(frozen=True, slots=True)
class Card:
    """The carrier takes a card now: the payment agreed in `turn`, in minor units."""

    turn: int
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class BotEntry:
    """An entry that the carrier has begun, `amount` in minor units, `on` an ISO date. No result: it may be charged any
    moment, or nobody told how it ended."""

    amount: int
    currency: str
    on: str
    confirmation: str
    result: str | None


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
        key = f"{call.sid}:{turn}"
        card_entry.promise_booking(tx, key, card["account"], card["amount"], on.isoformat(), taken.confirmation, now)
    if call.stage == "card":
        call.stage = "dialogue"
    resume_recording(tx, call, now)
    return True


def resume_recording(tx: Session, call: Call, now: datetime) -> None:
    """The entry is over, however it ended: the recording goes on now."""
    if call.card and call.card["watch"] is not None:
        card_entry.hasten(tx, call.card["watch"], now)


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


def entry_of(call: Call) -> BotEntry | None:
    """The call's entry; None before the carrier began it."""
    card = call.card or {}
    if card.get("watch") is None:
        return None
    return BotEntry(card["amount"], card["currency"], card["on"], card["confirmation"], card.get("result"))


def state_of(call: Call) -> CardState | None:
    """How far the entry is; None before the carrier began it."""
    if (entry := entry_of(call)) is None:
        return None
    return "charging" if entry.result is None else card_entry.state_after(entry.result)


def may_have_charged(call: Call) -> bool:
    """Whether the bot's card entry in this call took the money, or nobody told how it ended."""
    return state_of(call) in card_entry.MAY_HAVE_CHARGED


def calls_since(tx: Session, account: str, since: datetime) -> list[Call]:
    """The calls about `account` that began from `since` on and are not forgotten."""
    of_it = select(Call).where(Call.forgotten_at.is_(None), Call.started_at >= since, Call.account_id == account)
    return list(tx.scalars(of_it))
