"""The sample bank behind a SQL ledger, with PIN hashes cheap enough for tests."""

import pytest
from argon2 import PasswordHasher

from ivr.ledger import SqlLedger
from ivr.ledger.sample import load_sample
from ivr.store import Sessions
from tests.conftest import FakeClock


@pytest.fixture
def ledger(sessions: Sessions, clock: FakeClock) -> SqlLedger:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    load_sample(sessions, clock.now().date(), cheap)
    return SqlLedger(sessions, clock, cheap)
