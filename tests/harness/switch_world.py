"""A customer's server and phones for tests of the switch, all in one event loop."""

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from switch.config import SwitchConfig
from switch.media.audio import SILENCE, tone
from switch.ports import Line
from switch.server import Switch, _Server
from tests.harness.eventually import until

ACCOUNT = "AC" + "a" * 32
TOKEN = "secret"
NUMBER = "+15550001000"
CALLER = "+15550002000"

Answer = str | Response | Callable[[dict[str, str]], str | Response]


@dataclass
class Received:
    """One request that the customer's server got."""

    path: str
    method: str
    params: dict[str, str]
    headers: dict[str, str]


class Customer:
    """The application under the switch: answers by path, remembers everything."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.received: list[Received] = []
        self.socket: Callable[[WebSocket], Awaitable[None]] | None = None
        self.url = ""

    async def handle(self, request: Request) -> Response:
        body = (await request.body()).decode()
        form = dict(parse_qsl(body, keep_blank_values=True)) or dict(request.query_params)
        self.received.append(Received(request.url.path, request.method, form, dict(request.headers)))
        answer = self.answers.get(request.url.path, "")
        answer = answer(form) if callable(answer) and not isinstance(answer, Response) else answer
        return answer if isinstance(answer, Response) else Response(twiml(answer), media_type="text/xml")

    async def media(self, socket: WebSocket) -> None:
        assert self.socket is not None
        await self.socket(socket)

    def to(self, path: str) -> list[Received]:
        return [request for request in self.received if request.path == path]


class Person:
    """A phone that answers, says what is queued, and keeps what it hears."""

    def __init__(self, *, answers: bool = True) -> None:
        self.answers = answers
        self.rung: Line | None = None
        self.words: deque[bytes] = deque()
        self.heard: list[bytes] = []
        self.up = False
        self.final = ""
        self.texts: list[str] = []

    @property
    def line(self) -> Line:
        assert self.rung is not None
        return self.rung

    def ring(self, line: Line) -> None:
        self.rung = line
        if self.answers:
            line.answer()

    def connected(self) -> None:
        self.up = True

    def say(self) -> bytes:
        return self.words.popleft() if self.words else SILENCE

    def hear(self, frame: bytes) -> None:
        self.heard.append(frame)

    def text(self, body: str) -> None:
        self.texts.append(body)

    def ended(self, status: str) -> None:
        self.final = status

    def speak(self, seconds: float, frequency: float = 440) -> None:
        sound = tone((frequency,), seconds)
        self.words.extend(sound[at : at + 160] for at in range(0, len(sound) // 160 * 160, 160))

    @property
    def sound(self) -> bytes:
        """What was heard, without silence."""
        return b"".join(frame for frame in self.heard if frame != SILENCE)

    def press(self, keys: str) -> None:
        for key in keys:
            self.line.press(key)

    def hang_up(self) -> None:
        self.line.hang_up()


@dataclass
class World:
    customer: Customer
    switch: Switch
    people: dict[str, Person] = field(default_factory=dict)

    async def call(self) -> Person:
        person = Person()
        await self.switch.place(person, CALLER)
        return person

    def person(self, address: str, *, answers: bool = True) -> Person:
        person = self.people[address] = Person(answers=answers)
        self.switch.register(address, person)
        return person

    def problems(self) -> list[int]:
        return [row.data["code"] for row in self.switch.trace if row.kind == "problem"]


def twiml(inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inner}</Response>'


@asynccontextmanager
async def serving(customer: Customer) -> AsyncIterator[None]:
    listener = socket.create_server(("127.0.0.1", 0))
    customer.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    routes = [
        WebSocketRoute("/media", customer.media),
        WebSocketRoute("/media/listen", customer.media),
        Route("/{path:path}", customer.handle, methods=["GET", "POST"]),
    ]
    server = _Server(
        uvicorn.Config(Starlette(routes=routes), log_level="error", lifespan="off", ws="websockets-sansio")
    )
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    yield
    server.should_exit = True
    await task


MakeWorld = Callable[..., AbstractAsyncContextManager[World]]
Run = Callable[[Coroutine[Any, Any, None]], None]


def murmur(text: str) -> bytes:
    return tone((300,), 0.04)


@pytest.fixture
def switch_world(tmp_path: Path) -> MakeWorld:
    """A running switch and customer: `async with switch_world() as w`. Speaking takes 40 ms whatever the words."""

    @asynccontextmanager
    async def made(say: Callable[[str], bytes] = murmur, **changes: Any) -> AsyncIterator[World]:
        customer = Customer()
        async with serving(customer):
            config: dict[str, Any] = {
                "account_sid": ACCOUNT,
                "auth_token": TOKEN,
                "number": NUMBER,
                "voice_url": f"{customer.url}/voice",
                "fallback_url": f"{customer.url}/fallback",
                "status_url": f"{customer.url}/status",
                "app_url": f"{customer.url}/app",
                "folder": tmp_path,
                "port": 0,
                "recording_delay": 0.05,
                "ring_grace": 0.0,
            }
            switch = Switch(SwitchConfig(**(config | changes)), say)
            await switch.start()
            try:
                yield World(customer, switch)
            finally:
                await switch.stop()

    return made


@pytest.fixture
def run() -> Callable[[Coroutine[Any, Any, None]], None]:
    return asyncio.run
