"""A Flask app asked from an event loop: the whole request first, a thread only then, the whole answer back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import Executor
from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast

from a2wsgi.wsgi import build_environ
from flask import Flask
from werkzeug.test import run_wsgi_app

from ivr.web.request_limits import BODY

log = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_SECONDS = 10.0
DROPPED = (b"transfer-encoding", b"content-length")


class BodyRefusedError(Exception):
    """The body is not taken; `status` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class WholeResponse:
    """A whole answer."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @classmethod
    def plain(cls, status: int, text: str) -> "WholeResponse":
        return cls(status, [(b"content-type", b"text/plain; charset=utf-8")], text.encode())

    async def send(self, send: Send) -> None:
        length = (b"content-length", str(len(self.body)).encode())
        headers = [*((name, value) for name, value in self.headers if name != b"content-length"), length]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


async def whole_body(scope: Scope, receive: Receive, most: int = BODY, seconds: float = BODY_SECONDS) -> bytes:
    """Up to `most` bytes within `seconds`: who sends slowly holds no thread. Raises BadBody."""
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    if not announced.isdigit() or int(announced) > most:
        raise BodyRefusedError(413 if announced.isdigit() else 400)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise BodyRefusedError(400)
                body += message.get("body", b"")
                if len(body) > most:
                    raise BodyRefusedError(413)
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise BodyRefusedError(408) from None


def with_body(scope: Scope, body: bytes) -> Scope:
    """The same request as one that announces this body, however it was sent."""
    kept: Iterable[tuple[bytes, bytes]] = [header for header in scope["headers"] if header[0] not in DROPPED]
    return {**scope, "headers": [*kept, (b"content-length", str(len(body)).encode())]}


async def ask(app: Flask, scope: Scope, body: bytes, threads: Executor) -> WholeResponse:
    """`app`'s answer, made in one of `threads`. Cancelled before its turn, nothing is done."""
    whole: Any = with_body(scope, body)
    environ: dict[str, Any] = {**build_environ(whole, cast("Any", BytesIO(body)))}
    return await asyncio.get_running_loop().run_in_executor(threads, _run, app, environ)


def _run(app: Flask, environ: dict[str, Any]) -> WholeResponse:
    try:
        parts, status, headers = run_wsgi_app(app, environ, buffered=True)
    except Exception:  # of the app's own handling of a fault
        log.exception("a request failed and so did the answer to it")
        return WholeResponse.plain(500, "This did not work.")
    pairs = [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers]
    return WholeResponse(int(status.split(" ", 1)[0]), pairs, b"".join(parts))
