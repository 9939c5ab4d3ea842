"""Server-sent events for any number of open pages: one subscription for all, and no thread for a page that waits."""

import asyncio
import json
import logging
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic

from flask import Flask
from redis import RedisError
from redis.asyncio import Redis

from ivr import traces
from ivr.live_updates import PREFIX
from ivr.web.wsgi import Receive, Scope, Send, WholeResponse, ask

log = logging.getLogger(__name__)
CALL = "call:"  # how the topic of one call begins
HEARTBEAT = 10.0  # seconds
GAP = 0.2  # seconds between two pieces of news on one stream: a page asks again once for all of them
MOST = 6  # streams of one person in one process
RIGHTS_SECONDS = 5.0
AGAIN = 1.0
SIGNED_OUT = b"event: over\ndata: {}\n\n"
GREETING = b"retry: 2000\n\n"
BEAT = b": heartbeat\n\nevent: beat\ndata: {}\n\n"
TOO_MANY = f"{MOST} pages of yours follow the line already. Close one of them, then reload this page."
KEPT = (b"content-type", b"content-length", b"set-cookie")  # of the answer about rights


class Post:
    """What one stream has yet to tell; a piece of news that waits already is not added again."""

    def __init__(self) -> None:
        self.topics: frozenset[str] = frozenset()
        self._stir = asyncio.Event()
        self._news: dict[bytes, None] = {}

    def put(self, news: bytes) -> None:
        self._news[news] = None
        self._stir.set()

    async def stirred(self) -> None:
        """Returns once there is something to tell."""
        await self._stir.wait()

    def take(self) -> bytes:
        """All of it, as event-stream text."""
        self._stir.clear()
        told = b"".join(self._news)
        self._news.clear()
        return told


class Hub:
    """Carries news from Redis to the streams. While Redis is away or silent nothing comes: pages have their beat."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._followers: dict[str, set[Post]] = defaultdict(set)

    def follow(self, post: Post, topics: frozenset[str]) -> None:
        """From now on `post` gets the news of `topics`, and of no others."""
        for topic in post.topics - topics:
            self._followers[topic].discard(post)
            if not self._followers[topic]:
                del self._followers[topic]
        for topic in topics - post.topics:
            self._followers[topic].add(post)
        post.topics = topics

    async def run(self) -> None:
        """For ever; a lost subscription is made again, and all pages then read what they have missed."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                log.warning("no live news: Redis is away (%s)", type(error).__name__)
            await asyncio.sleep(AGAIN)

    async def _listen(self) -> None:
        alive = {} if self._url.startswith("unix:") else {"socket_keepalive": True}
        async with Redis.from_url(self._url, **alive) as redis, redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.psubscribe(f"{PREFIX}*")
            for post in {post for posts in self._followers.values() for post in posts}:
                post.put(BEAT)  # what changed before we listened is in SQL
            while True:
                message = await channel.get_message(timeout=HEARTBEAT)
                if message is not None:
                    self._carry(message["channel"].decode().removeprefix(PREFIX), json.loads(message["data"]))

    def _carry(self, topic: str, body: dict[str, str]) -> None:
        told = f"event: news\ndata: {json.dumps({'topic': topic, 'kind': body['kind']})}\n\n".encode()
        for post in self._followers.get(topic, ()):
            post.put(told)


@dataclass(frozen=True, slots=True)
class Rights:
    """Whose stream it is, and what they may follow."""

    person: int
    topics: frozenset[str]


