"""The browser's phone, seen from its socket."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from switch.phones.handset import Handset
from switch.phones.softphone import phone_routes
from switch.ports import Phone, PhoneSource
from tests.harness import eventually

pytestmark = pytest.mark.unit

T = TypeVar("T")
SILENCE = b"\xff" * 160
FRAME = b"\x10" * 160


class FakeLine:
    sid, from_, to = "CA1", "+15550100009", "client:ada"

    def __init__(self) -> None:
        self.done: list[str] = []

    def answer(self) -> None:
        self.done.append("answer")

    def decline(self, reason: str = "busy") -> None:
        self.done.append(f"decline {reason}")

    def press(self, digit: str) -> None:
        self.done.append(digit)

    def hang_up(self) -> None:
        self.done.append("hang up")


class FakeSwitch:
    """Keeps the phone that was placed or registered; the test is the line, on the switch's own loop."""

    def __init__(self) -> None:
        self.phones: dict[str, PhoneSource] = {}
        self.placed: list[tuple[Phone, str]] = []
        self.line = FakeLine()
        self._loop: asyncio.AbstractEventLoop | None = None

    def do(self, act: Callable[[], T]) -> T:
        """Run `act` where the switch runs."""

        async def work() -> T:
            return act()

        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(5)

    async def place(self, phone: Phone, from_: str, to: str | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self.placed.append((phone, from_))
        phone.ring(self.line)

    def register(self, address: str, phone: PhoneSource) -> None:
        self._loop = asyncio.get_running_loop()
        self.phones[address] = phone

    def unregister(self, address: str) -> None:
        del self.phones[address]

    def ring(self, address: str, line: FakeLine) -> Phone:
        source = self.phones[address]
        phone = source() if callable(source) else source
        phone.ring(line)
        return phone


@pytest.fixture
def switch() -> FakeSwitch:
    return FakeSwitch()


@pytest.fixture
def client(switch: FakeSwitch) -> TestClient:
    return TestClient(Starlette(routes=phone_routes(lambda: switch, lambda text: b"\x20" * 200)))


def ask(socket: WebSocketTestSession, order: dict[str, Any], **answer: Any) -> None:
    """Send an order and check the next message."""
    socket.send_json(order)
    assert answer.items() <= socket.receive_json().items()


def until(condition: Callable[[], bool], socket: WebSocketTestSession) -> None:
    """Orders are followed in turn: one that is refused tells that those before it are done."""
    ask(socket, {"type": "nothing"}, type="problem")
    assert condition()


def test_a_page_calls_the_line_and_hears_it(client: TestClient, switch: FakeSwitch) -> None:
    with client.websocket_connect("/phone/socket") as socket:
        ask(socket, {"type": "dial", "from": "+15550100009"}, state="dialling", to="client:ada")
        phone, number = switch.placed[0]
        assert number == "+15550100009"
        switch.do(phone.connected)
        assert socket.receive_json()["state"] == "connected"
        switch.do(lambda: phone.hear(FRAME))
        assert socket.receive_bytes() == FRAME


def test_a_text_message_is_shown_beside_what_is_said(client: TestClient, switch: FakeSwitch) -> None:
    with client.websocket_connect("/phone/socket") as socket:
        ask(socket, {"type": "dial", "from": "+15550100009"}, state="dialling")
        phone, _ = switch.placed[0]
        switch.do(lambda: phone.text("700193 is your code"))
        assert socket.receive_json() == {
            "type": "transcript", "speaker": "text", "text": "700193 is your code", "at": 0.0
        }  # fmt: skip


def test_what_the_microphone_gives_is_said_and_silence_when_it_gives_nothing(
    client: TestClient, switch: FakeSwitch
) -> None:
    with client.websocket_connect("/phone/socket") as socket:
        ask(socket, {"type": "dial", "from": "+15550100009"}, state="dialling")
        phone, _ = switch.placed[0]
        switch.do(phone.connected)
        socket.receive_json()
        socket.send_bytes(FRAME)
        socket.send_bytes(b"short")
        until(lambda: phone.say() == FRAME, socket)
        assert phone.say() == SILENCE


def test_a_typed_sentence_is_shown_and_spoken(client: TestClient, switch: FakeSwitch) -> None:
    with client.websocket_connect("/phone/socket") as socket:
        ask(socket, {"type": "dial", "from": "+15550100009"}, state="dialling")
        phone, _ = switch.placed[0]
        shown = {"type": "transcript", "speaker": "you", "text": "My balance, please"}
        ask(socket, {"type": "speak", "text": "My balance, please"}, **shown)
        until(lambda: phone.say() == b"\x20" * 160, socket)
        assert phone.say() == b"\x20" * 40 + b"\xff" * 120


@pytest.mark.anyio
async def test_typed_words_are_not_captioned_again_and_captions_tell_when_they_were_spoken() -> None:
    async def recognise(samples: Any) -> str:
        return "a caption"

    shown: list[Any] = []
    handset = Handset(shown.append, recognise, calling=True)
    loud = b"\x20" * 160
    handset.show_typed("My balance, please")
    handset.speak(loud * 30)
    for frame in [SILENCE] * 10 + [loud] * 30 + [SILENCE] * 60:
        handset.say()
        handset.hear(frame)
    await eventually.until(lambda: len(captions(shown)) == 2)
    typed, heard = captions(shown)
    assert (typed["speaker"], typed["text"], typed["at"]) == ("you", "My balance, please", 0.0)
    assert (heard["speaker"], heard["text"]) == ("line", "a caption")
    assert heard["at"] == pytest.approx(0.2, abs=0.05)


def captions(shown: list[Any]) -> list[dict[str, Any]]:
    return [one for one in shown if isinstance(one, dict) and one["type"] == "transcript"]


def test_keys_and_hanging_up_reach_the_line(client: TestClient, switch: FakeSwitch) -> None:
    with client.websocket_connect("/phone/socket") as socket:
        ask(socket, {"type": "dial", "from": "+15550100009"}, state="dialling")
        for key in "1#":
            socket.send_json({"type": "key", "key": key})
        socket.send_json({"type": "hang_up"})
        until(lambda: switch.line.done == ["1", "#", "hang up"], socket)
        ask(socket, {"type": "key", "key": "A"}, type="problem")


def test_an_agents_page_rings_answers_and_is_busy_for_others(client: TestClient, switch: FakeSwitch) -> None:
    with client.websocket_connect("/phone/socket?as=client:ada") as socket:
        until(lambda: "client:ada" in switch.phones, socket)
        phone = switch.do(lambda: switch.ring("client:ada", switch.line))
        assert socket.receive_json()["state"] == "ringing"
        socket.send_json({"type": "answer"})
        until(lambda: switch.line.done == ["answer"], socket)
        other = FakeLine()
        switch.do(lambda: switch.ring("client:ada", other))
        assert other.done == ["decline busy"]
        switch.do(lambda: phone.ended("completed"))
        assert socket.receive_json() == {
            "type": "state", "state": "ended", "status": "completed", "from": "+15550100009", "to": "client:ada",
        }  # fmt: skip
        switch.do(lambda: switch.ring("client:ada", other))
        assert socket.receive_json()["state"] == "ringing"
    assert switch.phones == {}


def test_closing_the_page_hangs_up(client: TestClient, switch: FakeSwitch) -> None:
    with client.websocket_connect("/phone/socket") as socket:
        ask(socket, {"type": "dial", "from": "+15550100009"}, state="dialling")
    assert switch.line.done == ["hang up"]


def in_call(socket: WebSocketTestSession, switch: FakeSwitch) -> Phone:
    until(lambda: "client:ada" in switch.phones, socket)
    phone = switch.do(lambda: switch.ring("client:ada", switch.line))
    switch.do(phone.connected)
    assert [socket.receive_json()["state"] for _ in range(2)] == ["ringing", "connected"]
    return phone


def test_an_agents_call_outlives_a_reload_of_his_page(client: TestClient, switch: FakeSwitch) -> None:
    with client:
        with client.websocket_connect("/phone/socket?as=client:ada") as socket:
            phone = in_call(socket, switch)
        with client.websocket_connect("/phone/socket?as=client:ada") as again:
            assert again.receive_json()["state"] == "connected"
            again.send_bytes(FRAME)
            until(lambda: phone.say() == FRAME, again)
            switch.do(lambda: phone.hear(FRAME))
            assert again.receive_bytes() == FRAME
            assert switch.line.done == []


def test_a_page_that_does_not_come_back_hangs_up(switch: FakeSwitch) -> None:
    with TestClient(Starlette(routes=phone_routes(lambda: switch, lambda text: b"", grace=0.05))) as client:
        with client.websocket_connect("/phone/socket?as=client:ada") as socket:
            in_call(socket, switch)
        with client.websocket_connect("/phone/socket?as=client:bob") as other:
            while not switch.line.done:
                ask(other, {"type": "nothing"}, type="problem")
    assert switch.line.done == ["hang up"]


def test_the_page_left_behind_does_not_take_the_phone_from_the_newer_one(
    client: TestClient, switch: FakeSwitch
) -> None:
    with client, contextlib.ExitStack() as older_page:
        older = older_page.enter_context(client.websocket_connect("/phone/socket?as=client:ada"))
        until(lambda: "client:ada" in switch.phones, older)
        with client.websocket_connect("/phone/socket?as=client:ada") as newer:
            ask(newer, {"type": "nothing"}, type="problem")
            older_page.close()
            assert "client:ada" in switch.phones


def test_what_the_page_should_not_send_is_told(client: TestClient, switch: FakeSwitch) -> None:
    with client.websocket_connect("/phone/socket") as socket:
        socket.send_text("{")
        assert socket.receive_json()["type"] == "problem"
        ask(socket, {"type": "key", "key": "1"}, type="problem", text="there is no call")
        ask(socket, {"type": "dial"}, type="problem")
        ask(socket, {"type": "dial", "from": "911"}, type="problem")
        ask(socket, {"type": "dial", "from": "+15550100009"}, state="dialling")
        ask(socket, {"type": "dial", "from": "+15550100009"}, type="problem", text="hang up first")


def test_a_page_of_another_site_gets_no_phone(client: TestClient) -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/phone/socket", headers={"Origin": "https://example.com"}),
    ):
        pass


def test_the_page_allows_no_script_but_its_own(client: TestClient) -> None:
    page = client.get("/phone")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "<script>" not in page.text
    for name in ("phone.js", "phone.css"):
        assert client.get(f"/phone/static/{name}").status_code == 200


def test_an_agents_page_calls_from_its_own_address(client: TestClient, switch: FakeSwitch) -> None:
    with client.websocket_connect("/phone/socket?as=client:ada") as socket:
        ask(socket, {"type": "dial", "to": "client:bob"}, state="dialling")
        assert [number for _, number in switch.placed] == ["client:ada"]
        ask(socket, {"type": "dial", "to": "client:bob"}, type="problem")
