"""Codes are sent to the number on file alone, are good for one account, one call and five minutes, and kept nowhere."""

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text

from ivr.calls.one_time_codes import LIMIT, OneTimeCodes
from ivr.carrier.port import CarrierError
from ivr.dialogue.actions import CheckCode, FindMobile, SendCode
from ivr.dialogue.events import CodeChecked, CodeSent, Failed, Keyed, MobileFound
from ivr.handoff.request import request_handoff
from ivr.ledger.sql import SqlLedger
from ivr.store.engine import Sessions
from ivr.store.models import Account, Call, OneTimeCode, Turn
from speech.events import UserTurn
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.fakes.fake_texts import FakeTexts
from tests.harness.call_line import MORGAN, SID, understand
from tests.harness.calls import Calls
from tests.harness.media_caller import MediaCaller, call_of, said, turns_of

pytestmark = pytest.mark.integration

OTHER = "CA" + "2" * 32
SPENT = CodeChecked(ok=False, spent=True)


@pytest.fixture
def texts() -> FakeTexts:
    return FakeTexts()


@pytest.fixture
def codes(sessions: Sessions, clock: FakeClock, ledger: SqlLedger, texts: FakeTexts) -> OneTimeCodes:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return OneTimeCodes(sessions, clock, ledger, texts, "Test Bank", hasher=cheap)


@pytest.fixture
def caller(sessions: Sessions, clock: FakeClock, ledger: SqlLedger, codes: OneTimeCodes) -> MediaCaller:
    calls = Calls(
        sessions, clock, understand, ledger, FakeLiveUpdates(), request_handoff,
        company="Test Bank", notice="en-test", codes=codes,
    )  # fmt: skip
    return MediaCaller(calls)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_code_goes_to_the_number_on_file_and_proves_the_caller_once(codes: OneTimeCodes, texts: FakeTexts) -> None:
    assert codes.find_mobile("acc-1") == MobileFound("0001")
    assert codes.send(SID, 4, "acc-1") == CodeSent(ok=True)
    assert [to for to, _ in texts.sent] == [MORGAN]
    assert "Test Bank" in texts.sent[0][1] and "5 minutes" in texts.sent[0][1]
    assert codes.check(SID, "acc-1", texts.code) == CodeChecked(ok=True)
    assert codes.check(SID, "acc-1", texts.code) == SPENT


def test_asked_for_twice_the_same_text_is_sent_once(codes: OneTimeCodes, texts: FakeTexts) -> None:
    assert codes.send(SID, 4, "acc-1") == codes.send(SID, 4, "acc-1") == CodeSent(ok=True)
    assert len(texts.sent) == 1


def test_a_code_is_worth_nothing_after_five_minutes(codes: OneTimeCodes, texts: FakeTexts, clock: FakeClock) -> None:
    codes.send(SID, 4, "acc-1")
    clock.forward(301)
    assert codes.check(SID, "acc-1", texts.code) == SPENT


def test_the_third_wrong_code_spends_it(codes: OneTimeCodes, texts: FakeTexts) -> None:
    codes.send(SID, 4, "acc-1")
    tried = [codes.check(SID, "acc-1", wrong(texts.code)) for _ in range(3)]
    assert tried == [CodeChecked(False), CodeChecked(False), SPENT]
    assert codes.check(SID, "acc-1", texts.code) == SPENT


def test_a_second_text_makes_the_first_code_worthless(codes: OneTimeCodes, texts: FakeTexts) -> None:
    codes.send(SID, 4, "acc-1")
    first = texts.code
    codes.send(SID, 6, "acc-1")
    if first != texts.code:
        assert not codes.check(SID, "acc-1", first).ok
    assert codes.check(SID, "acc-1", texts.code).ok


def test_a_code_is_good_for_no_other_account_and_no_other_call(codes: OneTimeCodes, texts: FakeTexts) -> None:
    codes.send(SID, 4, "acc-1")
    assert codes.check(SID, "acc-2", texts.code) == SPENT
    assert codes.check(OTHER, "acc-1", texts.code) == SPENT


def test_an_account_gets_only_so_many_texts_in_an_hour(codes: OneTimeCodes, texts: FakeTexts, clock: FakeClock) -> None:
    sent = [codes.send(OTHER if turn % 2 else SID, turn, "acc-1").ok for turn in range(LIMIT + 1)]
    assert sent == [True] * LIMIT + [False] and len(texts.sent) == LIMIT
    assert codes.send(SID, 90, "acc-2").ok
    clock.forward(3601)
    assert codes.send(SID, 91, "acc-1").ok


