"""Media Streams clients without a switch: many callers in one process, each on a socket, all by one clock.

Speaks the carrier's messages with its signature. Lighter than a call through the switch, which also keeps TwiML,
recordings and conferences: what is measured is the media process alone.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bench.tools.callers import Caller
from speech.audio import FRAME, RATE, SILENCE
from switch.media.play_buffer import PlayBuffer
from switch.media.stream_messages import CONNECTED, Clear, Mark, Media, StreamWriter, read
from switch.sids import new_sid
from switch.signature import signature

TICK = FRAME / RATE


class Clock:
    """Calls everything that was added every 20 ms. `worst` is how late a tick ever was, in seconds."""

    def __init__(self) -> None:
        self.ticking: set[Callable[[], None]] = set()
        self.worst = 0.0

    async def run(self) -> None:
        due = time.monotonic()
        while True:
            due += TICK
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.worst = max(self.worst, time.monotonic() - due)
            for tick in list(self.ticking):
                tick()

    @contextlib.contextmanager
    def calling(self, tick: Callable[[], None]) -> Iterator[None]:
        self.ticking.add(tick)
        try:
            yield
        finally:
            self.ticking.discard(tick)


@dataclass(eq=False)
class Stream:
    """One call's socket. `late` holds, in ms, each gap in a sentence: sound that came after it was due.

    `cleared` holds when the far side took back what it had sent, in seconds of the stream.
    """

    url: str
    caller: Caller
    account: str = "AC" + "0" * 32
    call: str = field(default_factory=lambda: new_sid("CA"))
    late: list[float] = field(default_factory=list)
    cleared: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sid = new_sid("MZ")
        self._writer = StreamWriter(self.account, self.call, self.sid)
        self._buffer = PlayBuffer()
        self._outbox: asyncio.Queue[str | None] = asyncio.Queue()
        self._frames = 0
        self._left = 0  # bytes still to be played
        self._dry = 0  # the frame in which there was last something to play
        self._within = False  # the last message was sound: more of the same sentence is to come

    async def run(self, clock: Clock, token: str, auth: str) -> None:
        """Until the far side closes, or `stop`. Raises OSError or InvalidHandshake when it is not let in."""
        headers = {"X-Twilio-Signature": signature(auth, self.url)}
        async with connect(
            self.url, compression=None, proxy=None, ping_interval=None, additional_headers=headers
        ) as socket:
            self._outbox.put_nowait(CONNECTED)
            self._outbox.put_nowait(self._writer.start(["inbound"], {"token": token}))
            sending = asyncio.create_task(self._send(socket))
            with clock.calling(self._tick), contextlib.suppress(ConnectionClosed):
                async for message in socket:
                    self._take(message)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    def stop(self) -> None:
        """The caller hangs up."""
        self._outbox.put_nowait(self._writer.stop())
        self._outbox.put_nowait(None)

    def _tick(self) -> None:
        self._frames += 1
        self._outbox.put_nowait(self._writer.media("inbound", self._frames, self._frames * 20, self.caller.frame()))
        piece, due = self._buffer.frame()
        if self._left > 0:
            self._left, self._dry = self._left - FRAME, self._frames
        self._echo(due)
        self.caller.hear(None if piece == SILENCE else piece)

    def _take(self, message: str | bytes) -> None:
        match read(message, self.sid):
            case Media(audio):
                if self._within and self._left <= 0 and self._frames > self._dry:
                    self.late.append(1000 * TICK * (self._frames - self._dry))
                self._within = True
                self._left = max(0, self._left) + len(audio)
                self._buffer.add(audio)
            case Mark(name):
                self._within = False
                self._echo(self._buffer.mark(name))
            case Clear():
                self._within, self._left = False, 0
                self.cleared.append(TICK * self._frames)
                self._echo(self._buffer.clear())

    def _echo(self, names: list[str]) -> None:
        for name in names:
            self._outbox.put_nowait(self._writer.mark(name))

    async def _send(self, socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            while (message := await self._outbox.get()) is not None:
                await socket.send(message)
            await socket.close()
