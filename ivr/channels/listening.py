"""Listening to a call that the bot has: its sound goes over Redis to whichever process the listener is at.

Whoever listens says so on `ASKED`, again and again, by the call's id. The media process that has the call sends its
sound to `SOUND` and that id for as long; which process it is nobody needs to know, and when the call moves to another,
that one goes on. Nothing is kept: what nobody takes is lost.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from redis import RedisError
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from speech.tap import Tap

log = logging.getLogger(__name__)
ASKED = "warmline:listening"
SOUND = "warmline:sound:"  # before a call's id
ASK_EVERY = 1.0  # seconds
HOLDS = 3.5  # seconds that an ask holds: three may be late
QUEUED = 50  # tenths of a second, of all calls, that wait to be sent
AGAIN = 1.0  # seconds after which Redis is tried again
TIMEOUT = 1.0  # seconds


class SoundRelay:
    """The media process's side. A caller waits for nothing of it: what cannot be sent at once is dropped."""

    def __init__(self, url: str, now: Callable[[], float] = time.monotonic) -> None:
        self._url, self._now = url, now
        self._asked: dict[str, float] = {}  # call: until when
        self._waiting: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(QUEUED)

    def tap(self, sid: str) -> Tap:
        """For the stream of call `sid`, from the loop that `run` is in."""
        return Tap(lambda: self.wanted(sid), lambda sound: self.give(sid, sound))

    def wanted(self, sid: str) -> bool:
        """Whether somebody listens to call `sid`."""
        return bool(self._asked) and self._asked.get(sid, 0.0) > self._now()

    def ask(self, sid: str) -> None:
        """Somebody listens to call `sid`, here or in another process."""
        now = self._now()
        self._asked = {other: until for other, until in self._asked.items() if until > now} | {sid: now + HOLDS}

    def give(self, sid: str, sound: bytes) -> None:
        """Send `sound` to who listens; the oldest goes where too much waits."""
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait((sid, sound))

    async def run(self) -> None:
        """For ever. While Redis is away nobody listens."""
        await asyncio.gather(_lasting(self._take_asks), _lasting(self._send))

    async def _take_asks(self) -> None:
        async with subscribed(self._url, ASKED) as channel:
            async for sid in payloads(channel):
                self.ask(sid.decode())

    async def _send(self) -> None:
        async with client(self._url, TIMEOUT) as redis:
            while True:
                sid, sound = await self._waiting.get()
                await redis.publish(SOUND + sid, sound)


async def _lasting(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except (RedisError, OSError) as error:
            log.warning("nobody can listen in: Redis is away (%s)", type(error).__name__)
        await asyncio.sleep(AGAIN)


async def sound_of(url: str, sid: str) -> AsyncIterator[bytes]:
    """What call `sid` sounds like from now on, as a `Tap` gives it. Raises RedisError or OSError while Redis is away.

    It says that somebody listens for as long as it is asked for more."""
    async with subscribed(url, SOUND + sid) as channel, client(url, TIMEOUT) as redis:
        asking = asyncio.create_task(_ask(redis, sid))
        try:
            async for sound in payloads(channel, asking):
                yield sound
        finally:
            asking.cancel()


async def _ask(redis: Redis, sid: str) -> None:
    while True:
        await redis.publish(ASKED, sid)
        await asyncio.sleep(ASK_EVERY)


async def payloads(channel: PubSub, beside: "asyncio.Task[None] | None" = None) -> AsyncIterator[bytes]:
    """What comes on the channel; a task `beside` it that fails ends it with its error."""
    while True:
        message = await channel.get_message(timeout=ASK_EVERY)
        if beside is not None and beside.done():
            beside.result()
        if message is not None:
            yield message["data"]


@asynccontextmanager
async def subscribed(url: str, name: str) -> AsyncIterator[PubSub]:
    """A channel on which what is published from now on comes."""
    async with client(url) as redis, redis.pubsub(ignore_subscribe_messages=True) as channel:
        await channel.subscribe(name)
        yield channel


def client(url: str, timeout: float | None = None) -> Redis:
    """A connection that fails at once, or after `timeout` seconds."""
    alive = {} if url.startswith("unix:") else {"socket_keepalive": True}
    retry = Retry(NoBackoff(), 0)
    return Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=TIMEOUT, retry=retry, **alive)
