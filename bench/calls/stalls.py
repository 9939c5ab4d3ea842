"""The carrier's sound stops at any moment: how long until the caller hears the bot again.

    warmline bench stalls [--many CALLS]

Each call is a signed WebSocket client whose socket stays open while nothing more comes of it, neither frames nor marks:
over a prompt, in the midst of a word, or between words. What the line sends is still played. When the line gives the
stream up, the carrier asks /voice/resume and opens the next, which brings sound. Counted from the moment of the stall,
or from the bot's last word where it was speaking then, to its next word.
"""

import asyncio
import random
import re
import time
from dataclasses import dataclass
from typing import Any

import httpx

from bench.tools.callers import Caller, percentile
from bench.tools.line import Line, Tell, running_line
from bench.tools.machine import machine
from bench.tools.sayings import sayings
from bench.tools.streams import Clock, Stream
from ivr.settings import Settings
from speech.audio import SILENCE
from switch.sids import new_sid
from switch.signature import signature

CALLS, AT_ONCE = 50, 4
LONGEST = 30.0  # seconds after which a caller counts as left in silence
ALLOWED = 10.0
GAP = 0.8  # seconds without sound that are the end of what the bot was saying
MOMENTS = ("prompt", "word", "between")


@dataclass(eq=False)
class Stalling(Stream):
    """A stream that may stop bringing anything, while what is sent to it is played."""

    still: bool = False

    def _tick(self) -> None:
        if not self.still:
            super()._tick()
            return
        piece, _ = self._buffer.frame()
        self.caller.hear(None if piece == SILENCE else piece)

    def _echo(self, names: list[str]) -> None:
        if not self.still:
            super()._echo(names)


class StallCaller(Caller):
    """A caller who notes when the bot is audible, by the clock."""

    def __init__(self, quiet: Any) -> None:
        super().__init__(quiet)
        self.bot: list[float] = []

    def hear(self, frame: bytes | None) -> None:
        if frame is not None:
            self.bot.append(time.monotonic())
        super().hear(frame)


@dataclass
class Driver:
    """Calls that stall, some at once."""

    line: Line
    tell: Tell

    def __post_init__(self) -> None:
        self._clock = Clock()
        self._chance = random.Random(7)
        self._said = sayings()
        self._auth = self.line.settings.twilio_auth_token.get_secret_value()

    async def run(self, calls: int) -> list[dict[str, Any]]:
        clock, places = asyncio.create_task(self._clock.run()), asyncio.Semaphore(AT_ONCE)
        async with httpx.AsyncClient(timeout=30) as web:

            async def one(index: int) -> dict[str, Any]:
                async with places:
                    return await self._call(web, index, MOMENTS[index % len(MOMENTS)])

            rows = await asyncio.gather(*(one(index) for index in range(calls)))
        clock.cancel()
        return list(rows)

    async def _call(self, web: httpx.AsyncClient, index: int, moment: str) -> dict[str, Any]:
        sid = new_sid("CA")
        number = await asyncio.to_thread(self.line.open_account, index, "2749")
        token = _token(await self._post(web, "/voice/incoming", sid, number))
        ready = asyncio.Event()
        clip = self._chance.choice(self._said.wishes["balance"])
        caller = StallCaller(ready.set)
        stream = Stalling(self.line.settings.media_socket, caller, call=sid)
        running = asyncio.create_task(stream.run(self._clock, token, self._auth))
        await self._until(moment, caller, ready, clip)
        began, stream.still = time.monotonic(), True
        seconds, streams = await self._next_word(web, sid, number, began, [(stream, caller, running)])
        await self._post(web, "/voice/status", sid, number, "completed")
        row = {"moment": moment, "seconds": round(seconds, 2), "streams": streams}
        self.tell(f"{index + 1}: sound stopped ({moment}), the bot's next word after {seconds:.1f} s, stream {streams}")
        return row

    async def _until(self, moment: str, caller: StallCaller, ready: asyncio.Event, clip: Any) -> None:
        """Wait for the moment at which the sound stops."""
        if moment == "prompt":
            while not caller.bot:
                await asyncio.sleep(0.02)
            await asyncio.sleep(self._chance.uniform(0.2, 2.5))
            return
        await asyncio.wait_for(ready.wait(), LONGEST)
        caller.say(clip)
        length = len(clip.sound) / 8000
        await asyncio.sleep(length * self._chance.uniform(0.2, 0.8) if moment == "word" else length + 0.2)

    async def _next_word(
        self, web: httpx.AsyncClient, sid: str, number: str, began: float, open_ones: list[tuple[Any, StallCaller, Any]]
    ) -> tuple[float, int]:
        """Seconds to the bot's next word, and on which stream of the call it came."""
        silent_since = began
        while time.monotonic() - began < LONGEST:
            _, caller, running = open_ones[-1]
            for at in [at for at in caller.bot if at > silent_since]:
                if at - silent_since >= GAP or len(open_ones) > 1:
                    open_ones[-1][0].stop()
                    return at - silent_since, len(open_ones)
                silent_since = at
            if running.done():
                token = _token(await self._post(web, "/voice/resume", sid, number))
                following = StallCaller(lambda: None)
                stream = Stalling(self.line.settings.media_socket, following, call=sid)
                open_ones.append((stream, following, asyncio.create_task(stream.run(self._clock, token, self._auth))))
            await asyncio.sleep(0.02)
        return LONGEST, len(open_ones)

    async def _post(self, web: httpx.AsyncClient, path: str, sid: str, number: str, status: str = "in-progress") -> str:
        url = self.line.settings.public_url + path
        form = {"CallSid": sid, "From": number, "To": self.line.settings.twilio_number, "CallStatus": status}
        headers = {"X-Twilio-Signature": signature(self._auth, url, form)}
        return (await web.post(url, data=form, headers=headers)).raise_for_status().text


def _token(document: str) -> str:
    return str(re.findall(r'name="token" value="([^"]+)"', document)[0])


def run(settings: Settings, *, many: int = CALLS, tell: Tell = print) -> dict[str, Any]:
    """`many` calls that stall. Raises SupervisorError, MissingModelError."""
    with running_line(settings, tell) as line:
        table = asyncio.run(Driver(line, tell).run(many))
    return {"bench": "stalls", "machine": machine(), "figures": figures(table), "table": table}


def figures(table: list[dict[str, Any]]) -> dict[str, float]:
    """Seconds to the next word, over all and by moment, and how many callers waited longer than is allowed."""
    found: dict[str, float] = {"calls": len(table)}
    for name in ("all", *MOMENTS):
        seconds = [row["seconds"] for row in table if name in ("all", row["moment"])]
        found |= {f"{name}_p50_s": percentile(seconds, 0.5), f"{name}_longest_s": max(seconds, default=0.0)}
    return found | {"over_ten_s": sum(row["seconds"] > ALLOWED for row in table)}
