"""Codes of an app and recovery codes: each works once."""

from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from ivr.people import factors, roster
from ivr.people.factors import SecretBox, UnreadableSecretError
from ivr.store.engine import Sessions
from ivr.store.models import Agent, CodeFactor, RecoveryCode
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.integration


@pytest.fixture
def box(tmp_path: Path) -> SecretBox:
    return SecretBox.from_settings("", tmp_path)


@pytest.fixture
def ada(sessions: Sessions, clock: FakeClock) -> int:
    with sessions.begin() as tx:
        return roster.add(tx, email="ada@bank.test", name="Ada", phone="client:ada", now=clock.now()).id


def set_up(sessions: Sessions, clock: FakeClock, box: SecretBox, ada: int) -> tuple[pyotp.TOTP, list[str]]:
    with sessions.begin() as tx:
        agent = tx.get_one(Agent, ada)
        totp = pyotp.TOTP(factors.begin_codes(tx, agent, box))
        codes = factors.confirm_codes(tx, agent, totp.at(clock.now()), box, clock.now())
    assert codes is not None
    clock.forward(30)
    return totp, codes


def check(sessions: Sessions, clock: FakeClock, box: SecretBox, ada: int, code: str) -> str | None:
    with sessions.begin() as tx:
        return factors.check_code(tx, ada, code, box, clock.now())


def test_a_code_works_once(sessions: Sessions, clock: FakeClock, box: SecretBox, ada: int) -> None:
    totp, _ = set_up(sessions, clock, box, ada)
    code = totp.at(clock.now())
    assert check(sessions, clock, box, ada, f"{code[:3]} {code[3:]}") == "code"
    assert check(sessions, clock, box, ada, code) is None
    assert check(sessions, clock, box, ada, totp.at(clock.now() - timedelta(seconds=30))) is None  # an earlier one
    clock.forward(30)
    assert check(sessions, clock, box, ada, totp.at(clock.now())) == "code"


@pytest.mark.parametrize(("off", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_phones_clock_may_be_off_by_half_a_minute(
    sessions: Sessions, clock: FakeClock, box: SecretBox, ada: int, off: int, good: bool
) -> None:
    totp, _ = set_up(sessions, clock, box, ada)
    clock.forward(600)
    code = totp.at(clock.now() + timedelta(seconds=off))
    assert check(sessions, clock, box, ada, code) == ("code" if good else None)


@pytest.mark.parametrize("code", ["", "000000", "x", "123456789", "٣٣٣٣٣٣", "\x00"])
def test_what_is_no_code_is_refused(sessions: Sessions, clock: FakeClock, box: SecretBox, ada: int, code: str) -> None:
    set_up(sessions, clock, box, ada)
    assert check(sessions, clock, box, ada, code) is None


def test_an_app_that_was_never_confirmed_opens_nothing(
    sessions: Sessions, clock: FakeClock, box: SecretBox, ada: int
) -> None:
    with sessions.begin() as tx:
        agent = tx.get_one(Agent, ada)
        totp = pyotp.TOTP(factors.begin_codes(tx, agent, box))
        assert factors.begin_codes(tx, agent, box) == totp.secret  # the page may be opened again
        assert factors.confirm_codes(tx, agent, "000000", box, clock.now()) is None
        assert not factors.factors_of(tx, ada).any
    assert check(sessions, clock, box, ada, totp.at(clock.now())) is None


def test_a_recovery_code_works_once_however_it_is_written(
    sessions: Sessions, clock: FakeClock, box: SecretBox, ada: int
) -> None:
    _, codes = set_up(sessions, clock, box, ada)
    assert len(set(codes)) == 10
    assert check(sessions, clock, box, ada, codes[0].upper().replace("-", " ")) == "recovery"
    assert check(sessions, clock, box, ada, codes[0]) is None
    with sessions.begin() as tx:
        assert factors.factors_of(tx, ada).recovery == 9
        assert factors.check_code(tx, ada + 1, codes[1], box, clock.now()) is None  # another person's


def test_neither_secret_nor_recovery_codes_can_be_read_from_the_database(
    sessions: Sessions, clock: FakeClock, box: SecretBox, ada: int
) -> None:
    totp, codes = set_up(sessions, clock, box, ada)
    with sessions() as tx:
        assert totp.secret not in tx.get_one(CodeFactor, ada).secret
        assert set(codes).isdisjoint(tx.scalars(select(RecoveryCode.hash)))


def test_a_secret_of_another_key_or_person_is_not_taken(tmp_path: Path, box: SecretBox) -> None:
    sealed = box.seal("SECRET", 1)
    assert SecretBox.from_settings("", tmp_path).open(sealed, 1) == "SECRET"
    for other, person in ((SecretBox.from_settings("a key that was set", tmp_path), 1), (box, 2)):
        with pytest.raises(UnreadableSecretError, match="WARMLINE_SECRET_KEY"):
            other.open(sealed, person)


def test_all_factors_are_taken_off_together(sessions: Sessions, clock: FakeClock, box: SecretBox, ada: int) -> None:
    totp, codes = set_up(sessions, clock, box, ada)
    with sessions.begin() as tx:
        factors.reset_factors(tx, tx.get_one(Agent, ada), "eve@bank.test", clock.now())
        assert not factors.factors_of(tx, ada).any
    for code in (totp.at(clock.now()), codes[0]):
        assert check(sessions, clock, box, ada, code) is None
