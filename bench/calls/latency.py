"""How long a caller waits: from the end of what they say to the first sound of the answer.

    warmline bench latency [--many TURNS] [--data DIR] [--keep DIR]

The end of speech is the last sample that the caller's phone played, the answer the first sample they could hear; where
the line first said that it needs a moment, the answer is what came after. The aims hang on `h`, the time that one
hearing takes on this machine in this run: before the calls and after them. `--keep` keeps both channels of every call
for the analysers of others (bench/calls/kept_calls.py).
"""

import asyncio
import itertools
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench.calls.kept_calls import keep_call
from bench.tools.callers import Caller, Clip, Turn, percentile
from bench.tools.hearing_time import hearing_ms
from bench.tools.line import Line, Tell, running_line
from bench.tools.machine import machine
from bench.tools.sayings import Sayings, sayings
from ivr.cli.switch import config
from ivr.settings import Settings
from ivr.store.models import Call
from ivr.store.models import Turn as Row
from speech.audio import SILENCE
from switch.ports import Line as PhoneLine
from switch.server import Switch

CALLS = (("balance", "bye"), ("transactions", "pay", "bye"), ("due", "bye"))  # what callers want, in turn
YES_NO = {"agreed": "yes", "more": "no", "receipt": "no", "unsure": "yes", "number_ok": "yes"}
ASKS_DIGITS, ASKS_WISH, OTHER = ("pin", "number"), ("open", "else"), ("amount", "source", "date")
LONGEST_CALL = 180.0
ITEMS = ("wait", "listen", "decide", "speak", "total")
AIMS = {"open_p50": (300, 0.5), "open_p95": (450, 1.0), "yes_no_p50": (150, 0.5), "digits_p50": (150, 0.5)}  # ms, of h


def run(
    settings: Settings, data: Path | None = None, *, many: int = 100, keep: Path | None = None, tell: Tell = print
) -> dict[str, Any]:
    """Calls until `many` turns of them were answered; `data` holds recordings. Raises NoDataError, SupervisorError."""
    said = sayings(data)
    hearing = hearing_ms(settings)
    with running_line(settings, tell) as line:
        table = asyncio.run(_measure(line, said, many, keep, tell))
    hearing = (hearing + hearing_ms(settings)) / 2
    found = figures(table) | {"h_ms": round(hearing, 1)} | aims(hearing)
    return {"bench": "latency", "machine": machine(), "figures": found, "table": table}


async def _measure(line: Line, said: Sayings, wanted: int, keep: Path | None, tell: Tell) -> list[dict[str, Any]]:
    switch = Switch(config(line.settings), lambda _: b"")
    await switch.start()
    table: list[dict[str, Any]] = []
    try:
        for number, wishes in enumerate(itertools.islice(itertools.cycle(CALLS), wanted), 1):
            pin, ways = said.pins[number % len(said.pins)]
            caller = await asyncio.to_thread(line.open_account, number, pin)
            phone = _Phone(line, _Answers(said, ways, wishes, number))
            await switch.place(phone, caller)
            async with asyncio.timeout(LONGEST_CALL):
                await phone.over.wait()
            table += _rows(line, phone, number)
            if keep is not None:
                keep_call(keep, number, phone.said, phone.heard, [turn.clip.text for turn in phone.caller.turns])
            done = sum(row["ms"] is not None for row in table)
            tell(f"{done} of {wanted} turns, {number} calls")
            if done >= wanted:
                break
    finally:
        await switch.stop()
    return table


@dataclass
class _Answers:
    """What one caller says to what they are asked; None: they hang up."""

    said: Sayings
    pin: list[Clip]
    wishes: tuple[str, ...]
    seed: int
    left: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self.left = iter(self.wishes)
        self._chance = random.Random(self.seed)

    def to(self, prompt: str) -> Clip | None:
        """`prompt` is the name of the bot's last words, as "pin.ask/1"."""
        asked = prompt.partition(".")[0]
        if asked in ASKS_DIGITS:
            return self._chance.choice(self.pin)
        if asked in YES_NO:
            return self._chance.choice(self.said.answers[YES_NO[asked]])
        if asked in OTHER:
            return self.said.rest[asked]
        wish = next(self.left, None) if asked in ASKS_WISH else None
        return None if wish is None else self._chance.choice(self.said.wishes[wish])


