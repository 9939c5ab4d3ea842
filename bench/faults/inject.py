"""Carries out a fault on a running world, and sets right what does not come right by itself."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

from redis import Redis
from sqlalchemy.engine import make_url

from bench.faults.hosts import Host
from bench.faults.world import World

Fault = Callable[[World], Awaitable[None]]
SLOW = 0.15  # seconds


def busiest(world: World) -> Host:
    """The host with the most media sockets: a fault is to meet somebody."""
    return max(world.hosts, key=lambda host: host.media.taken)


async def media_killed(world: World) -> None:
    busiest(world).processes["media"].kill()


async def media_stopped(world: World) -> None:
    await busiest(world).processes["media"].replace()


async def web_killed(world: World) -> None:
    max(world.hosts, key=lambda host: host.web.taken).processes["web"].kill()


async def web_stopped(world: World) -> None:
    await max(world.hosts, key=lambda host: host.web.taken).processes["web"].replace()


async def worker_killed(world: World) -> None:
    for host in world.hosts:
        host.processes["worker"].kill_children()


async def relay_killed(world: World) -> None:
    for host in world.hosts:
        host.processes["worker"].kill()


async def redis_restarted(world: World) -> None:
    await _redis_away(world, 0.0)


async def redis_wiped(world: World) -> None:
    with Redis.from_url(world.redis.url) as connection:
        connection.flushall()


async def redis_away(world: World) -> None:
    await _redis_away(world, 30.0)


async def _redis_away(world: World, seconds: float) -> None:
    world.redis.__exit__(None, None, None)
    await asyncio.sleep(seconds)
    world.redis.__enter__()


async def redis_silent(world: World) -> None:
    pid = world.redis.pid
    if pid is None:
        raise ProcessLookupError("redis")
    os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(10.0)
    os.kill(pid, signal.SIGCONT)


async def sqlite_locked(world: World) -> None:
    path = make_url(world.settings.database).database or ""
    other = sqlite3.connect(Path(path), isolation_level=None, timeout=5.0)
    try:
        other.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(4.0)
    finally:
        other.close()


async def postgres_restarted(world: World) -> None:
    if world.postgres is not None:
        await asyncio.to_thread(world.postgres.restart)


async def postgres_silent(world: World) -> None:
    if world.postgres is not None:
        with world.postgres.standing_still():
            await asyncio.sleep(4.0)


async def callbacks_lost(world: World) -> None:
    world.switch.faults.callbacks = "lost"
    await asyncio.sleep(10.0)
    world.switch.faults.clear()


async def callbacks_repeated(world: World) -> None:
    world.switch.faults.callbacks = "twice"
    await asyncio.sleep(10.0)
    world.switch.faults.clear()


async def rest_refused(world: World) -> None:
    await _refused(world, 429)


async def rest_failed(world: World) -> None:
    await _refused(world, 503)


async def _refused(world: World, status: int) -> None:
    world.switch.faults.refusing = status
    await asyncio.sleep(4.0)
    world.switch.faults.clear()


async def rest_lost(world: World) -> None:
    world.switch.faults.lose("POST", "", 1_000_000)
    await asyncio.sleep(6.0)
    world.switch.faults.clear()


async def network_slow(world: World) -> None:
    world.web.delay = world.media.delay = SLOW
    await asyncio.sleep(10.0)
    world.web.delay = world.media.delay = 0.0


async def host_lost(world: World) -> None:
    host = busiest(world)
    host.vanish()
    await asyncio.sleep(15.0)
    host.come_back()


FAULTS: dict[str, Fault] = {
    fault.__name__.replace("_", "-"): fault
    for fault in (
        media_killed, media_stopped, web_killed, web_stopped, worker_killed, relay_killed, redis_restarted, redis_wiped,
        redis_away, redis_silent, sqlite_locked, postgres_restarted, postgres_silent, callbacks_lost,
        callbacks_repeated, rest_refused, rest_failed, rest_lost, network_slow, host_lost,
    )
}  # fmt: skip
