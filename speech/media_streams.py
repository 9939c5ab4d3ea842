"""The messages of Twilio's Media Streams, both ways: one JSON object in a text frame of the socket.

Sound is mu-law at 8 kHz in base64. The carrier sends 160 bytes, 20 ms, at a time, and takes any length.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from speech.audio import Samples, decode


class NoStartError(RuntimeError):
    """The socket did not begin with a start message in time."""


@dataclass(frozen=True, slots=True)
class Start:
    """How a stream introduces itself. `parameters` are the custom ones, a token among them."""

    stream_sid: str
    call_sid: str
    account_sid: str
    tracks: tuple[str, ...]
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class Media:
    """Sound of one track; `at` is when it began, in seconds from the stream's start."""

    track: str
    at: float
    samples: Samples


@dataclass(frozen=True, slots=True)
class Dtmf:
    digit: str


@dataclass(frozen=True, slots=True)
class Mark:
    name: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing comes after it, and nothing may be sent."""


Message = Start | Media | Dtmf | Mark | Stop


def parse(text: str) -> Message | None:
    """The message in a text frame; None for what we do not know or cannot read, which is not worth a call."""
    try:
        body = json.loads(text)
        match body.get("event"):
            case "media":
                media = body["media"]
                sound = decode(base64.b64decode(media["payload"], validate=True))
                return Media(str(media.get("track", "inbound")), int(media["timestamp"]) / 1000, sound)
            case "mark":
                return Mark(str(body["mark"]["name"]))
            case "dtmf":
                return Dtmf(str(body["dtmf"]["digit"]))
            case "start":
                return _start(body["start"])
            case "stop":
                return Stop()
            case _:
                return None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def _start(start: dict[str, object]) -> Start:
    parameters, tracks = start.get("customParameters"), start.get("tracks")
    return Start(
        str(start["streamSid"]),
        str(start["callSid"]),
        str(start["accountSid"]),
        tuple(str(track) for track in tracks) if isinstance(tracks, list) else (),
        {str(name): str(value) for name, value in parameters.items()} if isinstance(parameters, dict) else {},
    )


def media_message(stream_sid: str, sound: bytes) -> str:
    """Mu-law, 8 kHz, of any length."""
    payload = base64.b64encode(sound).decode("ascii")
    return json.dumps({"event": "media", "streamSid": stream_sid, "media": {"payload": payload}})


def mark_message(stream_sid: str, name: str) -> str:
    return json.dumps({"event": "mark", "streamSid": stream_sid, "mark": {"name": name}})


def clear_message(stream_sid: str) -> str:
    return json.dumps({"event": "clear", "streamSid": stream_sid})


async def read_start(receive: AsyncIterator[str], timeout: float = 5.0) -> Start:
    """Read up to the start message. Raises NoStartError when `timeout` seconds pass, or the socket ends, without it."""
    try:
        async with asyncio.timeout(timeout):
            async for text in receive:
                if isinstance(message := parse(text), Start):
                    return message
    except TimeoutError:
        raise NoStartError(f"no start message within {timeout} seconds") from None
    raise NoStartError("the socket ended before its start message")
