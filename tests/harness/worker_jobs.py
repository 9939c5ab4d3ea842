"""Promised work, put and worked off in this process."""

from redis import Redis
from rq import Queue
from sqlalchemy import select

from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import Call, Outbox, Recording
from tests.fakes.fake_clock import FakeClock
from workers.context import WorkerContext
from workers.jobs import perform

SID = "CA" + "d" * 32


def a_recording(context: WorkerContext) -> int:
    now = context.clock.now()
    with context.sessions.begin() as tx:
        tx.add(Call(sid=SID, caller="+1555", called="+1666", started_at=now))
        recording = Recording(call_sid=SID, sid="RE" + "a" * 32, state="announced", source_url="/r", created_at=now)
        tx.add(recording)
        tx.flush()
        outbox.put(tx, "recording.fetch", {"recording": recording.id}, now)
        return recording.id


def work_off(context: WorkerContext) -> list[str]:
    """Perform what stands open, in order, until nothing does; the topics."""
    topics: list[str] = []
    while True:
        with context.sessions() as tx:
            row = tx.scalars(select(Outbox).where(Outbox.done_at.is_(None)).order_by(Outbox.id)).first()
        if row is None or len(topics) > 20:
            return topics
        topics.append(row.topic)
        perform(row.id)


def recording(context: WorkerContext, recording_id: int) -> Recording:
    with context.sessions() as tx:
        return tx.get_one(Recording, recording_id)


def put(sessions: Sessions, clock: FakeClock, topic: str = "handoff.requested", wait: float = 0) -> int:
    from datetime import timedelta

    with sessions.begin() as tx:
        return outbox.put(tx, topic, {"handoff": 1}, clock.now() + timedelta(seconds=wait))


def queued(redis: Redis, name: str = "handoff") -> list[str]:
    return Queue(name, connection=redis).job_ids
