"""The last release beside this one, on one database and Redis: calls go from the one to the other and back."""

import asyncio
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path

import pytest

from bench.faults.callers import QUESTION_OF, Caller
from bench.faults.front import Front
from bench.faults.hosts import Host
from bench.faults.kinds import Goal
from bench.faults.waves import outcome, repeated, story
from bench.faults.world import PIN, World, running_world, staff
from ivr.settings import Settings
from switch.leg import Leg
from tests.harness.eventually import until
from tests.harness.previous_release import previous_release

pytestmark = [pytest.mark.switch, pytest.mark.slow, pytest.mark.timeout(900)]

GOALS: tuple[Goal, ...] = ("balance", "person")


def only(front: Front, host: Host) -> None:
    """Whoever is new goes to `host`."""
    for backend in front.backends:
        backend.spared = backend not in (host.web, host.media)


async def call(world: World, number: int, goal: Goal) -> tuple[Caller, Leg]:
    caller = Caller(goal, PIN, world.known, world.wish)
    leg = await world.switch.place(caller, world.customer(number))
    world.broken[leg.sid] = caller.stream_broke
    return caller, leg


def asked(caller: Caller, question: str) -> bool:
    return any(QUESTION_OF.get(passage.name) == question and passage.whole for passage in caller.hearing.passages)


async def crosses(world: World, answers: Host, hears: Host, number: int) -> Sequence[Caller]:
    """Calls that `answers` answers and `hears` hears, until its media process is told to end; then the other way."""
    only(world.web, answers)
    only(world.media, hears)
    called = [await call(world, number + place, goal) for place, goal in enumerate(GOALS)]
    await until(lambda: asked(called[0][0], "open"), 60)
    only(world.web, hears)
    only(world.media, answers)
    await hears.processes["media"].replace()
    async with asyncio.timeout(120):
        await asyncio.gather(*(leg.over.wait() for _, leg in called))
    return [caller for caller, _ in called]


def test_calls_go_from_the_last_release_to_this_one_and_back(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    code = previous_release(tmp_path / "last")
    settings = Settings(_env_file=None, WARMLINE_DATA_DIR=str(request.config.cache.mkdir("calls")))

    async def played() -> list[Caller]:
        async with running_world(settings, "sqlite", print, code) as world:
            staff(world.switch, repeat(1.0))
            last, this = world.hosts
            log = (last.settings.data_dir / "logs" / "web.log").read_text()
            assert "made by a newer version" in log  # it is another release that stands there
            there = await crosses(world, last, this, 0)
            await world.whole()
            return [*there, *await crosses(world, this, last, 10)]

    for caller in asyncio.run(played()):
        assert (outcome(caller, 0), repeated(caller)) == ("right", ()), story(caller)
