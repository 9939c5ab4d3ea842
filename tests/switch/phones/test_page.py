"""The softphone's page in a real browser: what a caller sees, and that their words arrive as sound."""

import asyncio
import json
import socket
import threading
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from starlette.applications import Starlette

from switch.media.audio import SILENCE, decode, encode, frames
from switch.phones.recorded_lines import RecordedLines
from switch.phones.segmenter import level_db
from switch.phones.softphone import phone_routes
from switch.ports import Phone, PhoneSource
from tests.harness.browser import look_everywhere

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
CAPTIONS = (
    ("line", "Welcome.", 0.5), ("line", "Which one?", 6.0), ("you", "Savings.", 9.0), ("you", "Balance.", 3.0),
)  # fmt: skip
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium")]


class FakeLine:
    sid, from_, to = "CA1", "+15550100001", "+15550001111"

    def __init__(self) -> None:
        self.answered, self.over = asyncio.Event(), asyncio.Event()
        self.keys = ""

    def answer(self) -> None:
        self.answered.set()

    def decline(self, reason: str = "busy") -> None:
        self.over.set()

    def press(self, digit: str) -> None:
        self.keys += digit

    def hang_up(self) -> None:
        self.over.set()


class FakeSwitch:
    """Runs one call in real time: plays a greeting and keeps what the phone says."""

    def __init__(self, greeting: bytes) -> None:
        self.line = FakeLine()
        self.said = b""
        self.phones: dict[str, PhoneSource] = {}
        self._greeting = greeting
        self._tasks: set[asyncio.Task[None]] = set()

    async def place(self, phone: Phone, from_: str, to: str | None = None) -> None:
        self.start(phone, answered=True)

    def register(self, address: str, phone: PhoneSource) -> None:
        self.phones[address] = phone
        source = phone() if callable(phone) else phone
        self.start(source, answered=False)

    def unregister(self, address: str) -> None:
        self.phones.pop(address)

    def start(self, phone: Phone, answered: bool) -> None:
        phone.ring(self.line)
        if answered:
            self.line.answer()
        task = asyncio.create_task(self._run(phone))
        self._tasks.add(task)

    async def _run(self, phone: Phone) -> None:
        await self.line.answered.wait()
        phone.connected()
        greeting = list(frames(self._greeting))
        loop = asyncio.get_running_loop()
        began = loop.time()
        for count in range(2000):
            if self.line.over.is_set():
                break
            self.said += phone.say()
            phone.hear(greeting[count] if count < len(greeting) else SILENCE)
            await asyncio.sleep(max(0.0, began + (count + 1) * 0.02 - loop.time()))
        phone.ended("completed")


class Served:
    """A switch on a port of its own, in a thread of its own."""

    def __init__(self) -> None:
        greeting = RecordedLines().find("You're welcome. Goodbye.", "sarah")
        assert greeting is not None
        self.switch: FakeSwitch | None = None
        self._greeting = encode(greeting)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        tone = encode((np.sin(np.arange(8000) * 0.3) * 8000).astype(np.int16))
        app = Starlette(routes=phone_routes(self.new, lambda text: tone, self._listen))
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]})
        self._thread.start()

    def new(self) -> FakeSwitch:
        self.switch = FakeSwitch(self._greeting)
        return self.switch

    async def _listen(self, samples: Any) -> str:
        return f"{len(samples) / 8000:.0f} seconds of speech"

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._listener.close()


