"""How scripts drive the switch from the same machine: place a scripted call, put a scripted agent on a phone."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from switch.phones.recorded_lines import RecordedLines
from switch.phones.script import Script, ScriptError
from switch.phones.script_audio import ScriptAudio, load_audio
from switch.phones.script_reader import read_script
from switch.phones.scripted_phone import ScriptedPhone
from switch.ports import Phone, SpeechToText, SwitchPort, TextToSpeech

_LOOPBACK = frozenset({"127.0.0.1", "::1"})


def control_routes(switch: Callable[[], SwitchPort], tts: TextToSpeech, stt: SpeechToText) -> list[Route]:
    """`/control/calls` and `/control/phones`, for this machine only, and `/health` for anybody."""
    control = _Control(switch, tts, stt)
    return [
        Route("/control/calls", _guarded(control.call), methods=["POST"]),
        Route("/control/phones", _guarded(control.put_phone), methods=["POST"]),
        Route("/control/phones", _guarded(control.remove_phone), methods=["DELETE"]),
        Route("/health", _health),
    ]


async def _health(_: Request) -> Response:
    return JSONResponse({"ok": True})


class _ScriptedAgent:
    """A scripted agent at an address: a fresh phone for each of the next `calls` calls (None: any number)."""

    def __init__(self, script: Script, audio: ScriptAudio, stt: SpeechToText, calls: int | None) -> None:
        self._script, self._audio, self._stt, self._left = script, audio, stt, calls
        self.phones: list[ScriptedPhone] = []

    def __call__(self) -> Phone:
        script = read_script([{"decline": "no-answer"}]) if self._left == 0 else self._script
        if self._left:
            self._left -= 1
        phone = ScriptedPhone(script, self._audio, self._stt)
        self.phones.append(phone)
        return phone


class _Control:
    def __init__(self, switch: Callable[[], SwitchPort], tts: TextToSpeech, stt: SpeechToText) -> None:
        self._switch, self._tts, self._stt = switch, tts, stt
        self._lines = RecordedLines()
        self._agents: dict[str, _ScriptedAgent] = {}

    async def call(self, request: Request) -> Response:
        """Places a scripted call: JSON lines of what happens, the last one the result."""
        script, audio = await self._prepare(await request.json())
        events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        phone = ScriptedPhone(script, audio, self._stt, events.put_nowait)
        await self._switch().place(phone, script.from_, script.to)
        return StreamingResponse(_progress(phone, events), media_type="application/x-ndjson")

    async def put_phone(self, request: Request) -> Response:
        """Lets a script answer at `address`, for the next `calls` calls when that is given."""
        body = await request.json()
        address, calls = _address(body), body.get("calls")
        if calls is not None and (isinstance(calls, bool) or not isinstance(calls, int) or calls < 1):
            raise ScriptError(f"calls is {calls!r}; write how many calls the agent takes, 1 or more, or leave it out")
        script, audio = await self._prepare(body.get("script"))
        self._agents[address] = _ScriptedAgent(script, audio, self._stt, calls)
        self._switch().register(address, self._agents[address])
        return JSONResponse({"address": address}, status_code=201)

    async def remove_phone(self, request: Request) -> Response:
        """Takes the agent away; answers with what their calls were like so far."""
        address = _address(await request.json())
        agent = self._agents.pop(address, None)
        if agent is None:
            return PlainTextResponse(f"No scripted agent is at {address}.", status_code=404)
        self._switch().unregister(address)
        return JSONResponse({"address": address, "calls": [phone.record.to_dict() for phone in agent.phones]})

    async def _prepare(self, data: Any) -> tuple[Script, ScriptAudio]:
        """`data` is a script; `folder` in it is where its WAV paths start."""
        fields = dict(data) if isinstance(data, dict) else {"steps": data}
        folder = Path(str(fields.pop("folder", ".")))
        script = read_script(fields, folder=folder)
        return script, await load_audio(script, self._lines, self._tts)


async def _progress(phone: ScriptedPhone, events: "asyncio.Queue[dict[str, Any]]") -> AsyncIterator[str]:
    """Events as they happen, then the result. When the reader goes away, the caller hangs up."""
    result = asyncio.ensure_future(phone.result())
    try:
        while not result.done() or not events.empty():
            event = asyncio.ensure_future(events.get())
            await asyncio.wait({event, result}, return_when=asyncio.FIRST_COMPLETED)
            if event.done():
                yield json.dumps(event.result()) + "\n"
            else:
                event.cancel()
        yield json.dumps({"event": "result", **result.result()}) + "\n"
    finally:
        result.cancel()
        phone.leave()


def _address(body: Any) -> str:
    address = body.get("address") if isinstance(body, dict) else None
    if not isinstance(address, str) or not address:
        raise ScriptError(f'address is {address!r}; write where the agent is rung, such as "client:ada"')
    return address


def _guarded(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Only programs on this machine may; what they send wrongly is told in words."""

    async def guarded(request: Request) -> Response:
        # A page of another site, or a proxy in front, would also come from this machine.
        foreign = "origin" in request.headers or "x-forwarded-for" in request.headers
        if foreign or request.client is None or request.client.host not in _LOOPBACK:
            return PlainTextResponse("The control is for programs on this machine only.", status_code=403)
        try:
            return await handler(request)
        except json.JSONDecodeError:
            return PlainTextResponse("The request is not JSON; send a script as a JSON object.", status_code=400)
        except ScriptError as error:
            return PlainTextResponse(str(error), status_code=400)

    return guarded
