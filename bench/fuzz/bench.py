"""Frames and forms that nobody should send: nothing of ours may answer 500, grow, or keep a call for ever.

    warmline bench fuzz [--calls N] [--seed SEED]

`--calls` are N sockets of 200 frames and N times 10 signed requests to every address that the carrier asks, over a real
SQLite database. Frames go through a whole session (its detector, recogniser and voice are in memory) as well as through
the parser. A request with a wrong signature must be refused. In the end every call is told to be over, and must be.
"""

import asyncio
import logging
import resource
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask
from pydantic import SecretStr
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from app import Parts, create_webhooks
from bench.fuzz.forms import Asked, request_to
from bench.fuzz.frames import frames
from bench.fuzz.silent_parts import LoudVad, NoRecogniser, Tone, UnsureDetector
from bench.tools.machine import machine
from ivr.carrier.twilio.signatures import HEADER
from ivr.settings import Settings
from ivr.store import migrate
from ivr.store.models import Call
from speech.events import Command, Event, Expectation, Listen, Speak
from speech.media_streams import Start, parse
from speech.session import Session
from speech.tts import TextToSpeech

FRAMES, REQUESTS = 200, 10  # to a socket; for each call counted
FORGED = 0.05  # share of requests whose signature is another's
SLOW = 13.0  # seconds for one socket, or one request, that count as stuck: the carrier waits for 15
QUERIES = ("again", "digits", "first", "kind", "patience", "seconds", "tries", "waited")
PUBLIC, TOKEN = "https://line.test", "0123456789abcdef0123456789abcdef"
OPENING: list[Command] = [Speak("1", "Hello, how can I help you?"), Listen(Expectation(), 60.0)]


def run(settings: Settings, *, many: int = 200, seed: int = 1, tell: Callable[[str], None] = print) -> dict[str, Any]:
    """{bench, machine, figures, table}: a row of the table is something that went wrong, with its call's seed."""
    counts, table = Counter[str](), list[dict[str, Any]]()
    logging.disable(logging.CRITICAL)
    try:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            door = _Door(Path(folder))
            speaker = TextToSpeech(Tone(), Path(folder) / "sound")
            half = _megabytes()
            for number in range(many):
                chance = Random(f"{seed}.{number}")
                for wrong in (*_socket(chance, speaker, counts), *door.knock(chance, counts)):
                    table.append({"call": f"{seed}.{number}", **wrong})
                    tell(f"call {seed}.{number}: {wrong['what']}: {wrong['by'][:200]}")
                if number == many // 2:
                    half = _megabytes()
                if number % 100 == 99:
                    tell(f"{number + 1} of {many} calls, {len(table)} wrong")
            stuck = door.end_all()
            grown = _megabytes() - half
    finally:
        logging.disable(logging.NOTSET)
    figures = {**{name: float(count) for name, count in sorted(counts.items())}, "wrong": float(len(table)),
               "calls that did not end": float(stuck), "MB grown in the second half": grown}  # fmt: skip
    return {"bench": "fuzz", "machine": machine(), "figures": figures, "table": table}


def _socket(chance: Random, speaker: TextToSpeech, counts: Counter[str]) -> Iterator[dict[str, Any]]:
    """The frames through the parser and through a session: neither may raise, nor stay."""
    sent = list(frames(chance, FRAMES))
    for text in sent:
        counts["frames"] += 1
        try:
            parse(text)
        except Exception as error:
            yield {"what": f"the parser raised {type(error).__name__}", "by": text}
    began = time.monotonic()
    try:
        asyncio.run(asyncio.wait_for(_session(sent, speaker), SLOW))
    except Exception as error:
        yield {"what": f"the session raised {type(error).__name__}: {error}", "by": ""}
    counts["sessions"] += 1
    if time.monotonic() - began > SLOW:
        yield {"what": "the session was stuck", "by": ""}


