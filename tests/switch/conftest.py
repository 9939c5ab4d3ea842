"""A running switch with a customer's server beside it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from ivr.store.engine import Sessions
from switch.config import SwitchConfig
from switch.media.audio import tone
from switch.server import Switch
from tests.switch.line_on_switch import Play, Story, line_on
from tests.switch.switch_world import ACCOUNT, NUMBER, TOKEN, Customer, World, serving


def murmur(text: str) -> bytes:
    return tone((300,), 0.04)


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., AbstractAsyncContextManager[World]]:
    """A running switch and customer: `async with world() as w`. Speaking takes 40 ms whatever the words."""

    @asynccontextmanager
    async def made(say: Callable[[str], bytes] = murmur, **changes: Any) -> AsyncIterator[World]:
        customer = Customer()
        async with serving(customer):
            config: dict[str, Any] = {
                "account_sid": ACCOUNT,
                "auth_token": TOKEN,
                "number": NUMBER,
                "voice_url": f"{customer.url}/voice",
                "fallback_url": f"{customer.url}/fallback",
                "status_url": f"{customer.url}/status",
                "folder": tmp_path,
                "port": 0,
                "recording_delay": 0.05,
                "ring_grace": 0.0,
            }
            switch = Switch(SwitchConfig(**(config | changes)), say)
            await switch.start()
            try:
                yield World(customer, switch)
            finally:
                await switch.stop()

    return made


@pytest.fixture
def play(world: Callable[..., AbstractAsyncContextManager[World]], sessions: Sessions, tmp_path: Path) -> Play:
    """Tells a story on a line behind the switch: `play(story, rings=1)`."""

    def play(story: Story, **how: Any) -> None:
        async def whole() -> None:
            async with line_on(world, sessions, tmp_path, **how) as line:
                await story(line)

        asyncio.run(whole())

    return play


@pytest.fixture
def run() -> Callable[[Coroutine[Any, Any, None]], None]:
    return asyncio.run
