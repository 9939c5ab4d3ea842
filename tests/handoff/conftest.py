"""A world for each test."""

import pytest

from ivr.store.engine import Sessions
from tests.conftest import FakeClock
from tests.handoff.handoff_world import World


@pytest.fixture
def world(sessions: Sessions, clock: FakeClock) -> World:
    return World(sessions, clock)
