"""A worker's context for tests, in this process and in worker processes: database and Redis from the environment."""

import io
import os
import time
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from redis import Redis

from ivr.clock import SystemClock
from ivr.dialling.dials import Dials
from ivr.dialling.policy import DialPolicy
from ivr.handoff.config import HandoffConfig
from ivr.live_updates import Live
from ivr.recordings.storage import RecordingKeep
from ivr.recordings.transcription import Samples
from ivr.store.engine import make_engine, make_sessions
from tests.harness.handoff_service import handoff_service
from tests.harness.handoff_world import PUBLIC, CarrierTwin
from workers.context import WorkerContext

if TYPE_CHECKING:
    from speech.stt import Segment


def sound(seconds: float = 1.0, channels: int = 2) -> bytes:
    """A WAV whose n-th channel is as loud as its number."""
    frames = np.tile(np.arange(1, channels + 1, dtype="<i2") * 1000, int(8000 * seconds))
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(frames.tobytes())
    return buffer.getvalue()


class RecordingCarrier(CarrierTwin):
    """Takes as many seconds over ending a leg as the environment says."""

    def end(self, call_sid: str) -> None:
        time.sleep(float(os.environ.get("TEST_CARRIER_SECONDS", "0")))
        super().end(call_sid)

    def fetch_recording(self, url: str) -> bytes:
        super().fetch_recording(url)
        return sound()


@dataclass
class RecogniserTwin:
    """Hears on each channel how loud it is, and takes as many seconds over it as the environment says."""

    def transcribe_long(self, samples: Samples) -> "list[Segment]":
        from speech.events import Word
        from speech.stt import Segment, Transcript

        time.sleep(float(os.environ.get("TEST_HEARING_SECONDS", "0")))
        loudness = int(samples[0])
        said = Transcript(f"level {loudness}", 0.9, (Word("level", 0.1, 0.4, 0.9),), 1.0, 0.0, 0.0)
        return [Segment(0.1, 0.9, said)]


def context() -> WorkerContext:
    folder, redis_url = Path(os.environ["TEST_FOLDER"]), os.environ["TEST_REDIS"]
    sessions, clock, carrier = (
        make_sessions(make_engine(f"sqlite:///{folder / 'test.db'}")),
        SystemClock(),
        RecordingCarrier(),
    )
    live = Live(Redis.from_url(redis_url))
    return WorkerContext(
        dials=Dials(DialPolicy.parse("US"), "US"),
        sessions=sessions,
        clock=clock,
        redis_url=redis_url,
        carrier=carrier,
        handoffs=handoff_service(sessions, clock, carrier, live, HandoffConfig("+15559990000", PUBLIC)),
        recordings=RecordingKeep((folder / "kept").as_uri(), b"k" * 32),
        live=live,
        recogniser=RecogniserTwin,
    )
