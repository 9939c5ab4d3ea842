"""The bot hears itself: are its prompts spoken to their end, and does it stop for a caller (--data).

    warmline bench echo --data DIR [--many N]

A caller's line gives back what is played on it (bench/tools/echoes.py). First callers who say nothing: every prompt
must be heard to its end, and nobody may have said anything. Then `many` callers in each of some rooms who speak over
the greeting, with the clips of bench/speech/interruptions.py, of which nothing was learnt and with which nothing was
set.
"""

import asyncio
import random
import re
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from sqlalchemy import select

from bench.speech.interruptions import WITHIN, interruptions
from bench.tools.callers import Caller, first_sound, percentile
from bench.tools.echoes import Returning, Room
from bench.tools.line import Line, Tell, running_line
from bench.tools.machine import machine
from bench.tools.streams import TICK, Clock, Stream
from ivr.settings import Settings
from ivr.store.models import Turn
from speech.audio import FRAME, RATE, Samples
from switch.sids import new_sid
from switch.signature import signature

NOISE = -58.0  # dBFS
CONTROL = "no echo"
NO_ECHO = Room(db=-200.0, noise=NOISE)
GRID = [Room((way,), db, noise) for way, db, noise in product(
    (100.0, 250.0, 600.0), (-6.0, -10.0, -20.0, -30.0, -40.0), (None, NOISE)
)]  # fmt: skip
SIBLINGS = [
    Room((20.0,), -10.0),
    Room((800.0,), -10.0, NOISE),
    Room((250.0,), -50.0),
    Room((137.3,), -10.0, NOISE, band=True),
    Room((100.0, 430.0), -10.0, NOISE),
    Room((250.0,), -6.0, NOISE, clipped=True),
    Room((250.0,), -20.0, clipped=True, band=True),
    Room((250.0,), -10.0, NOISE, jitter=0.05),
]
OVER = [
    NO_ECHO,
    Room((100.0,), -10.0),
    Room((250.0,), -6.0, NOISE),
    Room((250.0,), -20.0, NOISE),
    Room((600.0,), -10.0, NOISE, band=True),
    Room((250.0,), -30.0),
    Room((250.0,), -6.0, NOISE, clipped=True),
]
AT_ONCE = 3  # calls
WATCHED = 14.0  # seconds, and until the bot rests
RESTS = 1.5  # seconds: longer than the longest echo
AT = (0.5, 5.0)  # seconds after the bot's first sound at which a caller begins
STOPS = 3.0  # seconds waited for it to stop


class Echoing(Caller):
    """A caller on a line that gives back what it plays, who says `clip` when the bot has spoken for `at` seconds."""

    def __init__(self, room: Room, seed: int, clip: Samples | None = None, at: float = 0.0) -> None:
        super().__init__(lambda: None)
        self._line, self._clip, self._at = Returning(room, seed), clip, at
        self._played: bytes | None = None
        self._frames, self._silent = 0, 0
        self._spoken: float | None = None  # when the bot began
        self.began: float | None = None  # when the caller did; seconds of the stream, all of them

    @property
    def now(self) -> float:
        return self._frames * TICK

    @property
    def rested(self) -> float:
        """For how long nothing was heard."""
        return self._silent * TICK

    def frame(self) -> bytes:
        self._frames += 1
        if self.began is None and self._clip is not None and self._spoken is not None:
            self.began = self.now if self.now - self._spoken >= self._at else None
        return self._line.frame(self._played, self._says())

    def hear(self, frame: bytes | None) -> None:
        self._played = frame
        sounds = frame is not None and first_sound(frame) is not None
        self._silent = 0 if sounds else self._silent + 1
        if sounds and self._spoken is None:
            self._spoken = self.now

    def _says(self) -> Samples | None:
        if self._clip is None or self.began is None:
            return None
        start = round((self.now - self.began) * RATE)
        said = self._clip[start : start + FRAME]
        return np.pad(said, (0, FRAME - len(said)))


@dataclass(frozen=True, slots=True)
class Script:
    """One call: on what line, what is said, and how many seconds into the prompt."""

    room: Room
    seed: int
    clip: Samples | None = None
    at: float = 0.0


def run(settings: Settings, data: Path, *, many: int = 50, tell: Tell = print, grid: bool = True) -> dict[str, Any]:
    """Silent callers in all rooms if `grid`, and `many` who interrupt in some. Raises SupervisorError, NoDataError."""
    clips, chance = interruptions(data, many), random.Random(4)
    silent = [Script(room, number) for number, room in enumerate([NO_ECHO, *GRID, *SIBLINGS] if grid else [])]
    ats = [chance.uniform(*AT) for _ in clips]
    over = [
        Script(room, number, clip, at)
        for room in OVER
        for number, (clip, at) in enumerate(zip(clips, ats, strict=True))
    ]
    with running_line(settings, tell) as line:
        table = asyncio.run(Calls(line, tell).play([*silent, *over]))
    return {"bench": "echo", "machine": machine(), "figures": figures(table), "table": table}


