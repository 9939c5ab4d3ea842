"""The web process's one door: nothing that waits, hangs or dawdles at it stands in a caller's way."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask, request
from starlette.testclient import TestClient

from ivr.store.health import Watch, probe
from ivr.web.bot_sound import BotSound
from ivr.web.event_streams import Hub, Streams
from ivr.web.front import PAGE_THREADS, make_front
from ivr.web.hooks.dispatch import THREADS, Webhooks
from ivr.web.request_limits import BODY, limit_requests
from tests.harness.asgi_server import Wire, get, served
from tests.harness.web_pages import Web

pytestmark = pytest.mark.integration


@dataclass
class House:
    """The pages on a line whose every webhook answers what it was sent."""

    web: Web
    redis_url: str
    audio: Path
    watches: list[Watch] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    def line(self) -> Flask:
        app = Flask("line")
        limit_requests(app, 0)

        @app.route("/voice/<path:path>", methods=["GET", "POST"])
        def answer(path: str) -> str:
            return f"{path} {request.remote_addr} {request.get_data(as_text=True)}"

        return app

    def front(self) -> Any:
        @self.web.app.get("/slow")
        def slow() -> str:
            self.let_go.wait(30)
            return "at last"

        hub = Hub(self.redis_url)
        streams = Streams(self.web.app, hub)
        webhooks = Webhooks(self.line(), Flask("standby"), lambda: False)
        return make_front(
            webhooks, self.web.app, streams, hub, self.audio, self.watches, BotSound(self.web.app, self.redis_url)
        )


@pytest.fixture
def house(web: Web, redis_url: str, tmp_path: Path) -> House:
    return House(web, redis_url, tmp_path)


@pytest.fixture
def address(house: House) -> Iterator[str]:
    with served(house.front()) as address:
        yield address
        house.let_go.set()


def webhook(address: str) -> float:
    """Seconds until it is answered."""
    begun = time.monotonic()
    answer = httpx.post(f"{address}/voice/incoming", data={"CallSid": "CA1"}, timeout=10)
    assert answer.text == "incoming 127.0.0.1 CallSid=CA1"
    return time.monotonic() - begun


def test_130_open_event_streams_keep_no_webhook_waiting(house: House, address: str) -> None:
    before = threading.active_count()
    people = [house.web.signed_in(f"Agent{number}", "agent").get_cookie("warmline") for number in range(26)]
    wires = [get(address, "/events", f"warmline={cookie.value}") for cookie in people if cookie for _ in range(5)]
    for wire in wires:
        wire.until("event: beat")
    assert len(wires) == 130
    assert threading.active_count() - before < 60, "a stream holds no thread"
    assert webhook(address) < 2
    for wire in wires:
        wire.close()


def test_pages_that_hang_keep_no_webhook_waiting(address: str) -> None:
    wires = [get(address, "/slow") for _ in range(4 * PAGE_THREADS)]
    assert webhook(address) < 2
    for wire in wires:
        wire.close()


def test_those_who_send_slowly_keep_no_webhook_waiting(address: str) -> None:
    wires = [
        Wire(address, f"POST {path} HTTP/1.1\nHost: line\nContent-Length: 100\n\nCallSid=")
        for path in ("/voice/incoming", "/sign-in")
        for _ in range(2 * THREADS)
    ]
    assert webhook(address) < 2
    assert httpx.get(f"{address}/sign-in").status_code == 200
    for wire in wires:
        wire.close()


def test_those_who_read_a_sound_slowly_keep_no_webhook_waiting(house: House, address: str) -> None:
    (house.audio / "music.wav").write_bytes(bytes(20_000_000))
    wires = [get(address, "/voice/audio/music.wav") for _ in range(2 * THREADS)]
    assert webhook(address) < 2
    for wire in wires:
        wire.close()


@pytest.mark.parametrize("path", ["/voice/incoming", "/sign-in"])
def test_a_body_without_end_is_refused_before_it_is_read(address: str, path: str) -> None:
    head = f"POST {path} HTTP/1.1\nHost: line\nContent-Type: application/x-www-form-urlencoded\n"
    assert "413" in Wire(address, f"{head}Content-Length: {BODY + 1}\n\n").until("\r\n")
    chunk = f"{BODY:x}\n{'a' * BODY}\n"
    assert "413" in Wire(address, f"{head}Transfer-Encoding: chunked\n\n{chunk}{chunk}").until("\r\n")


def test_a_body_in_chunks_is_read_like_any_other(address: str) -> None:
    answer = httpx.post(f"{address}/voice/incoming", content=iter([b"CallSid", b"=CA1"]))
    assert answer.text == "incoming 127.0.0.1 CallSid=CA1"


@pytest.mark.parametrize("path", ["/health", "/healthz"])
def test_the_process_is_alive_whatever_is_away(house: House, path: str) -> None:
    house.watches = [Watch("database", lambda: 1 / 0)]
    house.watches[0].look_once()
    house.watches[0].look_once()
    answer = TestClient(house.front()).get(path)
    assert (answer.status_code, answer.json()) == (200, {"ok": True})


def test_what_is_away_is_named(house: House, tmp_path: Path) -> None:
    house.watches = [Watch("database", lambda: None), Watch("redis", lambda: 1 / 0), Watch("disk", lambda: None)]
    client = TestClient(house.front())
    assert (client.get("/readyz").status_code, client.get("/readyz").json()) == (200, {"ready": True, "away": []})
    for watch in house.watches * 2:
        watch.look_once()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "away": ["redis"]})


def test_a_disk_that_takes_nothing_is_away(tmp_path: Path) -> None:
    probe(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="nowhere"):
        probe(tmp_path / "nowhere")


def test_sounds_are_served_to_anybody_and_kept_by_the_carrier(house: House) -> None:
    (house.audio / "music.wav").write_bytes(b"RIFF")
    client = TestClient(house.front())
    first = client.get("/voice/audio/music.wav")
    assert (first.status_code, first.headers["content-type"], first.content) == (200, "audio/wav", b"RIFF")
    again = client.get("/voice/audio/music.wav", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["secret.txt", "%00.wav", "notice.json", "message-en.wav"])
def test_only_sounds_that_are_there_are_served(house: House, name: str) -> None:
    (house.audio / "notice.json").write_text("{}")
    assert TestClient(house.front()).get(f"/voice/audio/{name}").status_code == 404


def test_pages_are_pages_as_before(house: House) -> None:
    client = TestClient(house.front())
    assert client.get("/sign-in").status_code == 200
    assert client.get("/nothing").status_code == 404
    assert "text/css" in client.get("/assets/warmline.css").headers["content-type"]
