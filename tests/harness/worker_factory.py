"""A worker's context for tests, in this process and in worker processes: database and Redis from the environment."""

import os
from pathlib import Path

from redis import Redis

from ivr.clock import SystemClock
from ivr.dialling.dials import Dials
from ivr.dialling.policy import DialPolicy
from ivr.handoff.config import HandoffConfig
from ivr.live_updates import LiveUpdates
from ivr.recordings.storage import RecordingStorage
from ivr.store.engine import make_engine, make_sessions
from tests.fakes.fake_slow_carrier import FakeSlowCarrier
from tests.fakes.fake_transcriber import FakeTranscriber
from tests.harness.handoff_service import handoff_service
from tests.harness.handoff_world import PUBLIC
from workers.context import WorkerContext


def context() -> WorkerContext:
    folder, redis_url = Path(os.environ["TEST_FOLDER"]), os.environ["TEST_REDIS"]
    sessions, clock, carrier = (
        make_sessions(make_engine(f"sqlite:///{folder / 'test.db'}")),
        SystemClock(),
        FakeSlowCarrier(),
    )
    live = LiveUpdates(Redis.from_url(redis_url))
    return WorkerContext(
        dials=Dials(DialPolicy.parse("US"), "US"),
        sessions=sessions,
        clock=clock,
        redis_url=redis_url,
        carrier=carrier,
        handoffs=handoff_service(sessions, clock, carrier, live, HandoffConfig("+15559990000", PUBLIC)),
        recordings=RecordingStorage((folder / "kept").as_uri(), b"k" * 32),
        live=live,
        stt=FakeTranscriber,
    )
