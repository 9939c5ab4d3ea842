"""How many calls one media process bears at once: more and more, until answers or frames come late.

    warmline bench capacity [--many CALLS]

Between the last level that held and the first that did not, the limit is halved down to two calls. It is told per core,
beside `h`, the time that one hearing takes on this machine, and their product, which compares machines.

Every caller speaks Media Streams to the media process, with signature and token; the first webhook and the last are
sent to the web process. The callers live in this process, and share the machine with the line.
"""

import asyncio
import contextlib
import os
import random
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select
from websockets.exceptions import InvalidHandshake

from bench.tools.callers import Caller, Clip, percentile
from bench.tools.hearing_time import hearing_ms
from bench.tools.line import Line, Tell, running_line
from bench.tools.machine import machine
from bench.tools.sayings import Sayings, sayings
from bench.tools.streams import Clock, Stream
from ivr.settings import Settings
from ivr.store.models import Turn as Row
from speech.endpointing.delay import DELAYS
from switch.sids import new_sid
from switch.signature import signature

PATIENT_MS = 1000 * DELAYS.digits_missing
ANSWER_MS, LATE_MS = 1200.0, 40.0  # p95 of the answers; the latest frame
STEP, MOST, SECONDS = 5, 100, 40.0
CLOSE = 2  # calls within which the limit is found
ARRIVAL = 8.0  # seconds over which a level's new callers come
WISHES = ("balance", "due", "transactions", "balance", "due", "bye")
ITEMS = ("wait", "listen", "decide", "speak", "total")


def run(
    settings: Settings, *, many: int = MOST, step: int = STEP, seconds: float = SECONDS, tell: Tell = print
) -> dict[str, Any]:
    """Levels of `step`, 2 `step`, ... calls, each measured for `seconds`, to the limit or `many` calls, then between.

    Raises SupervisorError, MissingModelError.
    """
    hearing = hearing_ms(settings)
    with running_line(settings.model_copy(update={"longest_wait": 0.0}), tell) as line:  # nobody is sent elsewhere
        table = asyncio.run(_levels(Driver(line, sayings(), tell), many, step, seconds))
    result = {"bench": "capacity", "machine": machine(), "figures": figures(table, hearing), "table": table}
    return result | {"gives_way": gives_way(table)}


async def _levels(driver: "Driver", most: int, step: int, seconds: float) -> list[dict[str, Any]]:
    table: list[dict[str, Any]] = []
    async with driver.calling():
        while (calls := next_level(table, most, step)) is not None:
            await driver.be(calls)
            row = await driver.measure(seconds)
            table.append(row | {"ok": _holds(row)})
            driver.tell(_in_words(row))
    return table


def next_level(table: list[dict[str, Any]], most: int, step: int) -> int | None:
    """How many calls to try after the levels of `table`; None: the limit is known, or `most` held."""
    failed = min((row["calls"] for row in table if not row["ok"]), default=None)
    held = max((row["calls"] for row in table if row["ok"] and (failed is None or row["calls"] < failed)), default=0)
    if failed is None:
        return held + step if held + step <= most else None
    return (held + failed) // 2 if failed - held > CLOSE else None


def _holds(row: dict[str, Any]) -> bool:
    return bool(row["answers"]) and row["p95_ms"] <= ANSWER_MS and row["late_frame_ms"] <= LATE_MS