async def _session(sent: list[str], speaker: TextToSpeech) -> None:
    start = Start("MZ" + "0" * 32, "CA" + "0" * 32, "AC" + "0" * 32, ("inbound",), {})
    session = Session(start, NoRecogniser(), speaker, LoudVad, interruption_detector=UnsureDetector)

    async def receive() -> AsyncIterator[str]:
        for number, text in enumerate(sent):
            yield text
            if number % 10 == 0:
                await asyncio.sleep(0)

    async def send(_text: str) -> None:
        await asyncio.sleep(0)

    async def handle(_event: Event) -> list[Command]:
        return []

    await session.run(receive(), send, handle, OPENING)


class _Door:
    """The line's webhooks over a database in `folder`, as the carrier asks them."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder / 'line.db'}"
        migrate.upgrade(url)
        settings = Settings(
            twilio_account_sid="AC" + "0" * 32, twilio_auth_token=SecretStr(TOKEN), twilio_number="+12025550100",
            public_url=PUBLIC, data_dir=folder, database_url=url, redis_url="redis://127.0.0.1:9/0",
            carrier_url="http://127.0.0.1:9", secret_key=SecretStr("a" * 32),
        )  # fmt: skip
        self._parts = Parts(settings)
        self._app: Flask = create_webhooks(self._parts)
        self._app.config["PROPAGATE_EXCEPTIONS"] = True  # so that what is wrong has a name
        self._rules = sorted((r for r in self._app.url_map.iter_rules() if r.endpoint != "static"), key=str)
        self._signing = RequestValidator(TOKEN)

    def knock(self, chance: Random, counts: Counter[str]) -> Iterator[dict[str, Any]]:
        client = self._app.test_client()
        for _ in range(REQUESTS):
            for rule in self._rules:
                asked, forged, began = request_to(chance, rule, QUERIES), chance.random() < FORGED, time.monotonic()
                counts["requests"] += 1
                try:
                    status = client.open(**self._signed(asked, forged)).status_code
                except Exception as error:
                    yield {"what": f"{rule} raised {type(error).__name__}: {error}"[:300], "by": str(asked)}
                    continue
                counts[f"answered {status}"] += 1
                if status >= 500 and status != 503:
                    yield {"what": f"{rule} answered {status}", "by": str(asked)}
                if forged and status not in (403, 404, 405):
                    yield {"what": f"{rule} took a forged request ({status})", "by": str(asked)}
                if time.monotonic() - began > SLOW:
                    yield {"what": f"{rule} took {time.monotonic() - began:.1f} s", "by": str(asked)}

    def end_all(self) -> int:
        """Every call is told to be over, as the carrier does; how many are not."""
        client = self._app.test_client()
        with self._parts.sessions() as tx:
            sids = tx.scalars(select(Call.sid).where(Call.ended_at.is_(None))).all()
        for sid in sids:
            told = (("CallSid", sid), ("CallStatus", "completed"), ("From", "+15550100001"), ("To", "+12025550100"))
            client.open(**self._signed(Asked("POST", "/voice/status", (), told), False))
        with self._parts.sessions() as tx:
            return tx.scalar(select(func.count()).select_from(Call).where(Call.ended_at.is_(None))) or 0

    def _signed(self, asked: Asked, forged: bool) -> dict[str, Any]:
        query = urlencode(asked.query, errors="replace")
        path = quote(asked.path, errors="replace")
        url = f"{PUBLIC}{path}" + (f"?{query}" if query else "")
        form = MultiDict((name, value.encode("utf-8", "replace").decode()) for name, value in asked.form)
        signature = self._signing.compute_signature(url, form if asked.method == "POST" else {})
        return {
            "path": path, "query_string": query, "method": asked.method, "base_url": PUBLIC,
            "data": form if asked.method == "POST" else None,
            "headers": {HEADER: "forged" if forged else signature},
        }  # fmt: skip


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
