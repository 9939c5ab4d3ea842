"""The media socket as the carrier speaks on it."""

import base64
import json
from collections.abc import Callable

import pytest
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from tests.harness.call_line import SID


def start(token: str, sid: str = SID, tracks: tuple[str, ...] = ("inbound",)) -> str:
    about = {
        "streamSid": "MZ1",
        "callSid": sid,
        "accountSid": "AC1",
        "tracks": tracks,
        "customParameters": {"token": token},
    }
    return json.dumps({"event": "start", "sequenceNumber": "1", "start": about, "streamSid": "MZ1"})


def media(frame: bytes, at: int, track: str = "inbound") -> str:
    payload = base64.b64encode(frame).decode()
    return json.dumps({"event": "media", "media": {"track": track, "timestamp": str(at), "payload": payload}})


def play_until(line: WebSocketTestSession, done: Callable[[], bool]) -> None:
    """Plays what comes, echoing marks, until `done`."""
    while not done():
        message = json.loads(line.receive_text())
        if message["event"] == "mark":
            line.send_text(json.dumps({"event": "mark", "mark": message["mark"]}))


def close_code(line: WebSocketTestSession) -> int:
    with pytest.raises(WebSocketDisconnect) as closed:
        while True:
            message = json.loads(line.receive_text())
            if message["event"] == "mark":
                line.send_text(json.dumps({"event": "mark", "mark": message["mark"]}))
    return closed.value.code
