"""Payments of a day to come: promised to the outbox, made or refused on their day, and the caller is told."""

from datetime import datetime, time, tzinfo

from sqlalchemy.orm import Session

from ivr.dialogue.verbalize import written_money
from ivr.ledger.posting import move, refusal
from ivr.store import outbox
from ivr.store.models import Account, Call, Payment
from ivr.store.topics import PAYMENT_DUE, TEXT_SEND

MORNING = time(8)  # the caller gets a text message then, so not at midnight
_WHY = {
    "insufficient": "there was not enough in that account",
    "limit": "it was more than is owed or may be paid at once",
    "nothing-due": "there was nothing left to pay",
}


def promise(tx: Session, payment: Payment, zone: tzinfo) -> None:
    """The payment will be made on the morning of its day."""
    tx.flush()
    outbox.put(tx, PAYMENT_DUE, {"payment": payment.id}, datetime.combine(payment.on, MORNING, zone))


def execute(tx: Session, payment_id: int, now: datetime) -> None:
    """Makes a scheduled payment, or marks it refused, and promises the caller a text. Does nothing a second time."""
    payment = tx.get_one(Payment, payment_id, with_for_update=True)
    if payment.state != "scheduled":
        return
    account = tx.get_one(Account, payment.account_id, with_for_update=True)
    payment.refusal = refusal(account, payment.amount, payment.source, payment.on, payment.on)
    payment.state = "refused" if payment.refusal else "made"
    if payment.refusal is None:
        move(tx, account, payment)
    _promise_text(tx, payment, account.currency, now)


def _promise_text(tx: Session, payment: Payment, currency: str, now: datetime) -> None:
    sid = payment.key.rpartition(":")[0]
    if tx.get(Call, sid) is None:
        return  # not promised in a call of ours
    what = f"of {written_money(payment.amount, currency)} from {payment.source}"
    if payment.refusal is None:
        body = f"Your scheduled payment {what} was made today. Confirmation {payment.confirmation}."
    else:
        why = _WHY.get(payment.refusal, "the account has changed")
        body = f"Your scheduled payment {what} was not made: {why}. Please call us."
    outbox.put(tx, TEXT_SEND, {"call": sid, "body": body}, now)
