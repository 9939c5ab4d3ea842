"""Text frames of a media socket: those of a call, and what they can be bent into."""

import base64
import json
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from bench.fuzz.values import HOSTILE, bent
from speech.audio import FRAME

NUMBERS: Final[list[Any]] = [
    0,
    -1,
    1e300,
    float("inf"),
    float("-inf"),
    float("nan"),
    2**63,
    -(2**63),
    10**400,
    0.5,
    True,
]
TOP: Final = ("connected", "start", "media", "mark", "dtmf", "stop")
DEEP: Final = "[" * 100_000
CUT: Final = 0.1  # share of frames that are no whole JSON


def frames(chance: Random, many: int) -> Iterator[str]:
    """`many` frames of one socket, of which the first one starts the stream as it should."""
    yield json.dumps(_frame(chance, "start", 0))
    for number in range(1, many):
        kind = chance.choice(TOP) if chance.random() < 0.4 else "media"
        yield _broken(chance, json.dumps(_changed(chance, _frame(chance, kind, number))))


def _frame(chance: Random, kind: str, number: int) -> dict[str, Any]:
    body: dict[str, Any] = {"event": kind, "streamSid": "MZ" + "0" * 32, "sequenceNumber": str(number)}
    if kind == "start":
        body["start"] = {"streamSid": "MZ" + "0" * 32, "callSid": "CA" + "0" * 32, "accountSid": "AC" + "0" * 32,
                         "tracks": ["inbound"], "customParameters": {"token": "t"}}  # fmt: skip
    elif kind == "media":
        sound = chance.randbytes(FRAME) if chance.random() < 0.3 else b"\xff" * FRAME
        body["media"] = {"track": "inbound", "chunk": str(number), "timestamp": str(20 * number),
                         "payload": base64.b64encode(sound).decode()}  # fmt: skip
    elif kind == "mark":
        body["mark"] = {"name": str(chance.randrange(50))}
    elif kind == "dtmf":
        body["dtmf"] = {"track": "inbound_track", "digit": chance.choice("0123456789*#ABCD")}
    return body


def _changed(chance: Random, value: Any, depth: int = 0) -> Any:
    """The frame with some of its values others, of other types, gone, or there twice."""
    if chance.random() < 0.6 or depth > 4:
        return value
    match value:
        case dict() if value:
            name = chance.choice(list(value))
            kind = chance.randrange(4)
            if kind == 0:
                return {key: inner for key, inner in value.items() if key != name}
            if kind == 1:
                return value | {bent(chance, name): value[name]}
            return value | {name: _changed(chance, value[name], depth + 1) if kind == 2 else _other(chance)}
        case str():
            return bent(chance, value)
        case _:
            return _other(chance)


def _other(chance: Random) -> Any:
    return chance.choice([chance.choice(NUMBERS), chance.choice(HOSTILE), None, [], {}, [[]], {"a": {}}])


def _broken(chance: Random, text: str) -> str:
    if chance.random() > CUT:
        return text
    kind = chance.randrange(20)
    if kind == 0:
        return DEEP
    if kind == 1:
        return chance.choice(HOSTILE)
    at = chance.randrange(len(text))
    return text[:at] if kind < 10 else text[:at] + chance.choice(HOSTILE[:40]) + text[at + 1 :]
