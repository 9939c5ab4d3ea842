"""The pages as a browser meets them: served with real server-sent events, a real Redis, and a phone that only notes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize
from redis import Redis

from ivr.clock import SystemClock
from ivr.live_updates import LiveUpdates
from ivr.store.engine import Sessions
from ivr.store.models import Agent
from ivr.web.bot_sound import BotSound
from ivr.web.event_streams import Hub, Streams
from ivr.web.front import make_front
from tests.harness.asgi_server import served
from tests.harness.browser import WIDE, Scheme
from tests.harness.handoff_world import World
from tests.harness.web_pages import PASSWORD, Make, Web

PHONE = "http://phone.test"
SIMPLE_PHONE = (
    "<html lang=en><meta name=color-scheme content='light dark'><title>Phone</title>"
    "<style>body { font: 1rem system-ui; text-align: center }</style><body><main><h1>ringing</h1></main>"
    "<script>addEventListener('message', ({source, data: {warmline}}) => {"
    " if (warmline === 'hello') source.postMessage({warmline: 'state', state: 'ringing', peer: '+15550100001'}, '*');"
    " else document.body.textContent = warmline; })</script>"
)

QUIET_PHONE = (  # ready, and otherwise what a test makes of it
    "<html lang=en><title>Phone</title><body><main><h1>Phone</h1></main>"
    "<script>function be(state, peer = '') { parent.postMessage({warmline: 'state', state, peer}, '*'); }"
    " addEventListener('message', ({data: {warmline}}) => warmline === 'hello' && be('idle'));</script>"
)

Open = Callable[..., Page]


@pytest.fixture
def world(sessions: Sessions, redis: Redis) -> World:
    """Calls through the real hand-off service, with a fake carrier."""
    clock: Any = SystemClock()
    return World(sessions, clock, live=LiveUpdates(redis))


@pytest.fixture
def web(make_web: Make, request: pytest.FixtureRequest) -> Web:
    """The pages; over the real hand-off service where a test asks for a `world`."""
    service = request.getfixturevalue("world").service if "world" in request.fixturenames else None
    return make_web(SystemClock(), phone_url=f"{PHONE}/phone", service=service)


@pytest.fixture
def streams(web: Web, redis_url: str) -> Streams:
    return Streams(web.app, Hub(redis_url))


@pytest.fixture
def address(web: Web, streams: Streams, redis_url: str, tmp_path: Path) -> Iterator[str]:
    """Where the pages are served."""
    none: Any = None  # no webhook is asked here
    sound = BotSound(web.app, redis_url, beat=0.4)
    with served(make_front(none, web.app, streams, streams.hub, tmp_path, [], sound)) as address:
        yield address


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Sign in by the form; script errors fail the test."""
    contexts, faults = [], []

    def open_(email: str, scheme: Scheme = "light", viewport: ViewportSize = WIDE, phone: str = SIMPLE_PHONE) -> Page:
        context = browser.new_context(
            base_url=address,
            viewport=viewport,
            color_scheme=scheme,
            reduced_motion="reduce",
            permissions=["microphone"],
        )
        contexts.append(context)
        context.route(f"{PHONE}/**", lambda route: route.fulfill(content_type="text/html", body=phone))
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
        page.goto("/sign-in")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


def offer(web: Web, agent_id: int) -> int:
    """Grace's call is offered, as the worker does it: rows first, then news."""
    web.call()
    handoff = web.handoff(agent_id)
    with web.sessions.begin() as tx:
        tx.get_one(Agent, agent_id).presence = "offered"
    web.live.publish(f"agent:{agent_id}", "offer", str(handoff))
    return handoff


def at_the_desk(web: Web, world: World) -> list[int]:
    """Ann talks with a caller, Bob is free."""
    ids = [web.person(name, "agent", presence="available") for name in ("Ann", "Bob")]
    with web.sessions.begin() as tx:
        tx.get_one(Agent, ids[1]).presence = "break"
        tx.get_one(Agent, ids[1]).skills = ["card-dispute", "spanish"]
    world.bridged()
    return ids
