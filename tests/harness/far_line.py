"""A line on PostgreSQL, with a way to its server that can be cut."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher

from ivr.handoff.request import request_handoff
from ivr.ledger.sample import load_sample
from ivr.ledger.sql import SqlLedger
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.migrate import upgrade
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.harness.call_line import understand
from tests.harness.calls import Calls
from tests.harness.postgres import Postgres
from tests.harness.silent_proxy import SilentProxy, silent_proxy

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class FarLine:
    """A call service and a ledger whose PostgreSQL is behind `way`."""

    way: SilentProxy
    sessions: Sessions
    calls: Calls
    ledger: SqlLedger


def make_calls(sessions: Sessions, clock: FakeClock) -> tuple[Calls, SqlLedger]:
    ledger = SqlLedger(sessions, clock)
    service = Calls(
        sessions, clock, understand, ledger, FakeLiveUpdates(), request_handoff, company="Test Bank", notice="en-test"
    )
    return service, ledger


@pytest.fixture
def far(postgres_server: Postgres, postgres: str, clock: FakeClock) -> Iterator[FarLine]:
    upgrade(postgres)
    with silent_proxy(postgres_server.socket) as way:
        engine = make_engine(f"postgres://postgres@127.0.0.1:{way.port}{urlsplit(postgres).path}")
        sessions = make_sessions(engine)
        load_sample(sessions, clock.now().date(), PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield FarLine(way, sessions, *make_calls(sessions, clock))
        engine.dispose()
