"""The bot brake: by hand, by itself, and let go by a reviewer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Integer, String, literal, select

from ivr.desk.bot_brake import Brakes, gone_badly, judge
from ivr.store.engine import Sessions
from ivr.store.models import Call, CallFacts
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_live_updates import FakeLiveUpdates

pytestmark = pytest.mark.integration

GOOD, BAD = False, True


@pytest.fixture
def brakes(sessions: Sessions, clock: FakeClock) -> Brakes:
    live: object = FakeLiveUpdates()
    return Brakes(sessions, clock, live, floor=0.4)  # type: ignore[arg-type]


def calls(sessions: Sessions, clock: FakeClock, number: int, *, reason: str | None = None, rating: int = 5) -> None:
    with sessions.begin() as tx:
        for _ in range(number):
            clock.forward(60)
            at = clock.now()
            sid = f"CA{int(at.timestamp())}"
            tx.add(Call(sid=sid, caller="+1", called="+2", started_at=at, ended_at=at, rating=rating))
            tx.flush()
            tx.add(
                CallFacts(
                    call_sid=sid, place=int(at.timestamp()), started_at=at, seconds=0, language="en", intent="payment",
                    verified=False, rating=rating, handoff_reason=reason, resolved_by="none", misheard=0,
                    longest_silence=0, talk_over=0, interruptions=0, bot_failures=0, promises=0, promises_kept=0,
                )
            )  # fmt: skip


def test_the_rule_counts_the_calls_that_went_badly() -> None:
    assert judge([GOOD] * 6 + [BAD] * 4, 0.4).brake is False
    assert judge([GOOD] * 5 + [BAD] * 5, 0.4).brake is True


@pytest.mark.parametrize(
    ("reason", "rating", "badly"),
    [
        (None, None, False), (None, 3, False), (None, 2, True), ("unclear", None, True), ("silent", 5, True),
        ("upset", None, True), ("asked", None, False), ("asked", 1, True), ("fault", None, False),
    ],
)  # fmt: skip
def test_a_call_went_badly_where_the_bot_was_not_understood_or_the_caller_says_so(
    sessions: Sessions, reason: str | None, rating: int | None, badly: bool
) -> None:
    judged = gone_badly(literal(reason, String), literal(rating, Integer))
    with sessions() as tx:
        assert bool(tx.scalar(select(judged))) is badly


def test_a_few_calls_are_no_ground_to_judge() -> None:
    assert not judge([BAD] * 9, 0.4).brake


def test_only_the_last_twenty_count() -> None:
    assert not judge([BAD] * 50 + [GOOD] * 20, 0.4).brake


@given(st.lists(st.booleans()), st.floats(0, 1))
def test_one_more_bad_call_never_lets_the_brake_go(outcomes: list[bool], floor: float) -> None:
    if judge(outcomes, floor).brake:
        assert judge([*outcomes, BAD], floor).brake


def test_it_comes_on_by_itself_and_says_why(sessions: Sessions, clock: FakeClock, brakes: Brakes) -> None:
    calls(sessions, clock, 6)
    assert brakes.watch() == []
    calls(sessions, clock, 6, reason="unclear")
    assert brakes.watch() == ["payment"]
    assert brakes.braked("payment")
    assert not brakes.braked("balance")
    (brake,) = brakes.standing()
    assert (brake.by, brake.why) == ("quality", "50% of the last 12 calls went badly")
    assert brakes.watch() == []


def test_who_asks_for_a_person_is_no_fault_of_the_bot(sessions: Sessions, clock: FakeClock, brakes: Brakes) -> None:
    calls(sessions, clock, 12, reason="asked")
    assert brakes.watch() == []


def test_a_reviewer_lets_it_go_and_old_calls_count_no_more(
    sessions: Sessions, clock: FakeClock, brakes: Brakes
) -> None:
    calls(sessions, clock, 12, rating=1)
    brakes.watch()
    clock.forward(1)
    assert brakes.clear("payment", "rita@bank.test")
    assert not brakes.clear("payment", "rita@bank.test")
    assert brakes.watch() == []
    calls(sessions, clock, 10, rating=1)
    assert brakes.watch() == ["payment"]


def test_it_is_put_on_by_hand_once(brakes: Brakes) -> None:
    brakes.put_on("dispute", "eve@bank.test", "New rules since today.")
    brakes.put_on("dispute", "bob@bank.test", "Me too.")
    assert [(brake.intent, brake.by) for brake in brakes.standing()] == [("dispute", "eve@bank.test")]
