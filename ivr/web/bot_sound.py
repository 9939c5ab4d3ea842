"""`POST /board/bot-calls/<sid>/listen`: a call that the bot has, as it sounds, to a supervisor who listens in.

The answer is the sound itself, for as long as it lasts: pieces of 1,600 bytes, a tenth of a second of mu-law at 8 kHz,
the caller's and the bot's samples in turn.
"""

import asyncio
import logging
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from redis import RedisError

from ivr.channels.listening import sound_of
from ivr.web.event_streams import KEPT, gone
from ivr.web.wsgi import BodyRefusedError, Receive, Scope, Send, WholeResponse, ask, whole_body

log = logging.getLogger(__name__)
BEAT = 2.0  # seconds between two questions whether it may go on: the call may have left the bot
LATE = 20  # pieces, two seconds: what a slow listener does not take within them is lost
RIGHTS_SECONDS = 5.0


class BotSound:
    """An ASGI app. Who listens, and to what they may, the pages' app says at the same address: by POST as it begins,
    which notes it in the audit, and by GET at each beat."""

    def __init__(self, pages: Flask, redis_url: str, beat: float = BEAT) -> None:
        self._pages, self._redis_url, self._beat = pages, redis_url, beat
        self._threads = ThreadPoolExecutor(1, "listening")
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Nobody listens here any more; browsers come back by themselves, to whoever answers then."""
        self._ending.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._ask(scope, await whole_body(scope, receive))
        except BodyRefusedError as error:
            answer = WholeResponse.plain(error.status, "The request's body is not taken.")
        if answer.status != 200:
            await answer.send(send)
            return
        headers = [
            *((name, value) for name, value in answer.headers if name not in KEPT),
            (b"content-type", b"application/octet-stream"),
            (b"x-accel-buffering", b"no"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._sound(scope, receive, send)
        await send({"type": "http.response.body", "body": b""})

    async def _sound(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Until the listener or the process is gone, the call is not the bot's any more, or Redis is away."""
        pieces: deque[bytes] = deque(maxlen=LATE)
        stirred = asyncio.Event()
        over = [
            asyncio.ensure_future(gone(receive)),
            asyncio.ensure_future(self._ending.wait()),
            asyncio.ensure_future(self._lasts(scope)),
            asyncio.ensure_future(_collect(self._redis_url, scope["path_params"]["sid"], pieces, stirred)),
        ]
        writing = asyncio.ensure_future(_write(send, pieces, stirred))
        try:
            await asyncio.wait({*over, writing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*over, writing):
                task.cancel()
            await asyncio.gather(*over, writing, return_exceptions=True)

    async def _lasts(self, scope: Scope) -> None:
        """Returns once the pages' app says no. A store that is away ends nothing."""
        question = {**scope, "method": "GET"}
        while True:
            await asyncio.sleep(self._beat)
            answer = await self._ask(question, b"")
            if answer.status != 200 and answer.status < 500:
                return

    async def _ask(self, scope: Scope, body: bytes) -> WholeResponse:
        try:
            async with asyncio.timeout(RIGHTS_SECONDS):
                return await ask(self._pages, scope, body, self._threads)
        except TimeoutError:
            return WholeResponse.plain(503, "The database does not answer.")


async def _collect(redis_url: str, sid: str, pieces: deque[bytes], stirred: asyncio.Event) -> None:
    try:
        async for piece in sound_of(redis_url, sid):
            pieces.append(piece)
            stirred.set()
    except (RedisError, OSError) as error:
        log.warning("nobody can listen in: Redis is away (%s)", type(error).__name__)


async def _write(send: Send, pieces: deque[bytes], stirred: asyncio.Event) -> None:
    await send({"type": "http.response.body", "body": b"", "more_body": True})
    while True:
        await stirred.wait()
        stirred.clear()
        while pieces:
            await send({"type": "http.response.body", "body": pieces.popleft(), "more_body": True})
