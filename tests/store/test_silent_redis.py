"""A Redis that accepts and is silent is as harmless as one that refuses."""

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis, RedisError

from ivr.handoff import events as ev
from ivr.handoff.config import HandoffConfig
from ivr.handoff.request import request_handoff
from ivr.ledger.sql import SqlLedger
from ivr.live_updates import LiveUpdates
from ivr.local.redis_server import EmbeddedRedis, RedisNotStartedError
from ivr.store.engine import Sessions
from ivr.store.redis_client import connect
from tests.fakes.fake_carrier import FakeCarrier
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_redis import FakeRedis
from tests.harness.call_line import MORGAN, understand
from tests.harness.calls import Calls
from tests.harness.handoff_service import handoff_service
from tests.harness.handoff_world import LINE, PUBLIC
from tests.harness.silent_server import silent_server, stopped

pytestmark = pytest.mark.integration


def live_on(redis: FakeRedis, now: Callable[[], float] = time.monotonic, room: int = 1000) -> LiveUpdates:
    return LiveUpdates(redis, now=now, capacity=room)  # type: ignore[arg-type]


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[str]:
    with silent_server(tmp_path / "silent.sock") as url:
        yield url


def test_who_publishes_to_a_silent_redis_waits_for_nothing_and_fills_no_log(
    silent: str, caplog: pytest.LogCaptureFixture
) -> None:
    live, begun = LiveUpdates(connect(silent), now=lambda: 100.0), time.monotonic()
    for number in range(5000):
        live.publish("desk", "handoff", str(number))
    assert time.monotonic() - begun < 5  # one that waited for an answer would take a second for each
    assert len([line for line in caplog.messages if "dropped" in line]) == 1


def test_a_command_to_a_silent_redis_fails_within_its_patience(silent: str) -> None:
    begun = time.monotonic()
    with pytest.raises(RedisError):
        connect(silent, timeout=0.1).ping()
    assert time.monotonic() - begun < 0.5


def test_news_comes_in_its_order() -> None:
    redis = FakeRedis()
    live = live_on(redis)
    for number in range(50):
        live.publish(f"call:{number}", "turn")
    assert live.settle(5)
    assert redis.published == [str(number) for number in range(50)]


def test_after_a_failure_redis_is_left_alone_for_a_while() -> None:
    redis, now = FakeRedis(away=True), [100.0]
    live = live_on(redis, now=lambda: now[0])
    live.publish("desk", "handoff")
    assert live.settle(5)
    redis.away = False
    live.publish("desk", "handoff")
    assert live.settle(5) and redis.asked == 1
    now[0] += 1.1
    live.publish("desk", "handoff")
    assert live.settle(5) and redis.published == ["desk"]


def test_a_second_server_is_not_started_beside_one_that_is_silent(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server:
        assert server._process
        with (
            stopped(server._process.pid),
            pytest.raises(RedisNotStartedError, match="does not answer"),
            EmbeddedRedis(tmp_path),
        ):
            pass


def middle(work: Callable[[int], object], first: int) -> float:
    """Seconds that `work` takes, the middle of 15 times."""
    times = []
    for number in range(first, first + 15):
        begun = time.perf_counter()
        work(number)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis(tmp_path / "redis") as server:
        yield server


def test_turns_hand_offs_and_callbacks_are_not_late_while_redis_stands_still(
    sessions: Sessions, clock: FakeClock, ledger: SqlLedger, own_redis: EmbeddedRedis
) -> None:
    live = LiveUpdates(connect(own_redis.url))
    calls = Calls(sessions, clock, understand, ledger, live, request_handoff, company="Test", notice="en")
    handoffs = handoff_service(sessions, clock, FakeCarrier(), live, HandoffConfig(LINE, PUBLIC))

    def of_a_call(number: int) -> None:
        sid = f"CA{number:032x}"
        connected = calls.dialogue.connect(sid, calls.answer(sid, MORGAN, LINE).token)
        calls.dialogue.apply(sid, calls.dialogue.opening(connected), "1")
        calls.fault(sid, MORGAN, LINE, "document")
        park = handoffs.park(sid)
        assert park is not None
        row = handoffs._of_call(sid)
        assert row is not None
        handoffs.apply(row, ev.CallerWaits())
        calls.ended(sid, "completed")
        handoffs.caller_gone(sid)

    of_a_call(0)
    usual = middle(of_a_call, 100)
    assert own_redis._process
    with stopped(own_redis._process.pid):
        hung = middle(of_a_call, 200)
    assert hung < 1.2 * usual + 0.01


def test_what_was_published_before_and_after_it_stood_still_is_followed(own_redis: EmbeddedRedis) -> None:
    live = LiveUpdates(connect(own_redis.url, timeout=0.2), pause=0.0)
    watcher = Redis.from_url(own_redis.url).pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    watcher.psubscribe("*")
    watcher.get_message(timeout=1)
    assert own_redis._process
    with stopped(own_redis._process.pid):
        live.publish("desk", "lost")
        assert live.settle(5)
    live.publish("desk", "kept")
    assert live.settle(5)
    while b"kept" not in (watcher.get_message(timeout=5) or pytest.fail("no news came"))["data"]:
        pass
