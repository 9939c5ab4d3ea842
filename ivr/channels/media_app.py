"""The media process: the carrier's sockets, their signatures and tokens, and nothing else."""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ivr import traces
from ivr.calls.dialogue_service import DialogueService
from ivr.carrier.signatures import Signatures
from ivr.channels.admission import Admission, AtCapacityError
from ivr.channels.conversation import Conversation, Threads
from ivr.channels.drain import Drain
from ivr.channels.listening import SoundRelay
from ivr.channels.moved_calls import MovedCalls
from ivr.channels.traced_hearing import TracedHearing
from ivr.dialogue.prompts.en import PROMPTS
from ivr.logs import CallThreads, about_call
from ivr.store.health import Watch
from ivr.store.stream_tokens import BadTokenError
from speech.media_streams import NoStartError, Start, read_start
from speech.monitor import Monitor, TrackTurn
from speech.session import Session
from speech.stt import SpeechToText
from speech.tap import deaf
from speech.tts import TextToSpeech
from speech.vad import StatefulVad

log = logging.getLogger(__name__)

POLICY, FAULT, BUSY = 1008, 1011, 1013  # close codes
START_SECONDS = 5.0
NUMBER = re.compile(r'"sequenceNumber"\s*:\s*"?(\d+)')
RECENT = 500  # messages, ten seconds of them


@dataclass(frozen=True, slots=True)
class MediaOptions:
    """`admission` of callers, routes `beside` the sockets, `watches` on what the process stands on, a drain's limit,
    and the `relay` by which supervisors listen in; without one they cannot."""

    admission: Admission = field(default_factory=Admission)
    beside: Sequence[BaseRoute] = ()
    watches: Sequence[Watch] = ()
    drain_seconds: float = 20.0
    relay: SoundRelay | None = None


def make_media_app(
    service: DialogueService,
    signatures: Signatures,
    stt: SpeechToText,
    tts: TextToSpeech,
    vad: Callable[[], StatefulVad],
    options: MediaOptions | None = None,
) -> Starlette:
    """`WS /media` for callers, `WS /media/listen` for calls that a person has, whether it lives and is ready, and what
    is `beside`.

    A caller for whom there is no place, or who comes while the process is told to end, is not let in: /voice/resume
    finds another way for them."""
    options = options or MediaOptions()
    admission, drain = options.admission, Drain(options.drain_seconds)
    threads = Threads(CallThreads(8, "sql"), CallThreads(16, "ledger"))

    async def not_talking(sids: Sequence[str]) -> Sequence[str]:
        return await asyncio.get_running_loop().run_in_executor(threads.sql, service.not_talking, sids)

    moved = MovedCalls(not_talking)

    async def media(socket: WebSocket) -> None:
        await _let_in(socket, signatures, "", talk, closed)

    async def listen(socket: WebSocket) -> None:
        await _let_in(socket, signatures, "/listen", overhear, lambda: False)

    def closed() -> bool:
        if shut := drain.begun or admission.full:
            admission.refuse()
        return shut

    async def talk(start: Start, texts: AsyncIterator[str], socket: WebSocket) -> None:
        if drain.begun:  # since it was let in
            raise AtCapacityError
        with admission.place(), traces.span("socket", start.call_sid):
            await converse(start, texts, socket)

    async def converse(start: Start, texts: AsyncIterator[str], socket: WebSocket) -> None:
        about_call(start.call_sid)
        connected = await asyncio.get_running_loop().run_in_executor(
            threads.sql, service.connect, start.call_sid, start.parameters.get("token", "")
        )
        tap = options.relay.tap(start.call_sid) if options.relay else deaf()
        session = Session(start, TracedHearing(stt, start.call_sid), tts, vad, filler=PROMPTS["moment"][0], tap=tap)
        async with asyncio.TaskGroup() as tasks:
            conversation = Conversation(service, start.call_sid, connected, session, threads, tasks, tap=tap)
            leave = drain.talking(lambda: session.leave(lambda: conversation.at_rest))
            with leave, moved.watched(start.call_sid, conversation):
                opening = await conversation.opening()
                await session.run(texts, socket.send_text, conversation.handle, opening)
            conversation.close()
            if session.left:
                await conversation.hand_over()

    async def overhear(start: Start, texts: AsyncIterator[str], _socket: WebSocket) -> None:
        loop = asyncio.get_running_loop()
        token, sid = start.parameters.get("token", ""), start.parameters.get("call", start.call_sid)
        listening = await loop.run_in_executor(threads.sql, service.listen, sid, token)

        async def keep(news: TrackTurn) -> None:
            await loop.run_in_executor(threads.sql, service.overheard, sid, news.track, news.turn, listening.offset)

        await Monitor(start, stt, vad).run(texts, keep)

    async def ready(_request: Request) -> JSONResponse:
        away = [watch.name for watch in options.watches if watch.away]
        away += ["room"] * admission.full + ["drain"] * drain.begun
        return JSONResponse({"ready": not away, "away": away}, 503 if away else 200)

    @contextlib.asynccontextmanager
    async def living(_app: Starlette) -> AsyncIterator[None]:
        for watch in options.watches:
            watch.start()
        lasting = [asyncio.create_task(moved.run())]
        if options.relay:
            lasting.append(asyncio.create_task(options.relay.run()))
        with drain.on_signals():
            yield
        for task in lasting:
            task.cancel()
        for watch in options.watches:
            watch.stop()

    sockets = (WebSocketRoute("/media", media), WebSocketRoute("/media/listen", listen))
    alive = [Route(path, _health) for path in ("/health", "/healthz")]
    app = Starlette(routes=[*sockets, *alive, Route("/readyz", ready), *options.beside], lifespan=living)
    app.state.drain = drain
    return app