class _Phone:
    """The switch's phone in such a caller's hand. They know what was asked from the line's database."""

    def __init__(self, line: Line, answers: _Answers) -> None:
        self.over = asyncio.Event()
        self.sid = ""
        self.caller = Caller(self._asked)
        self.said, self.heard = bytearray(), bytearray()  # mu-law, from the answer on
        self._line, self._answers = line, answers
        self._far: PhoneLine | None = None
        self._live = False
        self._thinking: asyncio.Task[None] | None = None

    def ring(self, line: PhoneLine) -> None:
        self._far, self.sid = line, line.sid

    def connected(self) -> None:
        self._live = True

    def say(self) -> bytes:
        frame = self.caller.frame() if self._live else SILENCE
        self.said += frame
        return frame

    def hear(self, frame: bytes) -> None:
        self.heard += frame
        if self._live:
            self.caller.hear(None if frame == SILENCE else frame)

    def text(self, body: str) -> None: ...

    def ended(self, status: str) -> None:
        self._live = False
        self.over.set()

    def _asked(self) -> None:
        self._thinking = asyncio.create_task(self._answer())

    async def _answer(self) -> None:
        prompt = await asyncio.to_thread(self._last_prompt)
        if prompt is None:
            return  # the notice before the stream: the bot has said nothing yet
        clip = self._answers.to(prompt)
        if clip is not None:
            self.caller.say(clip)
        elif self._far is not None:
            self._far.hang_up()

    def _last_prompt(self) -> str | None:
        with self._line.sessions() as tx:
            said = select(Row.prompt).where(Row.call_sid == self.sid, Row.speaker == "bot").order_by(Row.id.desc())
            return tx.scalar(said.limit(1))


def _rows(line: Line, phone: _Phone, number: int) -> list[dict[str, Any]]:
    """The call's turns with the line's own account of each answer, where the two agree on how many there were."""
    with line.sessions() as tx:
        call = tx.get(Call, phone.sid)
        kept = list(_account(call.turns)) if call else []
    answered = [turn for turn in phone.caller.turns if turn.ms is not None]
    items = iter(kept if len(kept) == len(answered) else [{}] * len(answered))
    return [_row(turn, number, next(items) if turn.ms is not None else {}) for turn in phone.caller.turns]


def _account(rows: list[Row]) -> Iterator[dict[str, float]]:
    """What the line noted of each answer: of its first words, and of the caller's words that led to them."""
    heard: dict[str, float] = {}
    for row in rows:
        if row.speaker == "caller":
            heard = row.latency
        elif "total" in row.latency:
            yield {**heard, **row.latency}
            heard = {}


def _row(turn: Turn, call: int, latency: dict[str, float]) -> dict[str, Any]:
    row = {"call": call, "kind": turn.clip.kind, "said": turn.clip.text, "cut": turn.cut, "first_sound_ms": turn.ms}
    # "one moment" is a sound, but no answer
    row["ms"] = None if turn.ms is None else round(max(turn.ms, latency.get("total", 0.0)), 1)
    return row | {name: round(latency[name], 1) for name in ITEMS if name in latency}


def aims(hearing: float) -> dict[str, float]:
    """What the delays shall be at most, in ms, where one hearing takes `hearing` ms."""
    return {f"{name}_aim_ms": round(fixed + share * hearing, 1) for name, (fixed, share) in AIMS.items()}


def figures(table: list[dict[str, Any]]) -> dict[str, float]:
    """p50 and p95 over all and by kind of question, the same of each item, and how many were cut off."""
    found: dict[str, list[float]] = defaultdict(list)
    for row in table:
        if row["ms"] is None:
            continue
        found[""].append(row["ms"])
        found[row["kind"].replace("-", "_") + "_"].append(row["ms"])
        for name in ITEMS:
            if name in row:
                found[f"line_{name}_"].append(row[name])
    named = {f"{name}{share}_ms": round(percentile(values, at), 1) for name, values in found.items()
             for share, at in (("p50", 0.5), ("p95", 0.95))}  # fmt: skip
    return named | {"turns": len(found[""]), "cut_off": sum(row["cut"] for row in table)}
