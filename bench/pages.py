"""Open pages and calls at once: how long a webhook takes while hundreds of event streams are open.

    warmline bench pages [--many STREAMS]

The line is a web process of its own. Five hundred people have a page open (its stream of news alone); for a minute, calls
come and go at twenty webhooks a second, each with news for the pages that follow the desk.
"""

import asyncio
import time
from typing import Any

import httpx
from twilio.request_validator import RequestValidator

from bench.line import Line, Tell, running_line
from bench.machine import machine
from ivr.clock import SystemClock
from ivr.people import sign_ins
from ivr.settings import Settings
from ivr.store.models import Agent
from ivr.web.people import limits_of

STREAMS, RATE, SECONDS = 500, 20, 60
EACH = 5  # streams of one person
HEADER = "X-Twilio-Signature"


def run(settings: Settings, streams: int = STREAMS, seconds: int = SECONDS, tell: Tell = print) -> dict[str, Any]:
    """Raises HouseError, MissingWeights."""
    with running_line(settings, tell, ("web",)) as line:
        cookies = _people(line, -(-streams // EACH))
        figures = asyncio.run(_measure(line, [cookie for cookie in cookies for _ in range(EACH)][:streams], seconds, tell))
    return {"bench": "pages", "machine": machine(), "figures": figures}


def _people(line: Line, count: int) -> list[str]:
    """As many signed-in people; what their browsers have."""
    clock, limits = SystemClock(), limits_of(line.settings)
    keys = []
    with line.sessions.begin() as tx:
        for number in range(count):
            agent = Agent(
                email=f"bench-{number}@warmline.example", name=f"Agent {number}", password_hash="-", roles=["agent"],
                phone=f"client:bench{number}", presence="away", presence_since=clock.now(),
            )  # fmt: skip
            tx.add(agent)
            tx.flush()
            keys.append(sign_ins.begin(tx, agent, limits, "bench", "bench", clock.now()))
    return keys


async def _measure(line: Line, cookies: list[str], seconds: int, tell: Tell) -> dict[str, float]:
    quiet = await _calls(line, seconds / 3)
    tell(f"Without an open page: {_words(quiet)}")
    beats = [0]
    pages = [asyncio.create_task(_page(line, cookie, beats)) for cookie in cookies]
    while beats[0] < len(pages):
        if any(page.done() for page in pages):
            raise RuntimeError("a stream was refused or ended")
        await asyncio.sleep(0.1)
    tell(f"{len(pages)} streams are open.")
    busy = await _calls(line, seconds)
    tell(f"With {len(pages)} of them: {_words(busy)}")
    lost = sum(page.done() for page in pages)
    for page in pages:
        page.cancel()
    await asyncio.gather(*pages, return_exceptions=True)
    return {
        "streams": len(pages), "streams_lost": lost, "webhooks": len(busy), "failed": sum(ms < 0 for ms in busy),
        "quiet_p50_ms": _at(quiet, 0.5), "quiet_p99_ms": _at(quiet, 0.99),
        "p50_ms": _at(busy, 0.5), "p99_ms": _at(busy, 0.99), "worst_ms": max(busy),
    }  # fmt: skip