async def _let_in(
    socket: WebSocket, signatures: Signatures, below: str, serve: Any, closed: Callable[[], bool]
) -> None:
    """Signature before the handshake (403), start and token after it (1008), then `serve` until it is over.

    While it is `closed` the handshake is answered with 503, by which a balancer knows to ask another process."""
    if not signatures.socket_is_signed(below, socket.headers):
        log.warning("refused an unsigned or forged media socket")
        await socket.close(POLICY)
        return
    if closed():
        log.info("no room for another caller here: another process, or another way, is found for them")
        await socket.send_denial_response(PlainTextResponse("There is no room for another call here.", 503))
        return
    await socket.accept()
    texts = _texts(socket, Once())
    try:
        await serve(await read_start(texts, START_SECONDS), texts, socket)
        await _close(socket, 1000)
    except AtCapacityError:
        log.warning("no room for another caller: they are asked to try again")
        await _close(socket, BUSY)
    except (NoStartError, BadTokenError) as error:
        log.warning("refused a media socket: %s", type(error).__name__)
        await _close(socket, POLICY)
    except Exception:
        log.exception("a media socket failed; its call goes on at /voice/resume")
        await _close(socket, FAULT)


class Once:
    """Lets each numbered message of a stream through once: a key that comes twice was pressed once."""

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}  # in the order in which they came

    def __call__(self, text: str) -> bool:
        number = NUMBER.search(text)
        if number is None:
            return True
        if number[1] in self._seen:
            return False
        self._seen[number[1]] = None
        if len(self._seen) > RECENT:
            del self._seen[next(iter(self._seen))]
        return True


async def _texts(socket: WebSocket, once: Once) -> AsyncIterator[str]:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text")
        if text is not None and once(text):
            yield text


async def _close(socket: WebSocket, code: int) -> None:
    if WebSocketState.DISCONNECTED in (socket.client_state, socket.application_state):
        return
    try:
        await socket.close(code)
    except (RuntimeError, WebSocketDisconnect):
        log.debug("the carrier closed the socket first")


async def _health(_request: Request) -> JSONResponse:
    return JSONResponse({"ok": True})
