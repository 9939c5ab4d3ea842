"""Real worker processes on a real Redis: a hand-off is briefed at once, and kill -9 loses nothing."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import func, select

from ivr.local.redis_server import EmbeddedRedis
from ivr.store import outbox
from ivr.store.models import Agent, Handoff, Offer, Outbox, Recording
from tests.harness.worker_jobs import a_recording
from tests.harness.worker_process import ask_for_people, briefed, until, worker
from workers.context import WorkerContext
from workers.run import QUEUES

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]


def niceness(supervisor: int) -> dict[str, int]:
    """Of each queue's process, by the queue's name."""
    listed = subprocess.run(["ps", "-ax", "-o", "ppid=,nice=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in listed.splitlines()]
    children = [(int(nice), command) for parent, nice, command in rows if parent == str(supervisor)]
    return {queue: nice for queue in QUEUES for nice, command in children if f"workers {queue} " in command}


def open_rows(context: WorkerContext) -> int:
    with context.sessions() as tx:
        rows = (
            select(func.count())
            .select_from(Outbox)
            .where(Outbox.done_at.is_(None), Outbox.due_at < context.clock.now())
        )
        return tx.scalar(rows) or 0


def test_a_hand_off_is_briefed_at_once_and_the_worker_ends_on_sigterm(context: WorkerContext) -> None:
    now = context.clock.now()
    with context.sessions.begin() as tx:
        tx.add(
            Agent(
                email="a@b",
                name="Ann",
                password_hash="",
                roles=["agent"],
                phone="client:ann",
                presence="available",
                presence_since=now,
            )
        )
    with worker() as process:
        ask_for_people(context, 1)
        until(lambda: briefed(context) == 1)  # includes the worker's own start
        with context.sessions.begin() as tx:
            offer = tx.scalars(select(Offer)).one()
            assert offer.outcome is None
        ask_for_people(context, 1, first=1)
        assert until(lambda: _has_brief(context, 2)) < 3.0  # a second, and room for a busy machine
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_kill_9_of_every_worker_process_loses_no_hand_off_and_no_recording(context: WorkerContext) -> None:
    with worker() as process:
        ask_for_people(context, 3)
        until(lambda: briefed(context) == 3)
        recording_id = a_recording(context)
        ask_for_people(context, 22, first=3)
        os.killpg(process.pid, signal.SIGKILL)
    assert briefed(context) < 25
    with worker() as process:
        until(lambda: briefed(context) == 25 and _transcribed(context, recording_id))
        until(lambda: open_rows(context) == 0)
        nice = niceness(process.pid)
        assert nice["heavy"] > nice["handoff"], "a recording's transcript must leave the processor to callers"


@pytest.mark.slow
def test_who_listens_to_a_recording_ends_with_its_worker(
    context: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_HEARING_SECONDS", "300")
    a_recording(context)
    with worker() as process:
        until(lambda: _taken(context, "recording.transcribe") == 1)
        heavy = _children(process.pid, "workers heavy ")[0]
        listening = _children(heavy, "")[0]
        os.kill(heavy, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{listening}").exists(), seconds=20)


def test_a_worker_rides_out_a_redis_that_forgot_everything(context: WorkerContext, redis: Redis) -> None:
    with worker():
        ask_for_people(context, 3)
        redis.flushall()
        until(lambda: briefed(context) == 3)


@pytest.mark.slow
def test_a_worker_rides_out_a_redis_that_is_killed_and_started_again(
    context: WorkerContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedRedis(tmp_path / "redis") as first:
        monkeypatch.setenv("TEST_REDIS", first.url)
        with worker() as process:
            ask_for_people(context, 1)
            until(lambda: briefed(context) == 1)
            assert first._process
            first._process.kill()
            first._process.wait()
            ask_for_people(context, 3, first=1)
            with EmbeddedRedis(tmp_path / "redis"):
                until(lambda: briefed(context) == 4)
                assert process.poll() is None
                process.send_signal(signal.SIGTERM)
                assert process.wait(30) == 0


@pytest.mark.slow
def test_a_slow_carrier_delays_no_brief(context: WorkerContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_CARRIER_SECONDS", "6")
    with worker():
        ask_for_people(context, 1)
        until(lambda: briefed(context) == 1)
        with context.sessions.begin() as tx:
            for k in range(20):
                outbox.put(tx, "handoff.act", {"handoff": 1, "do": "EndLeg", "sid": f"CA{k}"}, context.clock.now())
        until(lambda: open_rows(context) == 0 or _taken(context, "handoff.act") > 0)
        ask_for_people(context, 1, first=1)
        assert until(lambda: _has_brief(context, 2)) < 3.0


def _taken(context: WorkerContext, topic: str) -> int:
    with context.sessions() as tx:
        held = select(func.count()).select_from(Outbox).where(Outbox.topic == topic, Outbox.taken_until.is_not(None))
        return tx.scalar(held) or 0


def _children(parent: int, command: str) -> list[int]:
    listed = subprocess.run(["ps", "-ax", "-o", "ppid=,pid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in listed.splitlines()]
    return [int(pid) for of, pid, words in rows if of == str(parent) and command in words]


def _has_brief(context: WorkerContext, handoff_id: int) -> bool:
    with context.sessions() as tx:
        return tx.get_one(Handoff, handoff_id).brief is not None


def _transcribed(context: WorkerContext, recording_id: int) -> bool:
    with context.sessions() as tx:
        return tx.get_one(Recording, recording_id).state == "transcribed"
