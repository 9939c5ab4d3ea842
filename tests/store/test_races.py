"""Two requests at once on PostgreSQL, and callers' addresses that no column was made for."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from ivr.carrier.callbacks import RecordingNews
from ivr.ledger.sample import load_sample
from ivr.store.engine import Sessions
from ivr.store.idempotency import first_time
from ivr.store.models import Call, Handoff, Outbox, Recording
from tests.fakes.fake_clock import FakeClock
from tests.harness import both_databases
from tests.harness.call_line import LINE, MORGAN, SID
from tests.harness.calls import Calls
from tests.harness.far_line import make_calls

pytestmark = pytest.mark.integration

store = both_databases.store

AT_ONCE = 8
LONG = "sip:" + "a" * 200 + "@pbx.example;transport=udp"


@pytest.fixture
def line(store: Sessions, clock: FakeClock) -> Calls:
    load_sample(store, clock.now().date(), PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    return make_calls(store, clock)[0]


def at_once(work: Callable[[], object]) -> list[object]:
    """The same work in several threads, begun together; raises what any of them raised."""
    start = threading.Barrier(AT_ONCE)

    def one() -> object:
        start.wait()
        return work()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(AT_ONCE)]]


def test_first_requests_of_one_call_that_come_at_once_make_one_call(line: Calls, store: Sessions) -> None:
    at_once(lambda: line.answer(SID, MORGAN, LINE))
    with store() as tx:
        assert tx.scalars(select(Call.sid)).all() == [SID]


def test_faults_of_one_call_that_come_at_once_make_one_hand_off(line: Calls, store: Sessions) -> None:
    at_once(lambda: line.fault(SID, MORGAN, LINE, "11200"))
    with store() as tx:
        assert tx.scalar(select(func.count()).select_from(Handoff)) == 1


def test_a_recording_that_is_told_several_times_at_once_is_fetched_once(line: Calls, store: Sessions) -> None:
    news = RecordingNews("RE1", "completed", "https://api.example/RE1", seconds=3.0, channels=2)
    at_once(lambda: line.recording(SID, news))
    with store() as tx:
        assert tx.scalar(select(func.count()).select_from(Recording)) == 1
        assert tx.scalars(select(Outbox.topic)).all() == ["recording.fetch"]


def test_a_callback_that_comes_several_times_at_once_is_applied_once(store: Sessions, clock: FakeClock) -> None:
    def apply() -> bool:
        with store.begin() as tx:
            return first_time(tx, "CA1:ended", clock.now())

    assert sorted(map(bool, at_once(apply))) == [False] * (AT_ONCE - 1) + [True]


@pytest.mark.parametrize("caller", [LONG, "sip:\0bob@pbx.example", "sip:b\nob@pbx.example", "\0" * 100])
def test_any_address_of_a_caller_is_answered(line: Calls, store: Sessions, caller: str) -> None:
    line.answer(SID, caller, caller)
    line.fault(SID, caller, caller, "11200")
    with store() as tx:
        kept = tx.get_one(Call, SID).caller
    assert len(kept) <= 64 and kept.isprintable()