class Streams:
    """`GET /events`, as an ASGI app. Who asks, and what they may follow, the pages' app says at the same address:
    when the stream opens and again at each beat, so that a right that is lost ends the stream."""

    def __init__(self, pages: Flask, hub: Hub, heartbeat: float = HEARTBEAT) -> None:
        self._pages, self.hub, self._heartbeat = pages, hub, heartbeat
        self._threads = ThreadPoolExecutor(1, "rights")
        self.open: Counter[int] = Counter()
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Every stream ends at once; browsers come back by themselves, to whoever answers then."""
        self._ending.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._ask(scope)
        rights = _rights(answer)
        if rights is None:
            await answer.send(send)
        elif self.open[rights.person] >= MOST:
            await WholeResponse.plain(429, TOO_MANY).send(send)
        else:
            self.open[rights.person] += 1
            try:
                await self._stream(scope, receive, send, rights, answer)
            finally:
                self.open[rights.person] -= 1

    async def _stream(self, scope: Scope, receive: Receive, send: Send, rights: Rights, answer: WholeResponse) -> None:
        post, began = Post(), monotonic()
        self.hub.follow(post, rights.topics)
        over = [asyncio.ensure_future(gone(receive)), asyncio.ensure_future(self._ended())]
        try:
            headers = [
                *((name, value) for name, value in answer.headers if name not in KEPT),
                (b"content-type", b"text/event-stream; charset=utf-8"),
                (b"x-accel-buffering", b"no"),
            ]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            write = _writer(send)
            await write(GREETING + BEAT)
            await self._tell(scope, post, rights, write, over)
            await send({"type": "http.response.body", "body": b""})
        finally:
            self.hub.follow(post, frozenset())
            for waiting in over:
                waiting.cancel()
            for sid in _calls(rights):
                traces.note("page", monotonic() - began, sid)

    async def _ended(self) -> None:
        await self._ending.wait()

    async def _tell(
        self,
        scope: Scope,
        post: Post,
        rights: Rights,
        write: Callable[[bytes], Awaitable[None]],
        over: Sequence[asyncio.Future[None]],
    ) -> None:
        """News and beats until the page or the process is gone, or the right to them."""
        time = asyncio.get_running_loop().time
        beat = time() + self._next_beat()
        while True:
            news = asyncio.ensure_future(post.stirred())
            await asyncio.wait({news, *over}, timeout=max(0.0, beat - time()), return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
            if any(waiting.done() for waiting in over):
                return
            if time() >= beat:
                beat = time() + self._next_beat()
                answer = await self._ask(scope)
                if not self._may_go_on(answer, post, rights):
                    await write(SIGNED_OUT if answer.status == 401 else b"")
                    return
                post.put(BEAT)
            await write(post.take())
            await asyncio.wait(over, timeout=GAP, return_when=asyncio.FIRST_COMPLETED)

    def _next_beat(self) -> float:
        """Seconds. Streams that opened together, after a restart say, must not all ask for their rights together."""
        return self._heartbeat * random.uniform(0.5, 1.0)

    def _may_go_on(self, answer: WholeResponse, post: Post, rights: Rights) -> bool:
        """Whether it is still the same person's stream. A store that is away takes nobody's right."""
        now = _rights(answer)
        if now is not None and now.person == rights.person:
            self.hub.follow(post, now.topics)
            return True
        return answer.status >= 500

    async def _ask(self, scope: Scope) -> WholeResponse:
        try:
            async with asyncio.timeout(RIGHTS_SECONDS):
                return await ask(self._pages, scope, b"", self._threads)
        except TimeoutError:
            return WholeResponse.plain(503, "The database does not answer.")


def _rights(answer: WholeResponse) -> Rights | None:
    if answer.status != 200:
        return None
    told = json.loads(answer.body)
    return Rights(told["person"], frozenset(told["topics"]))


def _calls(rights: Rights) -> list[str]:
    return [topic.removeprefix(CALL) for topic in rights.topics if topic.startswith(CALL)]


def _writer(send: Send) -> Callable[[bytes], Awaitable[None]]:
    async def write(text: bytes) -> None:
        await send({"type": "http.response.body", "body": text, "more_body": True})

    return write


async def gone(receive: Receive) -> None:
    """Returns once the browser is."""
    while (await receive())["type"] != "http.disconnect":
        pass
