"""A payment agreed on just before midnight is made just after it, and dated as it was."""

from datetime import UTC, date, datetime

import httpx
import pytest

from ivr.dialogue.actions import Pay
from ivr.dialogue.events import Keyed, Paid, Refused
from ivr.ledger.http import HttpLedger
from ivr.ledger.port import LedgerError
from ivr.ledger.sql import SqlLedger
from ivr.store.engine import Sessions
from ivr.store.models import Entry
from tests.fakes.fake_clock import FakeClock
from tests.harness.call_line import LINE, MORGAN, SID
from tests.harness.calls import Calls
from tests.harness.card_caller import CardCaller
from tests.harness.media_caller import said

pytestmark = pytest.mark.integration

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
LATE = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
YES, FULL, CHECKING, TODAY, TOMORROW = "1", "1", "1", "1", "2"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(LATE)


def at_the_read_back(calls: Calls, day: str = TODAY) -> CardCaller:
    line = CardCaller(None, calls)  # type: ignore[arg-type]
    connected = calls.dialogue.connect(SID, calls.answer(SID, MORGAN, LINE).token)
    line.stream = connected.number
    line.follow(line.apply(calls.dialogue.opening(connected)))
    line.say("pay")
    for keys in ("2749", "2", CHECKING, day):
        line.key(keys)
    return line


def test_today_agreed_at_one_to_midnight_is_paid_after_it_and_dated_honestly(
    calls: Calls, clock: FakeClock, sessions: Sessions
) -> None:
    line = at_the_read_back(calls)
    clock.forward(61)
    told = said(line.key(YES))
    assert "paid" in told and "fault" not in told and "scheduled" not in told
    with sessions() as tx:
        from sqlalchemy import select

        made = tx.scalars(select(Entry).where(Entry.account_id == "acc-1").order_by(Entry.id.desc())).first()
        assert made is not None and made.on == TUESDAY


def test_tomorrow_keyed_after_midnight_is_the_day_after(calls: Calls, clock: FakeClock) -> None:
    line = CardCaller(None, calls)  # type: ignore[arg-type]
    connected = calls.dialogue.connect(SID, calls.answer(SID, MORGAN, LINE).token)
    line.stream = connected.number
    line.follow(line.apply(calls.dialogue.opening(connected)))
    line.say("pay")
    clock.forward(61)
    for keys in ("2749", "2", CHECKING, TOMORROW):
        line.key(keys)
    [pay] = [action for _, action in line.apply(Keyed(YES)).actions if isinstance(action, Pay)]
    assert pay.on == date(2026, 3, 4)


def test_a_day_long_past_is_refused(ledger: SqlLedger, clock: FakeClock) -> None:
    for later in (2 * 3600, 3 * 86400):
        clock.forward(later)
        assert ledger.pay("k", "acc-1", 100, "checking", MONDAY) == Refused("unknown")


def test_the_same_key_gives_the_same_answer_on_both_sides_of_midnight(ledger: SqlLedger, clock: FakeClock) -> None:
    first = ledger.pay("k", "acc-1", 100, "checking", MONDAY)
    clock.forward(61)
    assert isinstance(first, Paid) and ledger.pay("k", "acc-1", 100, "checking", MONDAY) == first


@pytest.mark.parametrize("balance", [2**63, -(2**63) - 1, 10**40])
def test_an_amount_that_nobody_can_count_is_an_answer_that_breaks_the_contract(balance: int) -> None:
    account = {"balance": balance, "currency": "USD", "owed": True, "due": 1, "minimum": 0}
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json=account))
    with pytest.raises(LedgerError, match="contract"):
        HttpLedger("https://ledger.example.com", "", transport).facts("acc-1")