def test_no_text_no_code(codes: OneTimeCodes, texts: FakeTexts, caplog: pytest.LogCaptureFixture) -> None:
    texts.fault = CarrierError(f"the carrier refused: 21614 {MORGAN} is not a mobile number", again=False)
    assert codes.send(SID, 4, "acc-1") == CodeSent(ok=False)
    assert codes.send(SID, 4, "acc-1") == CodeSent(ok=False)
    assert MORGAN not in caplog.text and "was not sent" in caplog.text


@pytest.mark.parametrize("phone", [None, "anonymous", "+442079460000"])
def test_an_account_without_a_number_for_texts_gets_none(
    codes: OneTimeCodes, texts: FakeTexts, sessions: Sessions, phone: str | None
) -> None:
    with sessions.begin() as tx:
        tx.get_one(Account, "acc-1").phone = phone
    assert codes.find_mobile("acc-1") == MobileFound("")
    assert codes.send(SID, 4, "acc-1") == CodeSent(ok=False) and not texts.sent


def test_a_locked_account_is_not_opened_by_a_text(codes: OneTimeCodes, ledger: SqlLedger) -> None:
    for _ in range(10):
        ledger.check_pin("acc-1", "0000")
    assert codes.find_mobile("acc-1") == MobileFound("")


def test_only_a_hash_is_kept_and_none_once_it_is_used(
    codes: OneTimeCodes, texts: FakeTexts, sessions: Sessions
) -> None:
    codes.send(SID, 4, "acc-1")
    with sessions() as tx:
        row = tx.scalars(select(OneTimeCode)).one()
        assert row.hash.startswith("$argon2id$") and texts.code not in row.hash
    codes.check(SID, "acc-1", texts.code)
    with sessions() as tx:
        assert tx.scalars(select(OneTimeCode.hash)).all() == [""]


# --- in a call ---


@pytest.mark.parametrize("by_key", [True, False])
def test_a_caller_who_forgot_his_pin_hears_his_balance_and_the_code_stays_nowhere(
    caller: MediaCaller, texts: FakeTexts, sessions: Sessions, caplog: pytest.LogCaptureFixture, by_key: bool
) -> None:
    caplog.set_level("DEBUG")
    caller.dial()
    caller.say("balance")
    assert "ending zero, zero, zero, one" in said(caller.say("I forgot it"))
    caller.say("yes")
    spoken = caller.key(texts.code) if by_key else caller.say(texts.code)
    assert "two thousand four hundred" in said(spoken)
    assert call_of(sessions).verified_at is not None
    assert [turn.text for turn in turns_of(sessions, "caller")][-1] == "(code)"
    assert texts.code not in caplog.text
    with sessions() as tx:
        for table in (Turn.__table__, Call.__table__, OneTimeCode.__table__):
            assert texts.code not in str(tx.execute(select(table)).all())
        assert texts.code not in str(tx.execute(text("select payload from outbox")).all())


def test_digits_given_while_the_code_is_offered_or_checked_are_not_stored(
    caller: MediaCaller, texts: FakeTexts, sessions: Sessions
) -> None:
    caller.dial()
    caller.say("balance")
    caller.say("I forgot it")
    caller.say("yes")
    for number in ("one", "two"):
        caller.calls.dialogue.apply(SID, Keyed(texts.code), f"s1.{number}", UserTurn.of_keys(texts.code, 4.0))
    assert [turn.text for turn in turns_of(sessions, "caller")][-2:] == ["(code)", "(code)"]


def test_the_brief_names_the_code_as_the_proof(caller: MediaCaller, texts: FakeTexts, sessions: Sessions) -> None:
    caller.dial()
    for words in ("balance", "I forgot it", "yes", "123456"):
        caller.say(texts.code if words == "123456" else words)
    caller.say("agent")
    assert call_of(sessions).dialogue["by_code"]  # type: ignore[index]


def test_without_the_setting_nothing_is_sent(calls: Calls) -> None:
    for query in (FindMobile("acc-1"), SendCode("acc-1", 1), CheckCode("acc-1", "123456")):
        assert isinstance(calls.dialogue.ask(SID, query), Failed)
