"""The web process's one door: the carrier, people's pages, their event streams and machines, none in another's way."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from a2wsgi import WSGIMiddleware
from flask import Flask
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ivr.channels.audio_files import NAMES
from ivr.store.health import Watch
from ivr.web.bot_sound import BotSound
from ivr.web.event_streams import Hub, Streams
from ivr.web.hooks.dispatch import PATHS, Webhooks
from ivr.web.wsgi import BodyRefusedError, Receive, Scope, Send, WholeResponse, whole_body, with_body

PAGE_THREADS = 16


def make_front(
    webhooks: Webhooks,
    pages: Flask,
    streams: Streams,
    hub: Hub,
    audio: Path,
    watches: Sequence[Watch],
    bot_sound: BotSound,
) -> Starlette:
    """An ASGI app that runs `hub` and `watches` as long as it is served."""

    def end() -> None:
        streams.end()
        bot_sound.end()

    @contextlib.asynccontextmanager
    async def living(_app: Starlette) -> AsyncIterator[None]:
        listening = asyncio.create_task(hub.run())
        for watch in watches:
            watch.start()
        with _told_to_end(end):
            yield
        listening.cancel()
        for watch in watches:
            watch.stop()

    async def alive(_request: Request) -> Response:
        return JSONResponse({"ok": True})

    async def ready(_request: Request) -> Response:
        away = [watch.name for watch in watches if watch.away]
        return JSONResponse({"ready": not away, "away": away}, 503 if away else 200)

    return Starlette(
        routes=[
            Route("/health", alive),
            Route("/healthz", alive),
            Route("/readyz", ready),
            Route("/events", streams, methods=["GET"]),
            Route("/board/bot-calls/{sid}/listen", bot_sound, methods=["POST"]),
            Route("/voice/audio/{name}", Sounds(audio)),
            Mount("", _Rest(webhooks, pages)),
        ],
        lifespan=living,
    )


class Sounds:
    """What the carrier plays, to anybody: a slow reader holds no thread, and no caller's notice waits for one."""

    def __init__(self, folder: Path) -> None:
        self._files = StaticFiles(directory=folder, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        name = request.path_params["name"]
        try:
            if name not in NAMES:
                raise HTTPException(404)
            answer = await self._files.get_response(name, scope)
            answer.headers.update({"Cache-Control": "public, max-age=3600", "Content-Type": "audio/wav"})
        except HTTPException as error:
            answer = Response(status_code=error.status_code)
        await answer(scope, receive, send)


class _Rest:
    """Webhooks by their threads, pages by theirs."""

    def __init__(self, webhooks: Webhooks, pages: Flask) -> None:
        wsgi: Any = pages
        self._webhooks = webhooks
        self._pages: Any = WSGIMiddleware(wsgi, workers=PAGE_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(PATHS):
            await self._webhooks(scope, receive, send)
            return
        try:
            body = await whole_body(scope, receive)
        except BodyRefusedError as error:
            await WholeResponse.plain(error.status, "The request's body is not taken.").send(send)
            return

        async def again() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        await self._pages(with_body(scope, body), again, send)


@contextlib.contextmanager
def _told_to_end(tell: Callable[[], None]) -> Iterator[None]:
    """Call `tell` on SIGTERM and SIGINT before the server's own handler: it waits for what is open, streams too."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    earlier = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def told(number: int, frame: object) -> None:
        loop.call_soon_threadsafe(tell)
        if callable(handler := earlier[signal.Signals(number)]):
            handler(number, frame)  # type: ignore[arg-type]

    for number in earlier:
        signal.signal(number, told)
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
