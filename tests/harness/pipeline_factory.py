"""What a worker needs for what follows a call: the carrier over HTTP, files, and a recogniser that hears levels."""

import os
from dataclasses import replace
from pathlib import Path

import httpx  # noqa: F401  before the processes of jobs fork, as what follows
from redis import Redis
from sqlalchemy.orm import configure_mappers

import speech.stt
import workers.run
from ivr.carrier.twilio.account import TwilioAccount
from ivr.carrier.twilio.client import TwilioCarrier
from ivr.clock import SystemClock
from ivr.dialling.dials import Dials
from ivr.dialling.policy import DialPolicy
from ivr.handoff.config import HandoffConfig
from ivr.live_updates import LiveUpdates
from ivr.recordings.storage import RecordingStorage
from ivr.recordings.transcription import Samples
from ivr.store import topics
from ivr.store.engine import make_engine, make_sessions
from tests.fakes.fake_level_hearing import FakeLevelHearing
from tests.harness.handoff_service import handoff_service
from tests.harness.recorded_calls import VOCABULARY
from workers.context import WorkerContext

FACTORY = "tests.harness.pipeline_factory:context"
ACCOUNT = "AC" + "a" * 32
configure_mappers()
workers.run.YIELDS = 0  # what else this machine does is no caller
LEASES = float(os.environ.get("TEST_LEASES", "1"))  # the share of each lease after which another goes on
for _name, _topic in list(topics.TOPICS.items()):
    topics.TOPICS[_name] = replace(_topic, plan=replace(_topic.plan, lease=_topic.plan.lease * LEASES))


class HearsAmiss(FakeLevelHearing):
    """Puts words in the wrong place while somebody mumbles, and is right once that is silent."""

    def transcribe_long(self, samples: Samples) -> "list[speech.stt.Segment]":
        mumbled = VOCABULARY.index("mumbled")
        self.late, self.many = (2.0, 1) if self.level(mumbled) in samples else (0.0, 0)
        return super().transcribe_long(samples)


def context() -> WorkerContext:
    """From the environment: TEST_FOLDER, TEST_REDIS, TEST_CARRIER."""
    return pipeline_context(Path(os.environ["TEST_FOLDER"]), os.environ["TEST_REDIS"], os.environ["TEST_CARRIER"])


def pipeline_context(folder: Path, redis_url: str, carrier_url: str) -> WorkerContext:
    sessions, clock = make_sessions(make_engine(f"sqlite:///{folder / 'test.db'}")), SystemClock()
    carrier = TwilioCarrier(TwilioAccount(ACCOUNT, "token", "+15559990000", carrier_url))
    live = LiveUpdates(Redis.from_url(redis_url))
    hearing = HearsAmiss()
    hearing.words = list(VOCABULARY)
    return WorkerContext(
        dials=Dials(DialPolicy.parse("US"), "US"),
        sessions=sessions,
        clock=clock,
        redis_url=redis_url,
        carrier=carrier,
        handoffs=handoff_service(
            sessions, clock, carrier, live, HandoffConfig("+15559990000", "https://line.example.com")
        ),
        recordings=RecordingStorage((folder / "kept").as_uri(), b"k" * 32),
        live=live,
        stt=lambda: hearing,
    )
