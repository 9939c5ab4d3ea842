"""Whatever is pressed at an agent's page, nothing typed is lost, and nothing is done that nobody meant."""

import asyncio
import os
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser
from redis import Redis

from ivr.live_updates import LiveUpdates
from ivr.store.engine import Sessions
from ivr.web.bot_sound import BotSound
from ivr.web.event_streams import Hub, Streams
from ivr.web.front import make_front
from ivr.web.wsgi import Receive, Scope, Send
from tests.harness.asgi_server import served
from tests.harness.browser import WIDE, browser
from tests.harness.desk_browser import PHONE, SIMPLE_PHONE
from tests.harness.desk_monkey import Monkey
from tests.harness.desk_oracle import Oracle
from tests.harness.handoff_world import World
from tests.harness.random_calls import RandomCalls, ShiftedClock
from tests.harness.web_pages import Make, Web

__all__ = ["browser"]
pytestmark = pytest.mark.browser
SEEDS = [int(seed) for seed in os.environ.get("WARMLINE_MONKEYS", "1").split(",")]


class Cuttable:
    """The pages, whose event streams a test may break off."""

    def __init__(self, front: Any) -> None:
        self._front = front
        self._streams: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") != "/events":
            await self._front(scope, receive, send)
            return
        self._loop = asyncio.get_running_loop()

        async def begun(message: MutableMapping[str, Any]) -> None:
            self._streams.add(stream)
            await send(message)

        stream = asyncio.ensure_future(self._front(scope, receive, begun))
        try:
            await asyncio.wait({stream})
        finally:
            stream.cancel()
            self._streams.discard(stream)

    def cut(self) -> None:
        for stream in list(self._streams):
            self._loop.call_soon_threadsafe(stream.cancel)


@pytest.fixture
def world(sessions: Sessions, redis: Redis) -> World:
    clock: Any = ShiftedClock()
    return World(sessions, clock, live=LiveUpdates(redis))


@pytest.fixture
def web(make_web: Make, world: World) -> Web:
    return make_web(world.clock, phone_url=f"{PHONE}/phone", service=world.service)


@pytest.fixture
def front(web: Web, redis_url: str, tmp_path: Path) -> Iterator[tuple[str, Cuttable]]:
    none: Any = None  # no webhook is asked here
    streams = Streams(web.app, Hub(redis_url))
    sound = BotSound(web.app, redis_url)
    cuttable = Cuttable(make_front(none, web.app, streams, streams.hub, tmp_path, [], sound))
    with served(cuttable) as address:
        yield address, cuttable


def let_loose(
    seed: int, steps: int, every: int, browser: Browser, web: Web, world: World, front: tuple[str, Cuttable]
) -> Monkey:
    """A monkey of that seed, after all its steps."""
    address, cuttable = front
    random = Random(seed)
    ann, bob = web.person("Ann", "agent", presence="available"), web.person("Bob", "agent")
    calls = RandomCalls(world, random)
    calls.colleague(bob)
    context = browser.new_context(base_url=address, viewport=WIDE, reduced_motion="reduce")
    context.route(f"{PHONE}/**", lambda route: route.fulfill(content_type="text/html", body=SIMPLE_PHONE))
    oracle = Oracle(web.sessions, ann)
    monkey = Monkey(context, web, calls, oracle, random, "ann@bank.test", bob)
    try:
        monkey.run(steps, every, cuttable.cut)
    except AssertionError as wrong:
        raise AssertionError(f"seed {seed}, step {monkey.step}: {wrong}") from None
    finally:
        context.close()
    print(f"seed {seed}: {steps} steps, {calls.placed} calls, {oracle.accepted} accepted, {oracle.typed} letters")
    return monkey


@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_monkey_for_a_short_while(
    seed: int, browser: Browser, web: Web, world: World, front: tuple[str, Cuttable]
) -> None:
    monkey = let_loose(seed, 150, 30, browser, web, world, front)
    assert monkey.oracle.typed


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_monkey_for_a_long_day(
    seed: int, browser: Browser, web: Web, world: World, front: tuple[str, Cuttable]
) -> None:
    monkey = let_loose(seed, 2000, 40, browser, web, world, front)
    assert monkey.calls.placed >= 50
    assert monkey.oracle.accepted