class Calls:
    """Scripts played on a line, some at once."""

    def __init__(self, line: Line, tell: Tell) -> None:
        self._line, self._tell, self._clock = line, tell, Clock()

    async def play(self, scripts: list[Script]) -> list[dict[str, Any]]:
        clock = asyncio.create_task(self._clock.run())
        room = asyncio.Semaphore(AT_ONCE)
        done = 0
        async with httpx.AsyncClient(timeout=30) as web:

            async def one(script: Script) -> dict[str, Any]:
                nonlocal done
                async with room:
                    row = await self._call(web, script)
                done += 1
                if done % 20 == 0:
                    self._tell(f"{done} of {len(scripts)} calls")
                return row

            rows = await asyncio.gather(*map(one, scripts))
        clock.cancel()
        return list(rows)

    async def _call(self, web: httpx.AsyncClient, script: Script) -> dict[str, Any]:
        sid, number = new_sid("CA"), f"+1555{random.randrange(10**7):07d}"
        document = await self._post(web, "/voice/incoming", sid, number, "in-progress")
        [token] = re.findall(r'name="token" value="([^"]+)"', document)
        caller = Echoing(script.room, script.seed, script.clip, script.at)
        stream = Stream(self._line.settings.media_socket, caller, call=sid)
        running = asyncio.create_task(stream.run(self._clock, token, self._auth))
        while not running.done() and not _over(caller, stream):
            await asyncio.sleep(TICK)
        stream.stop()
        await running
        await self._post(web, "/voice/status", sid, number, "completed")
        return _row(script, caller, stream) | await asyncio.to_thread(self._written, sid)

    def _written(self, sid: str) -> dict[str, Any]:
        with self._line.sessions() as tx:
            turns = tx.scalars(select(Turn).where(Turn.call_sid == sid)).all()
        prompts = [turn.played for turn in turns if turn.speaker == "bot"]
        said = [turn.text for turn in turns if turn.speaker == "caller"]
        return {"prompts": len(prompts), "whole": sum(heard == 1.0 for heard in prompts), "turns": len(said)}

    async def _post(self, web: httpx.AsyncClient, path: str, sid: str, number: str, status: str) -> str:
        url = self._line.settings.public_url + path
        form = {"CallSid": sid, "From": number, "To": self._line.settings.twilio_number, "CallStatus": status}
        headers = {"X-Twilio-Signature": signature(self._auth, url, form)}
        return (await web.post(url, data=form, headers=headers)).raise_for_status().text

    @property
    def _auth(self) -> str:
        return self._line.settings.twilio_auth_token.get_secret_value()


def _over(caller: Echoing, stream: Stream) -> bool:
    if caller.began is None:
        return caller.now >= WATCHED and caller.rested >= RESTS
    return caller.now - caller.began >= STOPS or any(time >= caller.began for time in stream.cleared)


def _row(script: Script, caller: Echoing, stream: Stream) -> dict[str, Any]:
    row: dict[str, Any] = {"room": CONTROL if script.room is NO_ECHO else script.room.name}
    if script.clip is None:
        return row | {"interrupts": False, "cleared": len(stream.cleared)}
    began = caller.began if caller.began is not None else float("inf")
    stops = [round(1000 * (time - began)) for time in stream.cleared if time >= began]
    early = sum(time < began for time in stream.cleared)
    return row | {"interrupts": True, "cleared": early, "stopped_ms": stops[0] if stops else None}


def figures(table: list[dict[str, Any]]) -> dict[str, float]:
    """Of the silent callers in all rooms, and of those who interrupt: over any echo, and by room."""
    silent, over = ([row for row in table if row["interrupts"] is kind] for kind in (False, True))
    found = {"clears before anybody spoke": float(sum(row["cleared"] for row in table))}
    if silent:
        heard, prompts = (sum(row[name] for row in silent) for name in ("whole", "prompts"))
        found |= {"prompts": prompts, "heard to their end %": 100 * heard / prompts}
        found |= {"turns that nobody spoke": sum(row["turns"] for row in silent)}
    if echoed := [row for row in over if row["room"] != CONTROL]:
        found |= _stops(echoed, "over an echo")
    for room in dict.fromkeys(row["room"] for row in over):
        found |= _stops([row for row in over if row["room"] == room], room)
    return {name: round(value, 1) for name, value in found.items()}


def _stops(rows: list[dict[str, Any]], room: str) -> dict[str, float]:
    stops = [row["stopped_ms"] for row in rows if row["stopped_ms"] is not None]
    soon = sum(stop <= 1000 * WITHIN for stop in stops)
    figures = {"stopped %": 100 * len(stops) / len(rows), "within 250 ms %": 100 * soon / len(rows)}
    figures |= {"p50 ms": percentile(stops, 0.5), "p95 ms": percentile(stops, 0.95)}
    return {f"{name}: {room}": value for name, value in figures.items()}
