"""The carrier's webhooks: asked of the line, in threads of their own; while no store answers, of the standby line."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from ivr.web.wsgi import BodyRefusedError, Receive, Scope, Send, WholeResponse, ask, whole_body

PATHS = ("/voice/", "/handoff/", "/card/")
STANDBY = "/voice/standby/"
FALLBACK = "fallback"  # how the address ends that is asked when a document failed, of whichever leg
FALLBACK_SECONDS = 1.0  # a caller has heard nothing for a while already
SECONDS = 13.0  # the carrier waits for 15
LOOK = 0.1  # seconds between two looks whether the store is still there
THREADS = 32


Note = Callable[[str, int, float, str], None]


def _unnoted(path: str, status: int, seconds: float, by: str) -> None:
    """Nobody counts."""


class Webhooks:
    """An ASGI app. `away` tells whether the store is: a thread that hangs with it is waited for no longer.

    `note` learns of each answer: the path, the status, the seconds that it took, and who gave it, "line" or "standby".
    """

    def __init__(self, line: Flask, standby: Flask, away: Callable[[], bool], note: Note = _unnoted) -> None:
        self._line, self._standby, self._away, self._note = line, standby, away, note
        self._threads = ThreadPoolExecutor(THREADS, "webhook")
        self._urgent = ThreadPoolExecutor(4, "fallback")  # never behind the others
        self._last = ThreadPoolExecutor(4, "standby")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        came = time.monotonic()
        try:
            body = await whole_body(scope, receive)
        except BodyRefusedError as error:
            await WholeResponse.plain(error.status, "The request's body is not taken.").send(send)
            return
        answer, by = await self._of_the_line(scope, body), "line"
        if answer is None:
            answer, by = await ask(self._standby, scope, body, self._last), "standby"
        self._note(scope["path"], answer.status, time.monotonic() - came, by)
        await answer.send(send)

    async def _of_the_line(self, scope: Scope, body: bytes) -> WholeResponse | None:
        """None: the line cannot answer, or not in time."""
        path: str = scope["path"]
        if path.startswith(STANDBY) or self._away():
            return None
        fallback = path.endswith(FALLBACK)
        threads, seconds = (self._urgent, FALLBACK_SECONDS) if fallback else (self._threads, SECONDS)
        asked = asyncio.ensure_future(ask(self._line, scope, body, threads))
        try:
            answer = await self._in_time(asked, seconds)
        finally:
            asked.cancel()
        return None if answer is not None and fallback and answer.status >= 500 else answer

    async def _in_time(self, asked: asyncio.Future[WholeResponse], seconds: float) -> WholeResponse | None:
        until = asyncio.get_running_loop().time() + seconds
        while True:
            left = until - asyncio.get_running_loop().time()
            done, _ = await asyncio.wait({asked}, timeout=max(0.0, min(LOOK, left)))
            if done:
                return asked.result()
            if left <= 0 or self._away():
                return None
