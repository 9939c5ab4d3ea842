"""The softphone in a browser: its page, and the socket that carries its audio, keys and transcript."""

import asyncio
import contextlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from switch.phones.handset import BusyPhone, Handset, RefusedError
from switch.ports import Phone, SpeechToText, SwitchPort, TextToSpeech

STATIC = Path(__file__).parents[1] / "static"
_NUMBER = re.compile(r"\+[1-9]\d{1,14}")
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'"


class Softphones:
    """Which page has the phone of an address. A page that is left in a call has `grace` seconds to come back."""

    def __init__(self, switch: Callable[[], SwitchPort], grace: float = 10.0) -> None:
        self._switch, self._grace = switch, grace
        self._pages: dict[str, _Page] = {}
        self._left: dict[str, Handset] = {}

    def take(self, address: str, page: "_Page") -> Handset | None:
        """`page` has the phone now, and the call that the last one left."""
        self._pages[address] = page
        self._switch().register(address, page.pick)
        return self._left.pop(address, None)

    def leave(self, address: str, page: "_Page", handset: Handset | None) -> None:
        if self._pages.get(address) is not page:  # another page took it meanwhile
            if handset is not None:
                handset.leave()
            return
        del self._pages[address]
        self._switch().unregister(address)
        if handset is not None and not handset.over:
            self._left[address] = handset
            asyncio.get_running_loop().call_later(self._grace, self._give_up, address, handset)

    def _give_up(self, address: str, handset: Handset) -> None:
        if self._left.get(address) is handset:
            del self._left[address]
            handset.leave()


def phone_routes(
    switch: Callable[[], SwitchPort], tts: TextToSpeech, stt: SpeechToText | None = None, grace: float = 10.0
) -> list[BaseRoute]:
    """`/phone` and its socket. With `stt` both sides' words are shown as they are spoken.

    An agent's call outlives a reload of their page for `grace` seconds.
    """
    phones = Softphones(switch, grace)

    async def page(_: Request) -> Response:
        return FileResponse(STATIC / "phone.html", headers={"Content-Security-Policy": _POLICY})

    async def socket(websocket: WebSocket) -> None:
        await _Page(switch(), phones, websocket, tts, stt).serve()

    return [
        Route("/phone", page),
        WebSocketRoute("/phone/socket", socket),
        Mount("/phone/static", StaticFiles(directory=STATIC)),
    ]


class _Page:
    """One open page. `?as=client:ada` makes it that agent's phone; without, it calls the line."""

    def __init__(
        self, switch: SwitchPort, phones: Softphones, websocket: WebSocket, tts: TextToSpeech, stt: SpeechToText | None
    ) -> None:
        self._switch, self._phones = switch, phones
        self._websocket, self._tts, self._stt = websocket, tts, stt
        self._address = websocket.query_params.get("as")
        self._outgoing: asyncio.Queue[str | bytes] = asyncio.Queue(maxsize=500)
        self._handset: Handset | None = None

    async def serve(self) -> None:
        if not _same_site(self._websocket):
            await self._websocket.close(1008)
            return
        await self._websocket.accept()
        address = self._address
        if address:
            self._resume(self._phones.take(address, self))
        sending = asyncio.create_task(self._send())
        try:
            await self._receive()
        finally:
            sending.cancel()
            if address:
                self._phones.leave(address, self, self._handset)
            elif self._handset is not None:
                self._handset.leave()

    def _resume(self, handset: Handset | None) -> None:
        if handset is not None and not handset.over:
            self._handset = handset
            handset.move(self._put)

    def pick(self) -> Phone:
        """The phone for a call that comes in: this page's, unless it is in a call."""
        return BusyPhone() if self._busy else self._new_handset()

    @property
    def _busy(self) -> bool:
        return self._handset is not None and not self._handset.over

    def _new_handset(self, calling: bool = False) -> Handset:
        self._handset = Handset(self._put, self._stt, calling)
        return self._handset

    def _put(self, message: dict[str, Any] | bytes) -> None:
        # A page that does not keep up loses sound rather than hearing it late.
        with contextlib.suppress(asyncio.QueueFull):
            self._outgoing.put_nowait(message if isinstance(message, bytes) else json.dumps(message))

    async def _send(self) -> None:
        while True:
            message = await self._outgoing.get()
            if isinstance(message, bytes):
                await self._websocket.send_bytes(message)
            else:
                await self._websocket.send_text(message)

    async def _receive(self) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                message = await self._websocket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                if message.get("bytes"):
                    if self._handset is not None:
                        self._handset.microphone(message["bytes"])
                elif message.get("text"):
                    await self._obey(message["text"])

    async def _obey(self, text: str) -> None:
        try:
            order = json.loads(text)
            await self._do(order)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problem = (
                str(error) if isinstance(error, RefusedError) else "the page sent something that is not understood"
            )
            self._put({"type": "problem", "text": problem})

    async def _do(self, order: dict[str, Any]) -> None:
        if order["type"] == "dial" and self._address:
            await self._call(self._address, str(order["to"]))
        elif order["type"] == "dial":
            await self._dial(str(order["from"]))
        elif self._handset is None:
            raise RefusedError("there is no call")
        elif order["type"] == "speak":
            text = str(order["text"])[:500]
            self._handset.show_typed(text)
            self._handset.speak(await asyncio.to_thread(self._tts, text))
        else:
            self._handset.obey(order)

    async def _call(self, address: str, to: str) -> None:
        if self._busy:
            raise RefusedError("hang up first")
        await self._switch.place(self._new_handset(calling=True), address, to[:160])

    async def _dial(self, number: str) -> None:
        if self._busy:
            raise RefusedError("hang up first")
        if not _NUMBER.fullmatch(number):
            raise RefusedError(f"{number!r} is not a telephone number; write it like +15550100001")
        await self._switch.place(self._new_handset(calling=True), number)


def _same_site(websocket: WebSocket) -> bool:
    """The page that opened the socket came from this switch (a program sends no origin)."""
    origin = websocket.headers.get("origin")
    return origin is None or origin.partition("://")[2] == websocket.headers.get("host")
