"""A media stream: the carrier's WebSocket to the application, one per `<Stream>`."""

import asyncio
import random

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from switch.leg import Leg
from switch.media.audio import SILENCE
from switch.media.play_buffer import PlayBuffer
from switch.media.stream_messages import CONNECTED, BadMessageError, Clear, Mark, Media, StreamWriter, read
from switch.media.stream_options import StreamOptions
from switch.sids import iso8601, new_sid, now
from switch.signature import signature

AGENT = "Twilio.TmeWs/1.0"
_CONNECT_SECONDS = 10.0


class MediaStream:
    """One stream on one leg: a tap on what is said, and, two-way, the source of what is heard."""

    def __init__(self, leg: Leg, options: StreamOptions) -> None:
        self.sid = new_sid("MZ")
        self.options = options
        self._leg = leg
        self._trace = leg.exchange.trace
        self._writer = StreamWriter(leg.exchange.config.account_sid, leg.sid, self.sid)
        self._buffer = PlayBuffer()
        self._outbox: asyncio.Queue[str | None] = asyncio.Queue()
        self._chunks = dict.fromkeys(options.tracks, 0)
        self._base = random.randint(100, 170)
        self._warned: set[int] = set()
        self._stopping = False

    async def run(self) -> None:
        """Connect and stay until the application closes, the connection is lost, or `stop` is called."""
        try:
            socket = await self._connect()
        except (OSError, TimeoutError, InvalidHandshake) as error:
            self._failed(*_handshake_error(error))
            return
        async with socket:
            if self._stopping:
                return
            self._open()
            sending = asyncio.create_task(self._send(socket))
            try:
                await self._receive(socket)
            finally:
                self.stop()
                await asyncio.wait({sending}, timeout=2)
                sending.cancel()

    def stop(self) -> None:
        """Say `stop` and close; later calls do nothing."""
        if self._stopping:
            return
        self._stopping = True
        self._leg.taps = [tap for tap in self._leg.taps if tap is not self]
        self._leg.on_dtmf = [listener for listener in self._leg.on_dtmf if listener != self._on_dtmf]
        if self._leg.source is self:
            self._leg.source = None
        self._outbox.put_nowait(self._writer.stop())
        self._outbox.put_nowait(None)

    # sound

    def frame(self) -> bytes:
        piece, due = self._buffer.frame()
        self._echo(due)
        return piece

    def tick(self, said: bytes, heard: bytes) -> None:
        for track, piece in (("inbound", said), ("outbound", heard)):
            if track in self._chunks:
                self._media(track, piece)

    def _media(self, track: str, piece: bytes) -> None:
        chunk = self._chunks[track] = self._chunks[track] + 1
        timestamp = self._base + (chunk - 1) * 20 + random.randint(-4, 4)
        self._outbox.put_nowait(self._writer.media(track, chunk, timestamp, piece or SILENCE))

    # the socket

    async def _connect(self) -> ClientConnection:
        token = self._leg.exchange.config.auth_token
        return await connect(
            self.options.url,
            compression=None,
            proxy=None,
            ping_interval=None,
            max_size=2**22,
            open_timeout=_CONNECT_SECONDS,
            user_agent_header=AGENT,
            additional_headers={"X-Twilio-Signature": signature(token, self.options.url), "Accept-Encoding": "gzip"},
        )

    def _open(self) -> None:
        self._trace.add("stream", call=self._leg.sid, stream=self.sid, event="stream-started")
        self._outbox.put_nowait(CONNECTED)
        self._outbox.put_nowait(self._writer.start(self.options.tracks, self.options.parameters))
        self._leg.taps.append(self)
        if self.options.two_way:
            self._leg.source = self
            self._leg.on_dtmf.append(self._on_dtmf)
        self._report("stream-started")

    async def _send(self, socket: ClientConnection) -> None:
        try:
            while (message := await self._outbox.get()) is not None:
                await socket.send(message)
            await socket.close(1000)
        except ConnectionClosed:
            return

    async def _receive(self, socket: ClientConnection) -> None:
        try:
            async for message in socket:
                self._take(message)
            self._ended()
        except ConnectionClosed as closed:
            if closed.rcvd is None:
                self._failed(31903, "the connection was lost")
            else:
                self._failed(31921, f"the application closed the socket with {closed.rcvd.code}")

    def _ended(self) -> None:
        self._trace.add("stream", call=self._leg.sid, stream=self.sid, event="stream-stopped")
        self._report("stream-stopped")

    def _failed(self, code: int, text: str) -> None:
        told = {"call": self._leg.sid, "stream": self.sid}
        self._trace.problem(code, text, **told)
        self._trace.add("stream", **told, event="stream-error", two_way=self.options.two_way)
        self._report("stream-error", text)

    def _take(self, message: str | bytes) -> None:
        try:
            if not self.options.two_way:
                raise BadMessageError(31951, "a one-way stream takes no messages")
            content = read(message, self.sid)
        except BadMessageError as error:
            self._warn(error)
            return
        match content:
            case Media(audio):
                self._buffer.add(audio)
            case Mark(name):
                self._echo(self._buffer.mark(name))
            case Clear():
                self._trace.add("clear", call=self._leg.sid, stream=self.sid)
                self._echo(self._buffer.clear())

    def _echo(self, names: list[str]) -> None:
        for name in names:
            self._outbox.put_nowait(self._writer.mark(name))

    def _on_dtmf(self, digit: str) -> None:
        self._outbox.put_nowait(self._writer.dtmf(digit))

    def _warn(self, error: BadMessageError) -> None:
        if error.code not in self._warned:
            self._warned.add(error.code)
            self._trace.problem(error.code, str(error), call=self._leg.sid, stream=self.sid)

    def _report(self, event: str, error: str = "") -> None:
        if not self.options.status_url:
            return
        params = {
            "AccountSid": self._leg.exchange.config.account_sid,
            "CallSid": self._leg.sid,
            "StreamSid": self.sid,
            "StreamName": self.options.name or self.sid,
            "StreamEvent": event,
            "Timestamp": iso8601(now()),
        } | ({"StreamError": error} if error else {})
        exchange = self._leg.exchange
        exchange.spawn(exchange.webhooks.notify(self.options.status_url, self.options.status_method, params))


def fork(stream: MediaStream, leg: Leg) -> None:
    """Let a one-way stream run beside the call until the leg ends or `leg.forks` is asked to stop it."""
    leg.exchange.spawn(stream.run())
    leg.on_end.append(stream.stop)
    leg.forks[stream.options.name or stream.sid] = stream.stop


def _handshake_error(error: Exception) -> tuple[int, str]:
    if isinstance(error, InvalidStatus):
        return 31920, f"the application answered the handshake with {error.response.status_code}"
    if isinstance(error, TimeoutError):
        return 31901, "no answer to the handshake"
    if isinstance(error, InvalidHandshake):
        return 31920, f"the handshake failed: {error}"
    return 31902, f"the connection was refused: {error}"
