"""The control: scripted calls and agents, driven over HTTP from this machine."""

import asyncio
import json
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from switch.media.audio import Samples, encode
from switch.phones.control import control_routes
from switch.ports import Phone, PhoneSource

pytestmark = pytest.mark.unit

LOUD = encode((np.sin(np.arange(160) * 0.3) * 8000).astype(np.int16))
QUIET = b"\xff" * 160


class FakeLine:
    sid, from_, to = "CA1", "+15550100009", "+15550001111"

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.keys = ""

    def answer(self) -> None: ...

    def decline(self, reason: str = "busy") -> None: ...

    def press(self, digit: str) -> None:
        self.keys += digit

    def hang_up(self) -> None:
        self.over.set()


class FakeSwitch:
    """Answers every call at once, says something for a second, and runs as fast as it can."""

    def __init__(self) -> None:
        self.phones: dict[str, PhoneSource] = {}
        self.placed: list[tuple[str, str | None]] = []
        self.lines: list[FakeLine] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def place(self, phone: Phone, from_: str, to: str | None = None) -> None:
        self.placed.append((from_, to))
        self._tasks.append(asyncio.create_task(self._run(phone)))

    def register(self, address: str, phone: PhoneSource) -> None:
        self.phones[address] = phone

    def unregister(self, address: str) -> None:
        del self.phones[address]

    async def _run(self, phone: Phone) -> None:
        line = FakeLine()
        self.lines.append(line)
        phone.ring(line)
        phone.connected()
        for count in range(3000):
            if line.over.is_set():
                break
            phone.say()
            phone.hear(LOUD if count < 50 else QUIET)
            await asyncio.sleep(0)
        phone.ended("completed")


async def listen(samples: Samples) -> str:
    return "How can I help?"


def say(text: str) -> bytes:
    return LOUD * 10


@pytest.fixture
def switch() -> FakeSwitch:
    return FakeSwitch()


@pytest.fixture
def client(switch: FakeSwitch) -> TestClient:
    app = Starlette(routes=control_routes(lambda: switch, say, listen))
    return TestClient(app, client=("127.0.0.1", 50000))


def test_a_posted_script_is_called_and_told_line_by_line(client: TestClient, switch: FakeSwitch) -> None:
    script = {
        "from": "+15550100009",
        "steps": [{"wait": "help"}, {"say": "Hello there"}, {"keys": "27"}, "hang_up"],
    }
    answer = client.post("/control/calls", json=script)
    events: list[dict[str, Any]] = [json.loads(line) for line in answer.text.splitlines()]
    assert [event["event"] for event in events] == [
        "ringing", "connected", "heard", "said", "keys", "ended", "result",
    ]  # fmt: skip
    assert {event["call"] for event in events} == {"CA1"}
    assert events[2]["text"] == "How can I help?"
    result = events[-1]
    assert result["problems"] == []
    assert [entry["text"] for entry in result["heard"]] == ["How can I help?"]
    assert {"said", "heard", "latency", "problems"} <= set(result)
    assert switch.placed == [("+15550100009", None)]
    assert switch.lines[0].keys == "27"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"steps": [{"shout": "x"}]}, "step 1: 'shout' is not known"),
        ({"steps": [{"wav": "none.wav"}], "folder": "/nowhere"}, "there is no file /nowhere/none.wav"),
        (5, "no steps"),
    ],
)
def test_a_wrong_script_is_refused_and_not_called(
    client: TestClient, switch: FakeSwitch, body: object, words: str
) -> None:
    answer = client.post("/control/calls", json=body)
    assert answer.status_code == 400
    assert words in answer.text
    assert switch.placed == []


def test_it_tells_that_it_is_alive(client: TestClient) -> None:
    assert client.get("/health").json() == {"ok": True}


def test_what_is_not_json_is_refused(client: TestClient) -> None:
    assert client.post("/control/calls", content="- say: hello").status_code == 400


def test_an_agent_stands_at_his_address_for_so_many_calls(client: TestClient, switch: FakeSwitch) -> None:
    body = {"address": "client:ada", "script": ["answer", {"keys": "1"}], "calls": 1}
    assert client.post("/control/phones", json=body).status_code == 201
    source = switch.phones["client:ada"]
    assert callable(source)
    first, second = source(), source()
    assert first is not second
    answer = client.request("DELETE", "/control/phones", json={"address": "client:ada"})
    assert len(answer.json()["calls"]) == 2
    assert switch.phones == {}


def test_an_agent_needs_an_address_and_can_only_be_taken_away_once(client: TestClient) -> None:
    assert "address is None" in client.post("/control/phones", json={"script": ["answer"]}).text
    assert client.request("DELETE", "/control/phones", json={"address": "client:bo"}).status_code == 404


def test_nobody_else_may_use_the_control(switch: FakeSwitch) -> None:
    app = Starlette(routes=control_routes(lambda: switch, say, listen))
    script = {"steps": ["hang_up"]}
    assert TestClient(app, client=("10.0.0.7", 50000)).post("/control/calls", json=script).status_code == 403
    local = TestClient(app, client=("127.0.0.1", 50000))
    for header in ({"Origin": "https://example.com"}, {"X-Forwarded-For": "10.0.0.7"}):
        assert local.post("/control/calls", json=script, headers=header).status_code == 403
    assert switch.placed == []