@dataclass
class Driver:
    """Callers on a line, each of whom calls again when their call is over."""

    line: Line
    said: Sayings
    tell: Tell
    streams: set[Stream] = field(default_factory=set)
    strayed: int = 0
    wanted: int = 0

    def __post_init__(self) -> None:
        self._clock = Clock()
        self._chance = random.Random(1)
        self._accounts = 0

    @contextlib.asynccontextmanager
    async def calling(self) -> AsyncIterator[None]:
        """Callers can be sent in; at the end all of them hang up."""
        clock = asyncio.create_task(self._clock.run())
        async with httpx.AsyncClient(timeout=30) as self._web, asyncio.TaskGroup() as self._callers:
            yield
            await self.be(0)
            for stream in self.streams:
                stream.stop()
        clock.cancel()

    async def be(self, calls: int) -> None:
        """As many callers from now on: more are all there when this returns, fewer hang up before they speak again."""
        before, self.wanted = self.wanted, calls
        for place in range(before, calls):
            self._callers.create_task(self._call_on(self._web, place, self._chance.uniform(0, ARRIVAL)))
        if calls:
            await asyncio.sleep(ARRIVAL)

    async def measure(self, seconds: float) -> dict[str, Any]:
        """What was measured in these seconds; times in ms, processors in cores, memory in MB."""
        began, self._clock.worst, self.strayed = time.monotonic(), 0.0, 0
        seen = {id(turn) for stream in self.streams for turn in stream.caller.turns}
        last = await asyncio.to_thread(self._last_row)
        work = _cpu(self.line.house.pid("media")), time.process_time()
        for stream in self.streams:
            stream.late.clear()
        watched = set(self.streams)
        while time.monotonic() - began < seconds:
            await asyncio.sleep(1)
            watched |= self.streams
        turns = [turn for stream in watched for turn in stream.caller.turns if id(turn) not in seen]
        answers = [turn.ms for turn in turns if turn.ms is not None]
        late = max((gap for stream in watched for gap in stream.late), default=0.0)
        media, own = _cpu(self.line.house.pid("media")) - work[0], time.process_time() - work[1]
        row: dict[str, Any] = {"calls": self.wanted, "answers": len(answers), "p50_ms": percentile(answers, 0.5)}
        row |= {"late_frame_ms": round(late), "driver_late_ms": round(1000 * self._clock.worst)}
        row |= {"media_cpu": round(media / seconds, 2), "callers_cpu": round(own / seconds, 2)}
        row |= {"media_mb": round(_resident(self.line.house.pid("media")), 1), "strayed": self.strayed}
        row |= await asyncio.to_thread(self._items, last)
        row["p95_ms"] = row["total_p95_ms"]  # "one moment" is a sound, but no answer
        return row

    # --- a caller, who calls again when their call is over ---

    async def _call_on(self, web: httpx.AsyncClient, place: int, after: float) -> None:
        await asyncio.sleep(after)
        while place < self.wanted:
            self._accounts += 1
            index = self._accounts
            pin, ways = self._chance.choice(self.said.pins)
            number = await asyncio.to_thread(self.line.open_account, index, pin)
            try:
                await self._call(web, number, place, _course(self.said, ways, random.Random(index)))
            except (OSError, InvalidHandshake, httpx.HTTPError) as error:
                self.tell(f"a call was refused: {type(error).__name__}")
                await asyncio.sleep(1)

    async def _call(self, web: httpx.AsyncClient, number: str, place: int, course: Iterator[Clip]) -> None:
        sid = new_sid("CA")
        document = await self._post(web, "/voice/incoming", sid, number, "in-progress")
        [token] = re.findall(r'name="token" value="([^"]+)"', document)

        def speak() -> None:
            clip = next(course, None) if place < self.wanted else None
            stream.caller.say(clip) if clip is not None else stream.stop()

        stream = Stream(self.line.settings.media_socket, Caller(speak), call=sid)
        self.streams.add(stream)
        try:
            await stream.run(self._clock, token, self._auth)
        finally:
            self.streams.discard(stream)
            self.strayed += next(course, None) is not None and place < self.wanted
            await self._post(web, "/voice/status", sid, number, "completed")

    async def _post(self, web: httpx.AsyncClient, path: str, sid: str, number: str, status: str) -> str:
        url = self.line.settings.public_url + path
        form = {"CallSid": sid, "From": number, "To": self.line.settings.twilio_number, "CallStatus": status}
        headers = {"X-Twilio-Signature": signature(self._auth, url, form)}
        return (await web.post(url, data=form, headers=headers)).raise_for_status().text

    @property
    def _auth(self) -> str:
        return self.line.settings.twilio_auth_token.get_secret_value()

    # --- what the line says of itself ---

    def _last_row(self) -> int:
        with self.line.sessions() as tx:
            return tx.scalar(select(Row.id).order_by(Row.id.desc()).limit(1)) or 0

    def _items(self, after: int) -> dict[str, float]:
        with self.line.sessions() as tx:
            rows = tx.scalars(select(Row.latency).where(Row.id > after, Row.speaker == "bot")).all()
        told = [latency for latency in rows if "total" in latency]  # the others waited for words of our own
        # a number heard one short is waited for on purpose, however idle the machine: not what a level shall fail by
        kept = [latency for latency in told if latency.get("wait", 0.0) < PATIENT_MS]
        items = {name: [latency[name] for latency in kept if name in latency] for name in ITEMS}
        found = {f"{name}_p95_ms": round(percentile(values, 0.95), 1) for name, values in items.items()}
        return found | {"waited_for_digits": len(told) - len(kept)}


def _course(said: Sayings, pin: list[Clip], chance: random.Random) -> Iterator[Clip]:
    """A wish, the PIN for it, and the other wishes. Whoever is misheard goes on as if they were not."""
    for number, wish in enumerate(WISHES):
        yield chance.choice(said.wishes[wish])
        if number == 0:
            yield chance.choice(pin)


def figures(table: list[dict[str, Any]], hearing: float) -> dict[str, float]:
    """Calls per core at the highest level that held, their product with `hearing` (ms), and memory per call."""
    failed = min((row["calls"] for row in table if not row["ok"]), default=MOST + 1)
    held = sorted((row for row in table if row["ok"] and row["calls"] < failed), key=lambda row: row["calls"])
    cores = os.cpu_count() or 1
    best = held[-1] if held else {"calls": 0, "p95_ms": 0.0}
    # what is allocated once, by the first calls, is no call's own
    low, high = (held[min(1, len(held) - 2)], held[-1]) if len(held) > 1 else (best, best)
    more = high["calls"] - low["calls"]
    grown = (high["media_mb"] - low["media_mb"]) / more if more else 0.0
    per_core = best["calls"] / cores
    found = {"h_ms": hearing, "calls": best["calls"], "calls_per_core": round(per_core, 1)}
    found |= {"calls_per_core_times_h_seconds": round(per_core * hearing / 1000, 2)}
    return found | {"mb_per_call": round(grown, 2), "p95_ms_at_limit": best["p95_ms"]}


def gives_way(table: list[dict[str, Any]]) -> str:
    """The stage that grew most between the lowest level and the highest."""
    names = [f"{name}_p95_ms" for name in ITEMS if name != "total"]
    if not table:
        return ""
    low, *_, high = sorted([table[0], *table], key=lambda row: row["calls"])
    return max(names, key=lambda name: high.get(name, 0.0) - low.get(name, 0.0))


def _in_words(row: dict[str, Any]) -> str:
    return (
        f"{row['calls']} calls: p95 {row['p95_ms']:.0f} ms of {row['answers']} answers, latest frame "
        f"{row['late_frame_ms']} ms, media {row['media_cpu']:.2f} cores and {row['media_mb']:.0f} MB, "
        f"callers {row['callers_cpu']:.2f} cores"
    )


def _resident(pid: int) -> float:
    """MB of memory that a process holds."""
    [line] = [text for text in Path(f"/proc/{pid}/status").read_text().splitlines() if text.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def _cpu(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
