"""A whole call from the agent's chair: a real house, a browser with a microphone, a caller who wants a person."""

import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from ivr.clock import SystemClock
from ivr.local.demo import demo_settings, furnish
from ivr.local.scripted_calls import place, settled_report
from ivr.local.setup import prepare
from ivr.local.supervisor import Supervisor
from ivr.settings import Settings
from ivr.store.engine import Sessions, make_engine, make_sessions
from speech.audio import RATE, Samples, write_wav
from speech.voices import make_voice
from tests.harness.browser import FLAGS, look, press
from tests.harness.running_line import free_ports

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420)]

CALLER = {
    "from": "+15550100001",
    "voice": "bella",
    "steps": [
        {"wait": "how can I help"},
        {"say": "I want to dispute a charge. Please let me talk to a person."},
        {"wait": "hello", "within": 90},
        {"quiet": 1.0},
        {"say": "It is the forty two dollar one from the second of March."},
        {"wait": "anything else", "within": 60},
        {"say": "No, thank you very much."},
        {"pause": 60},
        "hang_up",
    ],
}


@dataclass
class Caller:
    """The scripted caller, on the line while the agent works."""

    settings: Settings
    heard: list[dict[str, Any]] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)

    def call(self) -> threading.Thread:
        thread = threading.Thread(target=self._call, daemon=True)
        thread.start()
        return thread

    def _call(self) -> None:
        self.result = place(self.settings, CALLER, self.heard.append)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Sessions, dict[str, str]]]:
    ports = dict(zip(("port", "media_port", "switch_port"), free_ports(3), strict=True))
    folder = tmp_path_factory.mktemp("house")
    storage = {"data_dir": folder, "database_url": "", "redis_url": "", "recordings_url": ""}
    settings = demo_settings(Settings.model_validate({**ports, **storage, "ring_seconds": 60}))
    prepare(settings, lambda _: None)
    sessions = make_sessions(make_engine(settings.database))
    passwords = furnish(sessions, SystemClock(), settings)
    with Supervisor(settings, lambda _: None):
        yield settings, sessions, passwords


@pytest.fixture
def context(house: tuple[Settings, Sessions, dict[str, str]], tmp_path: Path) -> Iterator[BrowserContext]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    write_wav(microphone := tmp_path / "ada.wav", spoken("Hello, this is Ada. Which charge is it, please?"))
    fake = [
        *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
        f"--use-file-for-fake-audio-capture={microphone}%noloop",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *fake])
        context = browser.new_context(
            base_url=house[0].public_url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        context.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        yield context
        expect.set_options(timeout=5_000)
        browser.close()


def spoken(words: str) -> Samples:
    """`words` after a second, as one takes to greet a caller."""
    return np.concatenate([np.zeros(RATE, np.int16), make_voice("heart").speak(words), np.zeros(RATE, np.int16)])


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def say(page: Page, words: str) -> None:
    """The agent speaks: typed on his phone, which says it."""
    phone = page.frame_locator(".phone-frame")
    phone.locator("#sentence").fill(words)
    phone.locator("#sentence").press("Enter")


def test_a_whole_call_from_the_agents_chair(
    house: tuple[Settings, Sessions, dict[str, str]], context: BrowserContext
) -> None:
    settings, sessions, passwords = house
    page = context.new_page()
    sign_in(page, "ada@warmline.example", passwords["ada@warmline.example"])
    expect(page.locator("#link")).to_have_text("Live")
    expect(page.get_by_role("heading", name="You are next")).to_be_visible()
    phone = page.frame_locator(".phone-frame")
    expect(phone.locator("#state")).to_have_text("Ready")

    caller = Caller(settings)
    on_the_line = caller.call()
    expect(page.locator(".brief.ringing")).to_be_visible(timeout=90_000)
    expect(page.locator("#caller")).to_have_text("Morgan Reyes")
    expect(page.locator("#said .turn.caller").first).to_be_visible()
    look(page, "house-ringing")
    press(page, "a")
    expect(page.locator(".brief.talking .eyebrow")).to_contain_text("Talking", timeout=30_000)
    expect(phone.locator("#state")).to_have_text("In call")

    expect(page.locator("#said .turn.agent", has_text=re.compile("[Cc]harge"))).to_be_visible()
    expect(page.locator("#said")).to_contain_text(re.compile("forty|42"))

    page.locator("[id^=note-]").fill("Half a note")
    page.reload()
    expect(page.locator(".brief.talking .eyebrow")).to_contain_text("Talking")
    expect(page.locator("#said")).to_contain_text(re.compile("forty|42"))
    expect(page.locator("[id^=note-]")).to_have_value("Half a note")
    expect(phone.locator("#state")).to_have_text("In call")
    say(page, "I have noted that. Can I do anything else for you?")
    expect(page.locator("#said .turn.caller").last).to_contain_text("thank", ignore_case=True)
    look(page, "house-talking")

    page.locator("#end").click()
    expect(page.get_by_role("heading", name="Call ended")).to_be_visible()
    page.get_by_label("Solved", exact=True).check()
    press(page, "r")
    expect(page.get_by_role("heading", name="You are next")).to_be_visible()
    expect(page.locator(".today")).to_contain_text("Morgan Reyes")
    on_the_line.join(60)
    assert caller.result.get("call"), caller.heard

    report = settled_report(settings, sessions, caller.result["call"])
    assert report["handoff"]["state"] == "served"
    assert [attempt["outcome"] for attempt in report["handoff"]["attempts"]] == ["accepted"], "the reload cost the call"
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()  # another page asked for too soon would call it off
    sign_in(page, "quinn@warmline.example", passwords["quinn@warmline.example"])
    page.locator("a.row").first.click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible(
        timeout=180_000
    )  # proved by hearing again
    expect(page.locator("#live .turn.agent").first).to_be_visible()
    look(page, "house-reviewed")
    page.goto(f"{settings.carrier_url}/phone")
    look(page, "house-phone")
