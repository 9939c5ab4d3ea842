"""The SQL ledger: who an account belongs to, what it owes, and money that moves once."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from ivr.dialogue.events import Paid, PinChecked, Refused
from ivr.ledger.port import LedgerError
from ivr.ledger.scheduled import execute
from ivr.ledger.sql import SqlLedger
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.models import Account, Payment
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.integration

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize("spelling", ["+15550100001", "15550100001", "(555) 010-0001", "+1 555 010 0001"])
def test_a_number_on_file_is_found_in_any_spelling(ledger: SqlLedger, spelling: str) -> None:
    assert ledger.find_by_phone(spelling) == "acc-1"


@pytest.mark.parametrize("number", ["anonymous", "client:web", "", "+15550109999"])
def test_an_unknown_or_withheld_number_is_nobody(ledger: SqlLedger, number: str) -> None:
    assert ledger.find_by_phone(number) is None


def test_a_number_shared_by_two_accounts_is_nobody(ledger: SqlLedger, sessions: Sessions) -> None:
    with sessions.begin() as tx:
        tx.get_one(Account, "acc-2").phone = "+15550100001"
    assert ledger.find_by_phone("+15550100001") is None


def test_an_account_is_found_by_its_number(ledger: SqlLedger) -> None:
    assert ledger.find_by_number("40012345") == "acc-1"
    assert ledger.find_by_number("40099999") is None


def test_a_right_pin_clears_earlier_failures(ledger: SqlLedger) -> None:
    for pin in ("1111", "2222"):
        assert ledger.check_pin("acc-1", pin) == PinChecked(ok=False)
    assert ledger.check_pin("acc-1", "2749") == PinChecked(ok=True)
    assert ledger.check_pin("acc-1", "1111") == PinChecked(ok=False)


def test_the_tenth_wrong_pin_locks_even_the_right_one_out_for_an_hour(ledger: SqlLedger, clock: FakeClock) -> None:
    answers = [ledger.check_pin("acc-1", "0000") for _ in range(10)]
    assert answers[-2:] == [PinChecked(ok=False), PinChecked(ok=False, locked=True)]
    assert ledger.check_pin("acc-1", "2749") == PinChecked(ok=False, locked=True)
    clock.forward(3601)
    assert ledger.check_pin("acc-1", "2749") == PinChecked(ok=True)


def test_a_lock_is_lifted_at_once(ledger: SqlLedger) -> None:
    for _ in range(10):
        ledger.check_pin("acc-1", "0000")
    ledger.unlock("acc-1")
    assert ledger.check_pin("acc-1", "2749") == PinChecked(ok=True)
    with pytest.raises(LedgerError):
        ledger.unlock("acc-99")


def test_pins_are_kept_as_hashes(ledger: SqlLedger, sessions: Sessions) -> None:
    with sessions() as tx:
        assert all(row.pin_hash.startswith("$argon2id$") for row in tx.scalars(select(Account)))


def test_facts_are_the_account_s(ledger: SqlLedger) -> None:
    facts = ledger.facts("acc-1")
    assert facts is not None
    assert (facts.balance, facts.currency, facts.minimum, facts.due) == (245017, "USD", 3500, 245017)
    assert facts.due_on == date(2026, 4, 15)
    assert facts.sources == ("checking", "savings")
    assert facts.transactions[0].text == "Corner Grocery"
    assert [name for name, _ in facts.funds] == ["checking", "savings"]
    assert not facts.locked
    for _ in range(10):
        ledger.check_pin("acc-1", "0000")
    assert (facts := ledger.facts("acc-1")) is not None
    assert facts.locked


def test_unknown_accounts_have_no_facts(ledger: SqlLedger) -> None:
    assert ledger.facts("acc-99") is None
    assert ledger.check_pin("acc-99", "1234") == PinChecked(ok=False)


def test_a_payment_is_made_once_for_its_key(ledger: SqlLedger, sessions: Sessions) -> None:
    answers = {ledger.pay("CA1:7", "acc-1", 5000, "checking", TODAY) for _ in range(5)}
    assert len(answers) == 1
    facts = ledger.facts("acc-1")
    assert facts is not None
    assert facts.balance == 240017
    with sessions() as tx:
        assert tx.scalar(select(func.count(Payment.id))) == 1


def test_a_later_payment_is_scheduled_and_moves_nothing_yet(ledger: SqlLedger, sessions: Sessions) -> None:
    later = TODAY + timedelta(days=5)
    paid = ledger.pay("CA1:7", "acc-1", 5000, "checking", later)
    assert isinstance(paid, Paid)
    assert paid.on == later
    with sessions() as tx:
        assert tx.scalars(select(Payment.state)).all() == ["scheduled"]
        assert tx.get_one(Account, "acc-1").balance == 245017


def test_a_refused_payment_is_no_payment(ledger: SqlLedger, sessions: Sessions) -> None:
    assert ledger.pay("CA1:7", "acc-2", 40000, "checking", TODAY) == Refused("insufficient")
    with sessions() as tx:
        assert tx.scalars(select(Payment)).all() == []


def test_a_scheduled_payment_that_was_refused_on_its_day_stays_refused(
    ledger: SqlLedger, sessions: Sessions, clock: FakeClock
) -> None:
    later = TODAY + timedelta(days=5)
    ledger.pay("CA1:7", "acc-2", 40000, "checking", later)
    with sessions.begin() as tx:
        execute(tx, tx.scalars(select(Payment.id)).one(), clock.now())
    assert ledger.pay("CA1:7", "acc-2", 40000, "checking", later) == Refused("insufficient")


def test_a_card_payment_is_booked_once_whatever_the_account_says(ledger: SqlLedger, sessions: Sessions) -> None:
    for _ in range(3):
        ledger.book_card("CA1:7", "acc-3", 5000, "48151623", TODAY)
    with sessions() as tx:
        payment = tx.scalars(select(Payment)).one()
        assert (payment.state, payment.source, payment.confirmation) == ("made", "card", "48151623")
        assert tx.get_one(Account, "acc-3").balance == -5000


def test_two_cards_with_the_same_confirmation_are_two_payments(ledger: SqlLedger, sessions: Sessions) -> None:
    ledger.book_card("CA1:7", "acc-1", 5000, "48151623", TODAY)
    ledger.book_card("CA2:7", "acc-1", 5000, "48151623", TODAY)
    with sessions() as tx:
        assert len(set(tx.scalars(select(Payment.confirmation)))) == 2


def test_a_card_for_nobody_s_account_is_not_lost_silently(ledger: SqlLedger) -> None:
    with pytest.raises(LedgerError):
        ledger.book_card("CA1:7", "acc-99", 5000, "48151623", TODAY)


def test_today_is_the_line_s_day(sessions: Sessions, clock: FakeClock, ledger: SqlLedger) -> None:
    clock.time = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)  # still the evening of the second in New York
    there = SqlLedger(sessions, clock, zone=ZoneInfo("America/New_York"))
    assert ledger.pay("CA1:7", "acc-1", 5000, "checking", TODAY) == Refused("unknown")
    assert isinstance(there.pay("CA1:8", "acc-1", 5000, "checking", TODAY), Paid)


@pytest.mark.parametrize(
    ("account", "amount", "source", "on", "why"),
    [
        ("acc-2", 40000, "checking", TODAY, "insufficient"),
        ("acc-4", 600_000, "checking", TODAY, "limit"),
        ("acc-2", 60000, "checking", TODAY, "limit"),
        ("acc-3", 100, "checking", TODAY, "nothing-due"),
        ("acc-1", 0, "checking", TODAY, "nothing-due"),
        ("acc-1", 100, "mattress", TODAY, "unknown"),
        ("acc-1", 100, "checking", TODAY - timedelta(days=1), "unknown"),
        ("acc-99", 100, "checking", TODAY, "unknown"),
    ],
)
def test_what_the_ledger_will_not_do_it_refuses_with_the_reason(
    ledger: SqlLedger, account: str, amount: int, source: str, on: date, why: str
) -> None:
    assert ledger.pay("CA1:7", account, amount, source, on) == Refused(why)


def test_a_database_that_is_away_is_said_to_be_unavailable(clock: FakeClock) -> None:
    away = SqlLedger(make_sessions(make_engine("sqlite:////nowhere/at/all.db")), clock)
    with pytest.raises(LedgerError):
        away.facts("acc-1")
