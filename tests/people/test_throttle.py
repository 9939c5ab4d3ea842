"""How tries are counted, and how long the next one waits."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from ivr.people.throttle import Rule, Throttle, Tries, forgiven, left, tried, wait
from ivr.store.redis_client import connect
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.integration

RULE = Rule(free=3, first=10, longest=60, fade=600)


def test_the_first_ones_are_free_and_each_further_one_waits_longer() -> None:
    tries, now, waits = Tries(), 1_000_000.0, []
    for _ in range(9):
        seconds = wait(tries, RULE, now)
        waits.append(round(seconds))
        now += seconds
        tries = tried(tries, RULE, now)
    assert waits == [0, 0, 0, 10, 20, 40, 60, 60, 60]


def test_tries_are_forgotten_with_time() -> None:
    tries = Tries(10, 0.0)
    assert left(tries, RULE, 600.0).count == 9
    assert left(tries, RULE, 6000.0).count == 0
    assert wait(tries, RULE, 6000.0) == 0


@given(st.lists(st.floats(0, 10_000), max_size=60), st.floats(0, 1e6))
def test_nobody_waits_longer_than_the_longest_whatever_happened(gaps: list[float], later: float) -> None:
    tries, now = Tries(), 1e9
    for gap in gaps:
        now += gap
        tries = tried(tries, RULE, now)
    assert 0 <= wait(tries, RULE, now) <= RULE.longest
    assert wait(tries, RULE, now + RULE.longest + later) == 0
    assert 0 <= wait(tries, RULE, now - later) <= RULE.longest  # a clock that was set back


@given(st.floats(0, 50), st.floats(0, 1e6))
def test_a_forgiven_try_is_as_if_it_had_not_been(count: float, later: float) -> None:
    before = Tries(count, 1e9)
    after = forgiven(tried(before, RULE, 1e9 + later))
    assert after.count == pytest.approx(left(before, RULE, 1e9 + later).count)


@pytest.fixture(params=["redis", "away"])
def throttle(request: pytest.FixtureRequest, redis: Redis, redis_url: str, clock: FakeClock) -> Throttle:
    return Throttle(connect(redis_url if request.param == "redis" else "unix:///nowhere.sock", 0.5), clock)


def test_a_try_is_counted_under_every_key_or_under_none(throttle: Throttle) -> None:
    few, many = Rule(1, 10, 60, 600), Rule(5, 10, 60, 600)
    assert throttle.take({"a": few, "b": many}) == 0
    for _ in range(9):
        assert throttle.take({"a": few, "b": many}) > 0
    assert [throttle.take({"b": many}) for _ in range(5)] == [0, 0, 0, 0, 10]


def test_a_right_one_is_taken_back(throttle: Throttle) -> None:
    for _ in range(20):
        assert throttle.take({"a": RULE}) == 0
        throttle.forgive({"a": RULE})


def test_of_many_at_once_no_more_pass_than_are_free(throttle: Throttle) -> None:
    passed: list[float] = []
    threads = [threading.Thread(target=lambda: passed.append(throttle.take({"a": RULE}))) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert passed.count(0.0) == RULE.free


def test_redis_sees_neither_names_nor_addresses(redis: Redis, redis_url: str, clock: FakeClock) -> None:
    Throttle(connect(redis_url), clock).take({"person:ada@bank.test": RULE})
    (key,) = redis.scan_iter()
    assert b"ada" not in key
    assert 0 < redis.ttl(key) <= 660
