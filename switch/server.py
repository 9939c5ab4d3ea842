"""The switch: a local stand-in for the carrier, with its REST API on a port of this machine."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Mapping, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from switch.conference import Conference
from switch.config import SwitchConfig
from switch.exchange import Exchange
from switch.faults import Faults
from switch.leg import FINAL, Leg, StatusCallbacks
from switch.media.recording import Recording
from switch.media.ticker import Ticker
from switch.ports import Phone, PhoneSource, TextToSpeech
from switch.rest import routes as rest_routes
from switch.session import start
from switch.text_messages import Message
from switch.trace import Observer, TraceRow
from switch.webhooks import Request


class PortTakenError(RuntimeError):
    """The switch cannot listen where it was told to."""


class _Server(uvicorn.Server):
    """uvicorn without its hold on the process's signals: whoever runs the switch stops it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Switch:
    """One account, one number, any number of phones. `tts_by_language`: voices besides English, by two letters."""

    def __init__(
        self,
        config: SwitchConfig,
        tts: TextToSpeech,
        routes: Sequence[BaseRoute] = (),
        tts_by_language: Mapping[str, TextToSpeech] | None = None,
    ) -> None:
        self.config = config
        self._routes = routes
        self._exchange = Exchange(config, tts, tts_by_language or {})
        self.app = Starlette(routes=[*rest_routes(self._exchange), *routes])
        self._server: _Server | None = None
        self._running: list[asyncio.Task[None]] = []

    @property
    def url(self) -> str:
        """Where the REST API is; known once started."""
        return self._exchange.url

    @property
    def calls(self) -> dict[str, Leg]:
        return self._exchange.legs

    @property
    def conferences(self) -> dict[str, Conference]:
        return self._exchange.conferences

    @property
    def recordings(self) -> dict[str, Recording]:
        return self._exchange.recordings

    @property
    def messages(self) -> dict[str, Message]:
        return self._exchange.messages

    @property
    def faults(self) -> Faults:
        """Which answers of the REST API are to be lost, or late."""
        return self._exchange.faults

    @property
    def trace(self) -> list[TraceRow]:
        """Everything that happened, oldest first."""
        return self._exchange.trace.rows

    def add_observer(self, observer: Observer) -> None:
        self._exchange.trace.observers.append(observer)

    def register(self, address: str, phone: PhoneSource) -> None:
        """Who answers at `+1...` or `client:ada`: a phone, or a function that makes one for each call."""
        self._exchange.phones[address] = phone

    def unregister(self, address: str) -> None:
        self._exchange.phones.pop(address, None)

    async def start(self) -> None:
        """Listen and let the clock run. Raises PortTakenError."""
        listener = self._listener()
        host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
        self._exchange.url = f"http://{host}:{listener.getsockname()[1]}"
        self._server = _Server(
            uvicorn.Config(
                self.app,
                log_level="warning",
                lifespan="off",
                access_log=False,
                ws="websockets-sansio",
                timeout_graceful_shutdown=1,  # pages that stay connected do not hold up the end
            )
        )
        self._running = [
            asyncio.create_task(self._server.serve(sockets=[listener])),
            asyncio.create_task(Ticker(self._exchange).run()),
        ]
        while not self._server.started:
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """End every call, let the last callbacks go out, close."""
        for leg in list(self.calls.values()):
            if leg.status not in FINAL:
                leg.finish("completed" if leg.began else "canceled")
        await self._exchange.settle(2 + self.config.recording_delay)
        if self._server is not None:
            serving, ticking = self._running
            self._server.should_exit = True
            ticking.cancel()
            await asyncio.gather(serving, ticking, return_exceptions=True)
        await self._exchange.webhooks.close()

    async def place(self, phone: Phone, from_: str, to: str | None = None) -> Leg:
        """A person calls the number: a signed webhook goes to the voice URL; of a client, to the application's."""
        callbacks = StatusCallbacks(self.config.status_url) if self.config.status_url else None
        leg = Leg(self._exchange, from_, to or self.config.number, "inbound", callbacks)
        leg.fallback = self.config.fallback_url
        leg.ring(phone)
        start(leg, Request(self.config.app_url if from_.startswith("client:") else self.config.voice_url))
        return leg

    def _listener(self) -> socket.socket:
        host, port = self.config.host, self.config.port
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(128)
        except OSError as error:
            listener.close()
            raise PortTakenError(
                f"The switch cannot listen on {host} port {port}: {error.strerror}. "
                "Choose another port with WARMLINE_SWITCH_PORT."
            ) from error
        return listener
