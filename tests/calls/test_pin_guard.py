"""Whoever guesses at PINs is stopped, whoever owns the account is not, and nobody is locked out for ever."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from ivr.calls.pin_guard import PinGuard, PinLimits
from ivr.dialogue.events import PinChecked
from ivr.ledger.port import LedgerError
from ivr.ledger.sql import SqlLedger
from ivr.store.engine import Sessions
from ivr.store.models import Call
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.integration

OWNER, STRANGER, RIGHT = "+15550100001", "+15559990000", "2749"
LOCKED, WRONG, OK = PinChecked(ok=False, locked=True), PinChecked(ok=False), PinChecked(ok=True)
Guess = Callable[..., PinChecked]


@pytest.fixture
def guard(sessions: Sessions, clock: FakeClock, ledger: SqlLedger) -> PinGuard:
    return PinGuard(sessions, clock, ledger)


@pytest.fixture
def guess(sessions: Sessions, clock: FakeClock, guard: PinGuard) -> Guess:
    """One guess in a call of its own."""
    calls: list[str] = []

    def guessed(account: str = "acc-1", pin: str = "0000", caller: str = STRANGER, sid: str = "") -> PinChecked:
        sid = sid or f"CA{len(calls)}"
        if sid not in calls:
            calls.append(sid)
            with sessions.begin() as tx:
                tx.add(Call(sid=sid, caller=caller, called="+1", started_at=clock.now(), problems=[]))
        return guard.check(sid, account, pin)

    return guessed


def test_a_stranger_is_held_off_and_the_owner_is_not(guess: Guess) -> None:
    assert [guess() for _ in range(4)] == [WRONG, WRONG, WRONG, LOCKED]
    assert guess(pin=RIGHT) == LOCKED
    assert guess(pin=RIGHT, caller=OWNER) == OK


def test_a_lock_fades_within_a_day_even_if_it_is_knocked_at(guess: Guess, clock: FakeClock) -> None:
    for _ in range(3):
        guess()
    for _ in range(25):
        clock.forward(timedelta(minutes=59).total_seconds())
        guess()
    assert guess(pin=RIGHT) == OK


def test_the_owners_success_gives_a_guesser_no_new_tries(guess: Guess) -> None:
    answers = []
    for _ in range(4):
        answers += [guess(), guess(pin=RIGHT, caller=OWNER)]
    assert answers[::2] == [WRONG, WRONG, WRONG, LOCKED]
    assert answers[1::2] == [OK] * 4


def test_nor_does_it_when_the_guesser_pretends_to_call_from_the_owners_number(guess: Guess) -> None:
    assert [guess(caller=OWNER) for _ in range(2)] == [WRONG, WRONG]
    assert guess(pin=RIGHT, caller=OWNER) == OK
    assert [guess(caller=OWNER) for _ in range(2)] == [WRONG, LOCKED]


def test_slips_in_the_call_that_succeeds_are_forgiven(guess: Guess) -> None:
    for day in range(4):
        assert [guess(pin=pin, caller=OWNER, sid=f"CAday{day}") for pin in ("1111", "2222", RIGHT)] == [
            WRONG,
            WRONG,
            OK,
        ]


def test_one_number_is_stopped_whatever_accounts_it_tries(guess: Guess) -> None:
    accounts = [f"nobody:{number}" for number in range(3)] + ["acc-1", "acc-2", "acc-3"]
    answers = [guess(account) for account in accounts for _ in range(2)]
    assert answers == [WRONG] * 6 + [LOCKED] * 6


def test_one_account_is_guarded_whatever_numbers_are_pretended(guess: Guess) -> None:
    answers = [guess(caller=f"+1555010{number:04}") for number in range(12)]
    assert answers[:9] == [WRONG] * 9
    assert answers[10:] == [LOCKED] * 2


def test_an_account_that_does_not_exist_is_counted_like_one_that_does(guess: Guess) -> None:
    assert [guess("nobody:4711", caller=f"+1555010{n:04}").locked for n in range(12)] == [False] * 10 + [True] * 2
    assert [guess("nobody:4712", caller="+15550207777").locked for _ in range(4)] == [False] * 3 + [True]


@pytest.mark.parametrize("caller", ["anonymous", "+266696687", "", "sip:anonymous@anonymous.invalid"])
def test_all_who_hide_their_number_share_one_count(guess: Guess, caller: str) -> None:
    for number in range(30):
        guess(f"nobody:{number}", caller="Restricted" if number % 2 else "+7378742833")
    assert guess("acc-1", RIGHT, caller=caller) == LOCKED
    assert guess("acc-1", RIGHT, caller=OWNER) == OK


def test_the_line_has_a_limit_of_an_hour(
    sessions: Sessions, clock: FakeClock, ledger: SqlLedger, guess: Guess, guard: PinGuard
) -> None:
    guard._limits = PinLimits(per_hour=12)
    for number in range(12):
        guess(f"nobody:{number}", caller=f"+1555010{number:04}")
    assert guess("acc-1", RIGHT, caller=OWNER) == LOCKED
    clock.forward(3601)
    assert guess("acc-1", RIGHT, caller=OWNER) == OK


def test_an_agent_lifts_a_lock(guess: Guess, guard: PinGuard) -> None:
    for _ in range(4):
        guess(caller=OWNER)
    assert guard.locked("acc-1", OWNER)
    guard.lift("acc-1")
    assert not guard.locked("acc-1", OWNER)
    assert guess(pin=RIGHT, caller=OWNER) == OK


def test_a_ledger_that_does_not_answer_costs_no_try(
    guess: Guess, ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_account: str, _pin: str) -> PinChecked:
        raise LedgerError("away")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "check_pin", away)
        for _ in range(9):
            with pytest.raises(LedgerError):
                guess(caller=OWNER)
    assert guess(pin=RIGHT, caller=OWNER) == OK
