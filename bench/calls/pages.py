"""How long a webhook takes while hundreds of event streams of open pages are open.

    warmline bench pages [--many STREAMS]

The line is a web process of its own. A hundred people have five pages open each (the streams of news alone); for a
minute, calls come and go at twenty webhooks a second, each with news for the pages that follow the desk.
"""

import asyncio
import time
from typing import Any

import httpx
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from twilio.request_validator import RequestValidator

from bench.tools.line import Line, Tell, running_line
from bench.tools.machine import machine
from ivr.clock import SystemClock
from ivr.people import sign_ins
from ivr.settings import Settings
from ivr.store.models import Agent
from ivr.web.pages.security import secure_pages
from ivr.web.pages.signed_in import limits_of

STREAMS, RATE, SECONDS = 500, 20, 60
EACH = 5  # streams of one person
HEADER = "X-Twilio-Signature"
STEPS = (("/voice/incoming", "ringing"), ("/voice/fallback", "in-progress"), ("/voice/status", "completed"))


def run(settings: Settings, *, many: int = STREAMS, seconds: int = SECONDS, tell: Tell = print) -> dict[str, Any]:
    """`many` event streams, for `seconds`. Raises SupervisorError, MissingModelError."""
    with running_line(settings, tell, ("web",)) as line:
        cookies = _people(line, -(-many // EACH))
        each = [cookie for cookie in cookies for _ in range(EACH)][:many]
        figures = asyncio.run(_measure(line, each, seconds, tell))
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
    return cookies_of(line.settings, keys)


def cookies_of(settings: Settings, keys: list[str]) -> list[str]:
    """What the browsers of the people behind `keys` send."""
    signer = Flask("bench")
    secure_pages(signer, settings)  # signs cookies as the line does
    sign: Any = SecureCookieSessionInterface().get_signing_serializer(signer)
    return [f"{signer.config['SESSION_COOKIE_NAME']}={sign.dumps({'_user_id': key, '_fresh': True})}" for key in keys]


async def _measure(line: Line, cookies: list[str], seconds: int, tell: Tell) -> dict[str, float]:
    quiet = await calls(line, seconds / 3)
    tell(f"Without an open page: {words(quiet)}")
    beats = [0]
    pages = [asyncio.create_task(_page(line, cookie, beats)) for cookie in cookies]
    while beats[0] < len(pages):
        if any(page.done() for page in pages):
            raise RuntimeError("a stream was refused or ended")
        await asyncio.sleep(0.1)
    tell(f"{len(pages)} streams are open.")
    busy = await calls(line, seconds)
    tell(f"With {len(pages)} of them: {words(busy)}")
    lost = sum(page.done() for page in pages)
    for page in pages:
        page.cancel()
    await asyncio.gather(*pages, return_exceptions=True)
    return {
        "streams": len(pages), "streams_lost": lost, "webhooks": len(busy), "failed": sum(ms < 0 for ms in busy),
        "quiet_p50_ms": at(quiet, 0.5), "quiet_p99_ms": at(quiet, 0.99),
        "p50_ms": at(busy, 0.5), "p99_ms": at(busy, 0.99), "worst_ms": max(busy),
    }  # fmt: skip


async def _page(line: Line, cookie: str, beats: list[int]) -> None:
    """An open page: reads its stream until it ends; `beats` counts those that have begun."""
    reader, writer = await asyncio.open_connection(line.settings.host, line.settings.port)
    writer.write(f"GET /events HTTP/1.1\r\nHost: line\r\nCookie: {cookie}\r\nSec-Fetch-Mode: cors\r\n\r\n".encode())
    try:
        if b" 200 " not in await reader.readline():
            return
        await reader.readuntil(b"event: beat")
        beats[0] += 1
        while await reader.read(65536):
            pass
    finally:
        writer.close()


async def calls(line: Line, seconds: float) -> list[float]:
    """Twenty webhooks a second, of calls that come, have a fault and hang up: each one's ms, -1 if it failed."""
    validator = RequestValidator(line.settings.twilio_auth_token.get_secret_value())
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
    async with httpx.AsyncClient(base_url=line.settings.public_url, timeout=15, limits=limits) as client:
        began, run = time.monotonic(), f"{time.time_ns():x}"
        asked = []
        for number in range(int(seconds * RATE)):
            await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
            sid = f"CA{run}{number // 3:0{32 - len(run)}x}"
            asked.append(asyncio.create_task(_webhook(client, validator, sid, number % 3)))
        return list(await asyncio.gather(*asked))


async def _webhook(client: httpx.AsyncClient, validator: RequestValidator, sid: str, step: int) -> float:
    path, status = STEPS[step]
    form = {"CallSid": sid, "From": "+15550100001", "To": "+15550100100", "CallStatus": status, "ErrorCode": "11200"}
    signature = validator.compute_signature(f"{str(client.base_url).rstrip('/')}{path}", form)
    begun = time.perf_counter()
    answer = await client.post(path, data=form, headers={HEADER: signature})
    return (time.perf_counter() - begun) * 1000 if answer.status_code in (200, 204) else -1.0


def at(times: list[float], share: float) -> float:
    """The time that this share of them did not exceed."""
    ordered = sorted(times)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


def words(times: list[float]) -> str:
    """In a line."""
    return f"{len(times)} webhooks, p50 {at(times, 0.5)} ms, p99 {at(times, 0.99)} ms, worst {max(times):.0f} ms"
