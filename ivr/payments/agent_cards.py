"""A card entry in an agent's call: its row, step by step, each in the transaction `tx`."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.carrier.callbacks import CardUpdate
from ivr.dialogue import verbalize
from ivr.dialogue.facts import Facts
from ivr.payments.card_entry import LONGEST, UNDER_WAY, CardState, hasten, promise_booking, read_result, state_after
from ivr.store import outbox
from ivr.store.models import Agent, Audit, Call, CardPayment, Handoff
from ivr.store.topics import CARD_OVER, TEXT_SEND

FIELDS = ("payment-card-number", "expiration-date", "security-code")
TRIES = 3  # at one field
CHARGE_TIMEOUT = timedelta(minutes=1)  # a connector that has not answered by then will not
CardAction = Literal["capture", "complete"]


class CardRefusedError(ValueError):
    """Why no card is taken: a sentence for the agent's screen."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid, in minor units, into the ledger's `account`."""

    account: str
    amount: int
    currency: str
    on: date


def check(facts: Facts, amount: int) -> None:
    """Raises CardRefusedError for an amount that the ledger's account cannot take."""
    most = facts.balance if facts.owed else facts.due
    if most <= 0:
        raise CardRefusedError("nothing is owed on this account")
    if not 0 < amount <= most:
        owed = verbalize.written_money(most, facts.currency)
        raise CardRefusedError(f"the amount must be more than nothing and at most {owed}")


def begin(tx: Session, handoff: Handoff, leg: str | None, agent: Agent, order: Order, now: datetime) -> CardPayment:
    """The entry begins, with the promise that recording and listening go on after it. Raises CardRefusedError.

    `leg` is the caller's, None while a second agent is in their conference.
    """
    tx.get_one(Call, handoff.call_sid, with_for_update=True)  # whoever asks the same beside us waits here
    if standing(tx, handoff.id) is not None:
        raise CardRefusedError("a card is being taken already")
    if leg is None:
        raise CardRefusedError("finish the transfer first")
    row = CardPayment(
        call_sid=handoff.call_sid, handoff_id=handoff.id, agent_id=agent.id, field=FIELDS[0], begun_at=now,
        leg=leg,
        account=order.account, amount=order.amount, currency=order.currency, on=order.on,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    row.watch = outbox.put(tx, CARD_OVER, {"payment": row.id}, now + LONGEST)
    _audit(tx, row, agent.email, "card-begun", now)
    return row


def standing(tx: Session, handoff_id: int) -> CardPayment | None:
    """The entry that is under way in this hand-off."""
    query = select(CardPayment).where(CardPayment.handoff_id == handoff_id, CardPayment.state.in_(UNDER_WAY))
    return tx.scalars(query).first()


def last(tx: Session, handoff_id: int) -> CardPayment | None:
    """The newest entry of this hand-off, however it ended."""
    query = select(CardPayment).where(CardPayment.handoff_id == handoff_id).order_by(CardPayment.id.desc())
    return tx.scalars(query.limit(1)).first()


def advance(tx: Session, row: CardPayment, card_update: CardUpdate, now: datetime) -> CardAction | None:
    """What the carrier tells, in any order and any number of times; what is to be asked of it next."""
    if card_update.result:
        _settle(tx, row, card_update, now)
    elif row.state != "open" or card_update.partial:
        return None
    elif card_update.error:
        row.tries += 1
        if row.tries < TRIES:
            return "capture"
        end(tx, row, "no-entry", now)
    elif card_update.required is not None and row.field not in card_update.required:
        return _next_field(tx, row, card_update.required, now)
    return None


def end(tx: Session, row: CardPayment, state: CardState, now: datetime) -> None:
    """It is over; recording and listening go on."""
    row.state, row.ended_at = state, now
    hasten(tx, row.watch, now)
    _audit(tx, row, "carrier", f"card-{state}", now)


def end_standing(tx: Session, handoff_id: int, now: datetime) -> None:
    """Caller or agent has left the call: an unfinished entry ends; a charge under way is still answered."""
    row = standing(tx, handoff_id)
    if row is not None and row.state == "open":
        end(tx, row, "hung-up", now)


def renew(tx: Session, row: CardPayment, now: datetime) -> None:
    """What must follow its end is promised anew: the first promise may have been kept too early."""
    row.watch = outbox.put(tx, CARD_OVER, {"payment": row.id}, now)


def overdue(tx: Session, row: CardPayment, now: datetime) -> None:
    """Nothing more was told of it."""
    if row.state in UNDER_WAY:
        end(tx, row, "doubtful" if row.state == "charging" else "no-entry", now)


def _next_field(tx: Session, row: CardPayment, required: tuple[str, ...], now: datetime) -> CardAction:
    row.tries = 0
    if required:
        row.field = required[0]
        return "capture"
    row.state = "charging"
    hasten(tx, row.watch, now + CHARGE_TIMEOUT)
    return "complete"


def _settle(tx: Session, row: CardPayment, card_update: CardUpdate, now: datetime) -> None:
    """A charge is booked once, however late it is told; any other result counts while the entry is open."""
    taken = read_result(card_update.result, card_update.confirmation, card_update.reason)
    if taken.result == "success" and row.state != "success":
        row.confirmation = taken.confirmation
        end(tx, row, "success", now)
        promise_booking(tx, row.key, row.account, row.amount, row.on.isoformat(), row.confirmation, now)
        outbox.put(tx, TEXT_SEND, {"call": row.call_sid, "body": receipt(row)}, now)
    elif taken.result != "success" and row.state in UNDER_WAY:
        end(tx, row, state_after(taken.result), now)


def receipt(row: CardPayment) -> str:
    """What the caller gets as a text."""
    amount = verbalize.written_money(row.amount, row.currency)
    number = f" Confirmation {row.confirmation}." if row.confirmation else ""
    return f"Your card payment of {amount} on {verbalize.written_day(row.on)} went through.{number}"


def _audit(tx: Session, row: CardPayment, actor: str, action: str, now: datetime) -> None:
    detail = {"payment": row.id, "account": row.account, "amount": row.amount, "currency": row.currency}
    tx.add(Audit(at=now, actor=actor, action=action, subject=f"call:{row.call_sid}", detail=detail))
