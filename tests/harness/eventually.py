"""Waiting for what others do, in threads, processes or tasks: looked for again and again, with an end."""

import asyncio
import time
from collections.abc import Callable


def eventually(happened: Callable[[], object], seconds: float = 15.0, every: float = 0.02) -> float:
    """Wait until it has happened, in seconds; how long it took. Fails when it has not within `seconds`."""
    begun = time.monotonic()
    while not happened():
        assert time.monotonic() - begun < seconds, f"it has not happened within {seconds:g} seconds"
        time.sleep(every)
    return time.monotonic() - begun


async def until(happened: Callable[[], object], seconds: float = 10.0, every: float = 0.005) -> None:
    """The same on an event loop, where others go on meanwhile."""
    async with asyncio.timeout(seconds):
        while not happened():
            await asyncio.sleep(every)
