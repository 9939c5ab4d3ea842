"""What stands before two hosts: TCP connections go to whoever is ready, another where one does not answer, and late.

The kernel's own delays (`tc netem`) are not to be had everywhere; here every byte waits as long as `delay` says. A host
that is gone says nothing: it is known by what it does not acknowledge, as HAProxy's `tcp-ut` in deploy/ has it.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

LOOK_EVERY = 0.5  # seconds
PIECE = 65536
UNACKNOWLEDGED = 2.0  # seconds after which a connection to a host that is gone is given up
UNCONNECTED = 1.0  # seconds that are waited for a connection to one


@dataclass(eq=False)
class Backend:
    """A process behind the front. `down`: its host is gone, so that nothing answers. `spared`: it gets nobody new."""

    port: int
    ready: bool = False
    down: bool = False
    spared: bool = False
    taken: int = 0


class Front:
    """Listens on `port` for `backends` on this machine. `delay` in seconds, each way."""

    def __init__(self, port: int, backends: Sequence[Backend]) -> None:
        self.delay = 0.0
        self.backends = backends
        self._port = port
        self._server: asyncio.Server | None = None
        self._looking: asyncio.Task[None] | None = None
        self._joined: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Front":
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self._port)
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_ended: object) -> None:
        if self._looking and self._server:
            self._looking.cancel()
            self._server.close()
            for joined in self._joined:
                joined.cancel()

    async def _look(self) -> None:
        async with httpx.AsyncClient(timeout=1.0, trust_env=False) as client:
            while True:
                await asyncio.gather(*(_look_at(client, backend) for backend in self.backends))
                await asyncio.sleep(LOOK_EVERY)

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        joined = asyncio.create_task(self._serve(reader, writer))
        self._joined.add(joined)
        joined.add_done_callback(self._joined.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        order = sorted(self.backends, key=lambda one: (not one.ready, one.taken))
        for backend in order:
            if backend.down and backend.ready:
                await asyncio.sleep(UNCONNECTED)
            if backend.down or backend.spared:
                continue
            with contextlib.suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", backend.port)
                await self._join(backend, (reader, writer), (far_reader, far_writer))
                return
        writer.transport.abort()

    async def _join(
        self,
        backend: Backend,
        near: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        far: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        backend.taken += 1
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(near[0], far[1], backend))
                both.create_task(self._carry(far[0], near[1], backend))
        except* OSError:  # a process that was killed: its connections break, and are broken on the other side too
            await _unacknowledged(backend)
            for writer in (near[1], far[1]):
                writer.transport.abort()
        finally:
            backend.taken -= 1
            for writer in (near[1], far[1]):
                writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, backend: Backend) -> None:
        """Pass on what comes, `delay` later, and the end after it."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        clock = asyncio.get_running_loop().time

        async def send() -> None:
            while True:
                due, data = await waiting.get()
                if (early := due - clock()) > 0:
                    await asyncio.sleep(early)
                if not data:
                    await _unacknowledged(backend)
                    with contextlib.suppress(OSError):
                        writer.write_eof()
                    return
                writer.write(data)
                await writer.drain()

        async with asyncio.TaskGroup() as both:
            both.create_task(send())
            while data := await reader.read(PIECE):
                waiting.put_nowait((clock() + self.delay, data))
            waiting.put_nowait((clock() + self.delay, b""))


async def _unacknowledged(backend: Backend) -> None:
    if backend.down:
        await asyncio.sleep(UNACKNOWLEDGED)


async def _look_at(client: httpx.AsyncClient, backend: Backend) -> None:
    try:
        backend.ready = (await client.get(f"http://127.0.0.1:{backend.port}/readyz")).status_code == 200
    except httpx.HTTPError:
        backend.ready = False
