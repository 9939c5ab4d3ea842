"""A payment for a day to come: made on that day, or refused then, and the caller is told by text."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from ivr.ledger.scheduled import execute
from ivr.ledger.sql import SqlLedger
from ivr.store.engine import Sessions
from ivr.store.models import Account, Outbox, Payment
from ivr.store.topics import PAYMENT_DUE
from tests.fakes.fake_clock import FakeClock
from tests.harness.call_line import LINE, MORGAN, SID
from tests.harness.calls import Calls

pytestmark = pytest.mark.integration

FRIDAY = date(2026, 3, 6)


def schedule(ledger: SqlLedger, sessions: Sessions, amount: int = 5000) -> int:
    ledger.pay(f"{SID}:7", "acc-1", amount, "checking", FRIDAY)
    with sessions() as tx:
        return tx.scalars(select(Payment.id)).one()


def carry_out(sessions: Sessions, clock: FakeClock, payment: int) -> Payment:
    with sessions.begin() as tx:
        execute(tx, payment, clock.now())
        return tx.get_one(Payment, payment)


def texts(sessions: Sessions) -> list[str]:
    with sessions() as tx:
        return [row.payload["body"] for row in tx.scalars(select(Outbox).where(Outbox.topic == "text.send"))]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_it_is_promised_for_the_morning_of_its_day_where_the_line_is(
    sessions: Sessions, clock: FakeClock, ledger: SqlLedger, zone: str
) -> None:
    payment = schedule(SqlLedger(sessions, clock, zone=ZoneInfo(zone)), sessions)
    with sessions() as tx:
        row = tx.scalars(select(Outbox).where(Outbox.topic == PAYMENT_DUE)).one()
    assert row.payload == {"payment": payment}
    assert row.due_at == datetime(2026, 3, 6, 8, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_the_money_moves_once_and_the_caller_is_told_once(
    calls: Calls, ledger: SqlLedger, sessions: Sessions, clock: FakeClock
) -> None:
    calls.answer(SID, MORGAN, LINE)
    payment = schedule(ledger, sessions)
    for _ in range(3):
        assert carry_out(sessions, clock, payment).state == "made"
    with sessions() as tx:
        assert tx.get_one(Account, "acc-1").balance == 240017
    assert len(texts(sessions)) == 1
    assert "$50.00 from checking was made today" in texts(sessions)[0]


@pytest.mark.parametrize(
    ("change", "why", "words"),
    [
        ({"funds": [{"name": "checking", "available": 4999}]}, "insufficient", "not enough"),
        ({"balance": 4000}, "limit", "more than is owed"),
        ({"balance": 0}, "nothing-due", "nothing left to pay"),
        ({"funds": []}, "unknown", "has changed"),
    ],
)
def test_what_cannot_be_paid_on_the_day_is_refused_and_told(
    calls: Calls,
    ledger: SqlLedger,
    sessions: Sessions,
    clock: FakeClock,
    change: dict[str, object],
    why: str,
    words: str,
) -> None:
    calls.answer(SID, MORGAN, LINE)
    payment = schedule(ledger, sessions)
    with sessions.begin() as tx:
        for name, value in change.items():
            setattr(tx.get_one(Account, "acc-1"), name, value)
    refused = carry_out(sessions, clock, payment)
    assert (refused.state, refused.refusal) == ("refused", why)
    assert words in texts(sessions)[0]
    with sessions() as tx:
        assert tx.get_one(Account, "acc-1").balance == change.get("balance", 245017)
