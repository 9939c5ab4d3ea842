"""The outbox and its relay: at least once, whatever becomes of Redis."""

import pytest
from redis import Redis, RedisError
from rq import Queue

from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.topics import QUICK
from tests.fakes.fake_clock import FakeClock
from tests.harness.worker_jobs import put, queued
from workers.queues import Queues
from workers.relay import Relay

pytestmark = pytest.mark.integration


def test_a_due_row_becomes_one_job(sessions: Sessions, clock: FakeClock, redis: Redis) -> None:
    row = put(sessions, clock)
    relay = Relay(sessions, clock, Queues(redis))
    assert (relay.tick(), relay.tick()) == (1, 0)
    assert queued(redis) == [f"ob-{row}-0"]


def test_a_row_is_not_delivered_before_its_time(sessions: Sessions, clock: FakeClock, redis: Redis) -> None:
    put(sessions, clock, wait=60)
    assert Relay(sessions, clock, Queues(redis)).tick() == 0
    clock.forward(60)
    assert Relay(sessions, clock, Queues(redis)).tick() == 1


def test_when_redis_forgets_everything_the_row_is_delivered_again(
    sessions: Sessions, clock: FakeClock, redis: Redis
) -> None:
    row = put(sessions, clock)
    relay = Relay(sessions, clock, Queues(redis))
    relay.tick()
    redis.flushall()
    clock.forward(QUICK.lease)
    assert relay.tick() == 1
    assert queued(redis) == [f"ob-{row}-1"]


def test_while_redis_is_away_the_row_stays_due(sessions: Sessions, clock: FakeClock, redis: Redis) -> None:
    put(sessions, clock)
    with pytest.raises(RedisError):
        Relay(sessions, clock, Queues(Redis(unix_socket_path="/nowhere.sock"))).tick()
    assert Relay(sessions, clock, Queues(redis)).tick() == 1


def test_a_relay_that_died_between_queue_and_lease_delivers_no_second_job(
    sessions: Sessions, clock: FakeClock, redis: Redis
) -> None:
    row = put(sessions, clock)
    Queue("handoff", connection=redis).enqueue_call("workers.jobs.perform", args=(row,), job_id=f"ob-{row}-0")
    assert Relay(sessions, clock, Queues(redis)).tick() == 1
    assert queued(redis) == [f"ob-{row}-0"]


def test_a_done_row_is_never_delivered(sessions: Sessions, clock: FakeClock, redis: Redis) -> None:
    row = put(sessions, clock)
    with sessions.begin() as tx:
        outbox.done(tx, row, clock.now())
    assert Relay(sessions, clock, Queues(redis)).tick() == 0


def test_recordings_have_a_queue_of_their_own(sessions: Sessions, clock: FakeClock, redis: Redis) -> None:
    put(sessions, clock, "recording.fetch")
    Relay(sessions, clock, Queues(redis)).tick()
    assert len(queued(redis, "heavy")) == 1


def test_only_one_of_two_relays_takes_a_delivery(sessions: Sessions, clock: FakeClock) -> None:
    row = put(sessions, clock)
    with sessions.begin() as tx:
        assert outbox.lease(tx, row, 0, clock.now())
        assert not outbox.lease(tx, row, 0, clock.now())


def test_a_row_that_still_waits_in_its_queue_is_not_queued_again(
    sessions: Sessions, clock: FakeClock, redis: Redis
) -> None:
    row = put(sessions, clock)
    relay = Relay(sessions, clock, Queues(redis))
    for _ in range(5):
        relay.tick()
        clock.forward(QUICK.lease)
    assert queued(redis) == [f"ob-{row}-0"]


def test_a_job_that_a_dead_worker_had_taken_from_its_queue_is_queued_again(
    sessions: Sessions, clock: FakeClock, redis: Redis
) -> None:
    row = put(sessions, clock)
    relay = Relay(sessions, clock, Queues(redis))
    relay.tick()
    redis.lpop("rq:queue:handoff")
    clock.forward(QUICK.lease)
    relay.tick()
    assert queued(redis) == [f"ob-{row}-1"]