@pytest.fixture
def served() -> Iterator[Served]:
    server = Served()
    yield server
    server.close()


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the browser's microphone hears: a caller's line, over and over, at 48 kHz."""
    spoken = RecordedLines().find("Hi, what's my current balance please?", "bella")
    assert spoken is not None
    path = tmp_path_factory.mktemp("microphone") / "caller.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 48000, 0, "NONE", ""))
        file.writeframes(np.repeat(spoken, 6).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def browser(microphone: Path) -> Iterator[Any]:
    with playwright.sync_playwright() as tool:
        chromium = tool.chromium.launch(
            executable_path=str(CHROMIUM),
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-audio-capture={microphone}",
            ],
        )
        yield chromium
        chromium.close()


def opened(browser: Any, address: str, **context: Any) -> tuple[Any, list[str]]:
    page = browser.new_context(**context).new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address)
    return page, faults


def said_at_least(page: Any, switch: FakeSwitch, seconds: float) -> None:
    """Wait until so much sound has reached the line from the page."""
    for _ in range(75):
        if sum(level_db(decode(frame)) > -45 for frame in frames(switch.said)) * 0.02 >= seconds:
            return
        page.wait_for_timeout(200)
    pytest.fail(f"less than {seconds} s of sound has reached the line")


def level_shown(page: Any) -> float:
    """The highest level that the meter shows within three seconds: the caller pauses between their sentences."""
    levels: list[float] = []
    for _ in range(30):
        levels.append(page.get_by_role("meter").evaluate("meter => meter.value"))
        page.wait_for_timeout(100)
    return max(levels)


def test_a_caller_talks_keys_types_and_hangs_up(browser: Any, served: Served, tmp_path: Path) -> None:
    page, faults = opened(
        browser, f"{served.url}/phone", viewport={"width": 1280, "height": 900}, permissions=["microphone"]
    )
    page.get_by_text("Ready").wait_for()
    page.get_by_role("button", name="Call").click()
    page.get_by_text("In call").wait_for()
    page.keyboard.press("4")
    page.get_by_role("button", name="hash").click()
    page.get_by_text("seconds of speech").first.wait_for()
    assert served.switch is not None
    said_at_least(page, served.switch, 0.8)
    page.screenshot(path=tmp_path / "wide.png")
    assert level_shown(page) > 0
    page.get_by_role("button", name="Hang up").click()
    page.get_by_text("Call ended").first.wait_for()
    assert served.switch.line.keys == "4#"
    assert faults == []


def test_without_a_microphone_the_caller_listens_keys_and_types(browser: Any, served: Served, tmp_path: Path) -> None:
    page, faults = opened(browser, f"{served.url}/phone", viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
    )
    page.reload()
    page.get_by_text("Ready").wait_for()
    page.get_by_role("button", name="Call").click()
    page.get_by_text("The microphone was refused").wait_for()
    page.get_by_label("Say by typing").fill("What is my balance?")
    page.keyboard.press("Enter")
    page.locator("#transcript").get_by_text("What is my balance?").wait_for(timeout=1_000)
    assert served.switch is not None
    said_at_least(page, served.switch, 1.0)
    page.screenshot(path=tmp_path / "narrow.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert faults == []


def test_captions_stand_in_the_order_in_which_they_were_spoken(browser: Any, served: Served) -> None:
    page = browser.new_context().new_page()
    page.route_web_socket("**/phone/socket", talking)
    page.goto(f"{served.url}/phone")
    page.get_by_text("Captions follow the sound by a few seconds").wait_for()
    page.get_by_text("Balance.").wait_for()
    said = page.locator("#transcript > p").all_inner_texts()
    assert [line.split("\n")[-1] for line in said] == ["Connected", "Welcome.", "Balance.", "Which one?", "Savings."]


def test_an_agents_phone_rings_and_is_answered_with_the_keyboard(browser: Any, served: Served, tmp_path: Path) -> None:
    page, faults = opened(browser, f"{served.url}/phone?as=client:ada", permissions=["microphone"])
    page.get_by_text("Incoming call").wait_for()
    page.screenshot(path=tmp_path / "ringing.png")
    page.keyboard.press("Enter")
    page.get_by_text("In call").wait_for()
    assert page.get_by_role("button", name="Call").count() == 0
    assert faults == []


def test_the_page_can_be_used_by_everyone(browser: Any, served: Served) -> None:
    page, _ = opened(browser, f"{served.url}/phone", bypass_csp=True, reduced_motion="reduce")
    page.get_by_text("Ready").wait_for()
    look_everywhere(page, "softphone-ready")
    page.route_web_socket("**/phone/socket", talking)
    page.reload()
    page.get_by_text("Which one?").wait_for()
    look_everywhere(page, "softphone-talking")


def talking(socket: Any) -> None:
    """A call with a few captions, understood in another order than they were spoken."""
    socket.send(json.dumps({"type": "state", "state": "connected", "from": "", "to": "+15550001111"}))
    for speaker, text, at in CAPTIONS:
        socket.send(json.dumps({"type": "transcript", "speaker": speaker, "text": text, "at": at}))
