"""The front before two hosts: who is asked, what becomes of broken connections, and how late bytes come."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bench.faults import front
from bench.faults.front import Backend, Front
from bench.tools.line import free_ports

pytestmark = pytest.mark.integration

Run = Callable[[Coroutine[Any, Any, None]], None]


@asynccontextmanager
async def echoing() -> AsyncIterator[Backend]:
    """Whoever says a line hears it again, with the port that answered."""
    [port] = free_ports(1)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            if line == b"die\n":
                writer.transport.abort()
                return
            writer.write(str(port).encode() + b" " + line)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", port):
        yield Backend(port, ready=True)


async def ask(port: int, line: bytes) -> bytes:
    """What the answer to `line` is; empty where the connection ends without one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(line)
    try:
        return await reader.readline()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@asynccontextmanager
async def two(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[int, Front, Backend, Backend]]:
    monkeypatch.setattr(front, "LOOK_EVERY", 1000.0)  # what is ready is the test's to say
    [port] = free_ports(1)
    async with echoing() as one, echoing() as other, Front(port, (one, other)) as before:
        await asyncio.sleep(0.05)
        one.ready = other.ready = True
        yield port, before, one, other


def test_who_is_not_ready_is_asked_last_and_who_does_not_answer_not_at_all(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with two(monkeypatch) as (port, before, one, other):
            one.ready = False
            assert await ask(port, b"hello\n") == f"{other.port} hello\n".encode()
            before.backends = (Backend(free_ports(1)[0], ready=True), one)
            assert await ask(port, b"hello\n") == f"{one.port} hello\n".encode()

    run(story())


def test_a_host_that_is_spared_gets_nobody_new(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with two(monkeypatch) as (port, _, one, other):
            one.spared = True
            answers = [await ask(port, b"x\n") for _ in range(3)]
            assert answers == [f"{other.port} x\n".encode()] * 3

    run(story())


def test_a_connection_that_breaks_behind_it_breaks_before_it_at_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with two(monkeypatch) as (port, _, _one, _other):
            async with asyncio.timeout(0.5):
                assert await ask(port, b"die\n") == b""

    run(story())


def test_one_to_a_host_that_is_gone_breaks_once_that_is_known(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "UNACKNOWLEDGED", 0.3)

    async def story() -> None:
        async with two(monkeypatch) as (port, _, one, other):
            clock = asyncio.get_running_loop().time
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"x\n")
            await reader.readline()
            one.down = other.down = True
            began = clock()
            writer.write(b"die\n")
            assert await reader.read() == b""
            assert clock() - began >= 0.3

    run(story())


def test_bytes_come_as_late_as_the_network_is_slow(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with two(monkeypatch) as (port, before, _one, _other):
            before.delay = 0.1
            clock = asyncio.get_running_loop().time
            began = clock()
            assert (await ask(port, b"x\n")).endswith(b"x\n")
            assert clock() - began >= 0.2

    run(story())
