"""Media, web and worker processes are replaced one after the other, and nobody who is on the telephone notices."""

import asyncio

import pytest

from bench.faults.rolling import Stayed, roll
from bench.faults.world import running_world
from ivr.settings import Settings

pytestmark = [pytest.mark.switch, pytest.mark.slow, pytest.mark.timeout(900)]

CALLS = 4


def test_a_rolling_restart_drops_no_call_and_cuts_nobody_off(request: pytest.FixtureRequest) -> None:
    settings = Settings(_env_file=None, WARMLINE_DATA_DIR=str(request.config.cache.mkdir("calls")))

    async def played() -> list[Stayed]:
        async with running_world(settings, "sqlite", print) as world:
            return await roll(world, CALLS, print)

    calls = asyncio.run(played())
    assert len(calls) == CALLS
    for call in calls:
        assert (call.dropped, call.broken) == (False, 0), call
        assert call.unanswered <= 1, call  # a key pressed just as the stream changes hands reaches neither process
