"""The messages of Media Streams: what the carrier sends, byte for byte, and what it accepts."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from switch.media.audio import SILENCE

CONNECTED = '{"event":"connected","protocol":"Call","version":"1.0.0"}'
_SILENT = base64.b64encode(SILENCE).decode()
_SHAPES: dict[str, tuple[set[str], str]] = {
    "media": ({"event", "streamSid", "media"}, "payload"),
    "mark": ({"event", "streamSid", "mark"}, "name"),
    "clear": ({"event", "streamSid"}, ""),
}


class BadMessageError(ValueError):
    """A message from the application that is ignored; `code` is the carrier's warning."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Media:
    audio: bytes


@dataclass(frozen=True)
class Mark:
    name: str


@dataclass(frozen=True)
class Clear:
    pass


def _compact(message: dict[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"))


class StreamWriter:
    """Numbers the messages of one stream."""

    def __init__(self, account: str, call: str, stream: str) -> None:
        self._account = account
        self._call = call
        self._stream = stream
        self._sequence = 0

    def start(self, tracks: list[str], parameters: dict[str, str]) -> str:
        body = {
            "accountSid": self._account,
            "streamSid": self._stream,
            "callSid": self._call,
            "tracks": tracks,
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": parameters,
        }
        return _compact({"event": "start", "sequenceNumber": self._next(), "start": body, "streamSid": self._stream})

    def media(self, track: str, chunk: int, timestamp: int, frame: bytes) -> str:
        # Written by hand: this runs fifty times a second for every stream.
        payload = _SILENT if frame == SILENCE else base64.b64encode(frame).decode()
        return (
            f'{{"event":"media","sequenceNumber":"{self._next()}","media":{{"track":"{track}","chunk":"{chunk}",'
            f'"timestamp":"{timestamp}","payload":"{payload}"}},"streamSid":"{self._stream}"}}'
        )

    def dtmf(self, digit: str) -> str:
        return _compact(
            {
                "event": "dtmf",
                "streamSid": self._stream,
                "sequenceNumber": self._next(),
                "dtmf": {"track": "inbound_track", "digit": digit},
            }
        )

    def mark(self, name: str) -> str:
        return _compact(
            {"event": "mark", "sequenceNumber": self._next(), "streamSid": self._stream, "mark": {"name": name}}
        )

    def stop(self) -> str:
        body = {"accountSid": self._account, "callSid": self._call}
        return _compact({"event": "stop", "sequenceNumber": self._next(), "stop": body, "streamSid": self._stream})

    def _next(self) -> str:
        self._sequence += 1
        return str(self._sequence)


def read(message: str | bytes, stream_sid: str) -> Media | Mark | Clear:
    """One message of the application. Raises BadMessageError 31950 (malformed) or 31951 (invalid)."""
    if isinstance(message, bytes):
        raise BadMessageError(31950, "binary message")
    try:
        content = json.loads(message)
    except ValueError as error:
        raise BadMessageError(31951, "not JSON") from error
    if not isinstance(content, dict) or content.get("event") not in _SHAPES:
        raise BadMessageError(31951, "unknown event")
    if content.get("streamSid") != stream_sid:
        raise BadMessageError(31951, "wrong streamSid")
    return _typed(content)


def _typed(content: dict[str, Any]) -> Media | Mark | Clear:
    event = content["event"]
    keys, value_key = _SHAPES[event]
    if set(content) != keys:
        raise BadMessageError(31951, f"missing or extra field in {event}")
    if event == "clear":
        return Clear()
    body = content[event]
    if not isinstance(body, dict) or set(body) != {value_key} or not isinstance(body[value_key], str):
        raise BadMessageError(31951, f"missing or extra field in {event}.{event}")
    return Mark(body["name"]) if event == "mark" else Media(_audio(body["payload"]))


def _audio(payload: str) -> bytes:
    try:
        return base64.b64decode(payload, validate=True)
    except binascii.Error as error:
        raise BadMessageError(31950, "payload is not base64") from error
