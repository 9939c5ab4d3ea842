"""The line's own parts, wired as `app.py` wires them, with what lies outside of a process put in their place."""

from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Engine

from app import Parts
from bench.desk.people import Silent
from bench.simulation import callers
from bench.simulation.exchange import Exchange
from bench.simulation.ledger import FarLedger
from bench.simulation.process import FaultySessions, Pool, Process
from bench.simulation.recorded_words import ReadingSpeechToText
from bench.simulation.rest import Rest
from bench.simulation.virtual_time import VirtualTime
from ivr.clock import Clock
from ivr.ledger.port import Ledger
from ivr.ledger.sql import SqlLedger
from ivr.made_once import made_once
from ivr.settings import Settings

LINE = "+12025550100"
PUBLIC = "https://line.test"
TOKEN = "0123456789abcdef0123456789abcdef"
SETTINGS: dict[str, Any] = {
    "twilio_account_sid": "AC" + "0" * 32, "twilio_auth_token": SecretStr(TOKEN), "twilio_number": LINE,
    "public_url": PUBLIC, "media_url": "wss://line.test/media", "company": "Lakeside Credit",
    "ledger_url": "https://ledger.test", "time_zone": "UTC", "opening_hours": "", "holidays": "",
    "handoff_seconds": 20, "queue_seconds": 150, "ring_seconds": 20, "wrap_up_seconds": 10, "sweep_minutes": 5,
    "dials_per_day": 1_000_000, "one_time_code": False,
}  # fmt: skip


class WorldClock:
    """The line's clock, which somebody may set."""

    def __init__(self, time: VirtualTime, start: datetime) -> None:
        self._time, self._start = time, start

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._time.time())

    def step(self, seconds: float) -> None:
        self._start += timedelta(seconds=seconds)


class Understanding:
    """What these callers' words mean."""

    understand = staticmethod(lambda text, *, expect, today: callers.understand(text, expect, today))


@dataclass(frozen=True)
class PlayedParts(Parts):
    """The parts of one process of a simulated world."""

    process: Process
    engine: Engine
    world_clock: WorldClock
    exchange: Exchange

    def pool(self, threads: int, name: str) -> Executor:
        return Pool(self.process)

    def sleep(self, seconds: float) -> None:
        self.process.time.rest(seconds)

    @made_once
    def clock(self) -> Clock:
        return self.world_clock

    @made_once
    def sessions(self) -> FaultySessions:
        return FaultySessions(self.engine, self.process)

    @made_once
    def live(self) -> Any:
        return Silent()

    @made_once
    def carrier(self) -> Any:
        return Rest(self.exchange, self.process)

    @made_once
    def ledger(self) -> Ledger:
        return FarLedger(SqlLedger(self.sessions, self.clock, zone=self.settings.zone), self.process)

    @made_once
    def understanding(self) -> Any:
        return Understanding()

    @made_once
    def stt(self) -> Any:
        return ReadingSpeechToText()


def settings() -> Settings:
    """The same on every machine, whatever its environment says."""
    return Settings(_env_file=None, **SETTINGS)
