"""The bot brake: by hand, by itself, and let go by a reviewer."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.desk.bot_brake import BotCall, Brakes, judge
from ivr.store.engine import Sessions
from ivr.store.models import Call, Handoff, Turn
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_live_updates import FakeLiveUpdates

pytestmark = pytest.mark.integration

GOOD, UNHEARD, POOR = BotCall(False, 5), BotCall(True), BotCall(False, 2)
seen = st.builds(BotCall, st.booleans(), st.one_of(st.none(), st.integers(1, 5)))


@pytest.fixture
def brakes(sessions: Sessions, clock: FakeClock) -> Brakes:
    live: object = FakeLiveUpdates()
    return Brakes(sessions, clock, live, floor=0.4)  # type: ignore[arg-type]


def calls(sessions: Sessions, clock: FakeClock, number: int, *, reason: str | None = None, rating: int = 5) -> None:
    with sessions.begin() as tx:
        for _ in range(number):
            clock.forward(60)
            sid = f"CA{int(clock.now().timestamp())}"
            tx.add(Call(sid=sid, caller="+1", called="+2", started_at=clock.now(), ended_at=clock.now(), rating=rating))
            tx.flush()
            tx.add(Turn(call_sid=sid, key="1", speaker="caller", text="pay", start=0.0, intent="payment"))
            if reason is not None:
                tx.add(
                    Handoff(
                        call_sid=sid, state="served", reason=reason, intent="payment", summary="",
                        requested_at=clock.now() + timedelta(seconds=1),
                    )
                )  # fmt: skip


def test_the_rule_counts_misunderstood_and_badly_rated_calls() -> None:
    assert judge([GOOD] * 6 + [UNHEARD] * 2 + [POOR] * 2, 0.4).brake is False
    assert judge([GOOD] * 5 + [UNHEARD] * 3 + [POOR] * 2, 0.4).brake is True


def test_a_few_calls_are_no_ground_to_judge() -> None:
    assert not judge([UNHEARD] * 9, 0.4).brake


def test_only_the_last_twenty_count() -> None:
    assert not judge([UNHEARD] * 50 + [GOOD] * 20, 0.4).brake


@given(st.lists(seen), st.floats(0, 1))
def test_one_more_bad_call_never_lets_the_brake_go(outcomes: list[BotCall], floor: float) -> None:
    if judge(outcomes, floor).brake:
        assert judge([*outcomes, UNHEARD], floor).brake


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
