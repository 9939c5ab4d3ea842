"""How often is called and texted: limits of a day, and what stands in the audit."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from ivr.dialling.dials import DialRefusedError, Dials, Limits, Purpose, caller
from ivr.dialling.policy import DialPolicy
from ivr.store.engine import Sessions
from ivr.store.models import Audit, Dial
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.integration

GRACE, ADA = "+15550100001", "agent:ada@bank.test"
DIALS = Dials(DialPolicy.parse("US"), "US", Limits(per_number=3, per_person=5, per_day=8))


class Line:
    """Asks for one call or text after another."""

    def __init__(self, sessions: Sessions, clock: FakeClock) -> None:
        self.sessions, self.clock = sessions, clock

    def asks(self, address: str = GRACE, purpose: Purpose = "call-back", by: str = ADA) -> str:
        """Why it was refused; empty when it was permitted."""
        try:
            with self.sessions.begin() as tx:
                DIALS.permit(tx, address, purpose, by, "CA1", self.clock.now())
        except DialRefusedError as refused:
            return str(refused)
        return ""

    def audit(self) -> list[tuple[str, str, dict[str, str]]]:
        with self.sessions() as tx:
            return [(row.actor, row.action, row.detail) for row in tx.scalars(select(Audit).order_by(Audit.id))]


@pytest.fixture
def line(sessions: Sessions, clock: FakeClock) -> Line:
    return Line(sessions, clock)


def other(number: int) -> str:
    return f"+155501001{number:02}"


def test_one_number_gets_so_many_calls_a_day_whoever_asks(line: Line) -> None:
    assert [line.asks(by=f"agent:{who}@bank.test") for who in "abc"] == ["", "", ""]
    assert "limit" in line.asks(by="agent:d@bank.test")
    line.clock.forward(timedelta(days=1).total_seconds() + 1)
    assert line.asks() == ""


def test_one_person_gets_so_many_calls_a_day_whomever_they_go_to(line: Line) -> None:
    assert [line.asks(other(number)) for number in range(5)] == [""] * 5
    assert "one person's limit" in line.asks(other(9))
    assert line.asks(other(9), by="agent:eve@bank.test") == ""


def test_the_whole_line_has_a_limit(line: Line) -> None:
    assert [line.asks(other(n), by=f"agent:{n}@bank.test") for n in range(8)] == [""] * 8
    assert "the line has reached its limit" in line.asks(other(9), by="agent:9@bank.test")


def test_texts_and_calls_are_counted_apart(line: Line) -> None:
    for _ in range(3):
        assert line.asks() == ""
    assert line.asks(purpose="text") == line.asks(purpose="receipt") == line.asks(purpose="code") == ""
    assert "texts" in line.asks(purpose="text")


def test_all_who_hide_their_number_are_counted_as_one(line: Line) -> None:
    hidden = ("anonymous", "+266696687", "Restricted", "+7378742833", "unknown")
    assert [line.asks(other(n), by=caller(who)) for n, who in enumerate(hidden)] == [""] * 5
    assert "one person's limit" in line.asks(other(8), by=caller("sip:anonymous@anonymous.invalid"))


def test_a_refusal_by_the_policy_counts_for_nothing(line: Line) -> None:
    for address in ("+19005551234", "sip:bob@evil.example", "+266696687"):
        assert line.asks(address) != ""
    with line.sessions() as tx:
        assert tx.scalar(select(func.count(Dial.id))) == 0


def test_every_dial_stands_in_the_audit_without_its_number(line: Line) -> None:
    line.asks()
    line.asks("client:grace", by=caller(GRACE))
    assert line.audit() == [
        (ADA, "dial", {"purpose": "call-back", "country": "", "ends": "01"}),
        ("caller", "dial", {"purpose": "call-back", "country": "client", "ends": "ce"}),
    ]


def test_numbers_are_forgotten_once_no_limit_looks_back_at_them(line: Line) -> None:
    line.asks()
    line.clock.forward(timedelta(days=8).total_seconds())
    line.asks(other(1))
    with line.sessions() as tx:
        assert tx.scalars(select(Dial.address)).all() == [other(1)]
