"""A job is done by one worker at a time, tried again ever more seldom, and given up where somebody can see it."""

from datetime import timedelta

import pytest
from redis import Redis
from rq.exceptions import DeserializationError
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy import update

from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import Outbox
from ivr.store.topics import QUICK, about
from tests.fakes.fake_clock import FakeClock
from tests.harness.worker_jobs import put, queued
from workers.queues import ForeignJobError, Queues, RowJob, make_queue
from workers.relay import Relay

pytestmark = pytest.mark.integration

LEASE = timedelta(seconds=8)


def row(sessions: Sessions, row_id: int) -> Outbox:
    with sessions() as tx:
        return tx.get_one(Outbox, row_id)


def take(sessions: Sessions, clock: FakeClock, row_id: int) -> Outbox | None:
    with sessions.begin() as tx:
        return outbox.take(tx, row_id, clock.now(), clock.now() + LEASE)


def fail(sessions: Sessions, clock: FakeClock, row_id: int) -> None:
    taken = take(sessions, clock, row_id)
    assert taken is not None
    with sessions.begin() as tx:
        outbox.failed(tx, row_id, "no", clock.now(), outbox.pause(taken.topic, taken.tries))


@pytest.mark.parametrize("topic", ["handoff.act", "text.send", "recording.fetch", "card.book", "anything.else"])
def test_a_job_that_always_fails_is_given_up_after_its_patience(
    sessions: Sessions, clock: FakeClock, topic: str
) -> None:
    row_id, begun = put(sessions, clock, topic), clock.now()
    for _ in range(400):
        fail(sessions, clock, row_id)
        if row(sessions, row_id).given_up_at:
            break
        clock.time = row(sessions, row_id).due_at
    lost = row(sessions, row_id)
    assert lost.given_up_at is not None
    assert timedelta() <= lost.given_up_at - begun - about(topic).give_up_after < about(topic).give_up_after / 50
    assert 10 < lost.tries < 150
    assert take(sessions, clock, row_id) is None
    with sessions() as tx:
        assert outbox.due(tx, clock.now() + timedelta(days=999)) == []


@pytest.mark.parametrize("tries", [0, 1, 60, 1024, 10**6])
def test_no_number_of_tries_is_too_large(tries: int) -> None:
    assert 0 < outbox.pause("recording.fetch", tries) <= 864


def test_a_given_up_job_can_be_begun_anew_or_dropped(sessions: Sessions, clock: FakeClock) -> None:
    again, never = put(sessions, clock), put(sessions, clock)
    clock.forward(3600)
    for row_id in (again, never):
        fail(sessions, clock, row_id)
        assert row(sessions, row_id).given_up_at
    with sessions.begin() as tx:
        assert outbox.retry(tx, again, clock.now())
        assert outbox.drop(tx, never, clock.now())
        assert not outbox.drop(tx, never, clock.now())
        assert not outbox.retry(tx, never, clock.now())
        assert [waiting.id for waiting in outbox.due(tx, clock.now())] == [again]
    assert take(sessions, clock, again) is not None


def test_two_workers_with_one_job_do_it_once(sessions: Sessions, clock: FakeClock) -> None:
    row_id = put(sessions, clock)
    assert take(sessions, clock, row_id) is not None
    assert take(sessions, clock, row_id) is None


def test_long_work_keeps_its_hold_and_a_dead_workers_work_is_taken_over(sessions: Sessions, clock: FakeClock) -> None:
    row_id = put(sessions, clock)
    assert take(sessions, clock, row_id) is not None
    for _ in range(10):
        clock.forward(5)
        with sessions.begin() as tx:
            outbox.keep_hold(tx, row_id, clock.now() + LEASE)
            assert outbox.due(tx, clock.now()) == []
        assert take(sessions, clock, row_id) is None
    clock.forward(8)  # nobody renews it any more
    with sessions() as tx:
        assert [waiting.id for waiting in outbox.due(tx, clock.now())] == [row_id]
    assert take(sessions, clock, row_id) is not None


def test_a_job_that_kills_its_worker_waits_ever_longer_and_is_given_up(sessions: Sessions, clock: FakeClock) -> None:
    row_id, taken = put(sessions, clock, "recording.transcribe"), 0
    for _ in range(400):
        taken += take(sessions, clock, row_id) is not None
        clock.time = max(clock.time + LEASE, row(sessions, row_id).due_at)
    assert row(sessions, row_id).given_up_at is not None
    assert taken < 150, "its day was not spent on killing workers one after the other"


def test_no_job_is_held_for_a_shorter_time_than_its_lease_is_renewed() -> None:
    for topic in ("handoff.requested", "handoff.act", "recording.fetch"):
        plan = about(topic).plan
        assert plan.lease >= 3 * 2, "three renewals fit into a lease, with room for a busy database"
        assert plan.lease <= 30, "what a dead worker held is soon another's"
    quick = about("handoff.requested").plan
    assert quick.timeout < quick.lease


# --- what travels through Redis ---


def test_what_lies_in_redis_is_json_and_nothing_that_runs(sessions: Sessions, clock: FakeClock, redis: Redis) -> None:
    row_id = put(sessions, clock)
    Relay(sessions, clock, Queues(redis)).tick()
    job = RowJob.fetch(f"ob-{row_id}-0", connection=redis, serializer=JSONSerializer)
    assert (job.func_name, job.args) == ("workers.jobs.perform", [row_id])
    assert bytes(job.data).startswith(b"[")
    assert queued(redis) == [f"ob-{row_id}-0"]


def test_a_job_of_somebody_elses_making_is_not_run(redis: Redis) -> None:
    evil = make_queue("handoff", redis).enqueue_call("os.system", args=("true",), job_id="evil")
    with pytest.raises(ForeignJobError, match=r"os\.system"):
        evil.perform()


def test_no_callback_that_a_job_names_is_run(redis: Redis) -> None:
    job = make_queue("handoff", redis).enqueue_call("workers.jobs.perform", args=(1,), job_id="ob-1-0")
    for name in ("success_callback_name", "failure_callback_name"):
        redis.hset(job.key, name, "os.abort")
    read = RowJob.fetch("ob-1-0", connection=redis, serializer=JSONSerializer)
    assert (read.success_callback, read.failure_callback) == (None, None)


def test_a_pickled_job_is_not_unpickled(redis: Redis) -> None:
    Job.create("os.system", args=("true",), id="old", connection=redis, origin="handoff").save()
    read = RowJob.fetch("old", connection=redis, serializer=JSONSerializer)
    with pytest.raises(DeserializationError):
        read.perform()
    assert not Queues(redis).waits("never-there", QUICK)


def test_a_row_of_an_older_process_is_given_its_patience_from_its_first_failure(
    sessions: Sessions, clock: FakeClock
) -> None:
    row_id = put(sessions, clock)
    with sessions.begin() as tx:
        tx.execute(update(Outbox).values(since=None))
    clock.forward(86400)
    fail(sessions, clock, row_id)
    assert row(sessions, row_id).given_up_at is None
