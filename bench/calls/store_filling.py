"""A database as it is after a year: calls with all that hangs on them, spread over the year up to now."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench.tools.line import Tell
from ivr.clock import SystemClock
from ivr.handoff.state import State
from ivr.store.engine import make_engine
from ivr.store.migrate import upgrade
from ivr.store.models import Agent, Base, Call, Handoff, Offer, Outbox, PresenceSpell, Recording, Turn, Webhook

TURNS = 20  # in a call
DAYS = 365
AGENTS = 20
INTENTS = ("balance", "payment", "due_date", "transactions", "human_agent")
PIECE = 500  # calls written at once
WORDS = "I would like to know what is left on my account please"


def fill(file: Path, turns: int, tell: Tell) -> None:
    """`turns` turns of a year's calls in a new SQLite file."""
    upgrade(f"sqlite:///{file}")
    engine = make_engine(f"sqlite:///{file}")
    calls = max(1, turns // TURNS)
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA synchronous=OFF")
    with engine.begin() as connection:
        connection.execute(insert(Agent), [_agent(number) for number in range(1, AGENTS + 1)])
    everything = _calls(calls)
    written = 0
    while piece := list(islice(everything, PIECE)):
        with engine.begin() as connection:
            for table in (Call, Turn, Handoff, Offer, Recording, PresenceSpell, Outbox, Webhook):
                rows = [row for call in piece for row in call.get(table, ())]
                if rows:
                    connection.execute(insert(table), rows)
        written += len(piece)
        if written % 10_000 < PIECE:
            tell(f"{written:,} of {calls:,} calls")
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    engine.dispose()


def _agent(number: int) -> dict[str, Any]:
    return {
        "id": number, "email": f"agent{number}@bench.test", "name": f"Agent {number}", "password_hash": "",
        "roles": ["agent"], "phone": f"client:agent{number}", "presence": "available",
        "presence_since": SystemClock().now(), "skills": [], "languages": ["en"],
    }  # fmt: skip


def _calls(many: int) -> Iterator[dict[type[Base], list[dict[str, Any]]]]:
    now = SystemClock().now()
    words = [{"word": word, "start": 0.0, "end": 0.2, "confidence": 0.9} for word in WORDS.split()]
    latency = {"wait": 300.0, "listen": 250.0, "decide": 5.0, "speak": 60.0, "total": 615.0}
    dialogue = json.loads(json.dumps({"phase": "talking", "known": {"intent": "balance"}}))
    figures = {
        "answers": [{"at": 1.0, **latency}] * (TURNS // 2), "barge_ins": [120.0], "words_per_minute": {"caller": 140.0},
        "talking": {"caller": 30.0}, "talk_over": 0.5, "silence": 10.0, "longest_silence": 2.0,
    }  # fmt: skip
    for number in range(1, many + 1):
        sid = f"CA{number:032x}"
        at = now - timedelta(days=DAYS) * (1 - number / (many + 1))
        end = at + timedelta(minutes=4)
        intent, passed = INTENTS[number % len(INTENTS)], number % 3 == 0
        rows: dict[type[Base], list[dict[str, Any]]] = {
            Call: [
                {
                    "sid": sid, "caller": f"+1555{number % 400_000:07}", "called": "+15550109000", "started_at": at,
                    "ended_at": end, "stage": "ended", "outcome": "handed-off" if passed else "resolved",
                    "language": "en", "dialogue": dialogue, "step": TURNS, "streams": 1, "problems": [],
                    "figures": figures,
                }
            ],
            Turn: [
                {
                    "call_sid": sid, "key": f"s1.{turn}", "speaker": "bot" if turn % 2 else "caller", "via": "voice",
                    "text": WORDS, "start": turn * 6.0, "end": turn * 6.0 + 5.0, "confidence": 0.9, "played": 1.0,
                    "intent": None if turn % 2 else intent, "words": [] if turn % 2 else words,
                    "latency": latency if turn % 2 else {},
                }
                for turn in range(TURNS)
            ],
            Recording: [
                {
                    "call_sid": sid, "sid": f"RE{number:032x}", "kind": "message" if number % 50 == 0 else "call",
                    "state": "transcribed", "source_url": "", "path": None, "offset": 0.0,
                    "transcript": [{"channel": 1, "text": WORDS, "start": 0.0, "end": 5.0, "words": words}] * 5,
                    "created_at": at, "done_at": end,
                }
            ],
            PresenceSpell: [
                {"agent_id": 1 + number % AGENTS, "presence": "on-call", "began_at": at, "ended_at": end}
            ],
        }  # fmt: skip
        if passed:
            rows[Handoff] = [
                {
                    "id": number, "call_sid": sid, "state": "served", "reason": "asked", "intent": intent,
                    "summary": WORDS, "known": {"intent": intent}, "mood": "calm",
                    "machine": {**State().to_json(), "end": "served"}, "version": 9, "requested_at": at,
                    "agent_id": 1 + number % AGENTS, "times": {"bridged": (at + timedelta(seconds=40)).isoformat()},
                    "kind": "call", "place_at": at, "listeners": [], "brief": {"transcript": [{"text": WORDS}] * 10},
                }
            ]  # fmt: skip
            rows[Offer] = [
                {
                    "handoff_id": number, "number": 1, "agent_id": 1 + number % AGENTS, "offered_at": at,
                    "ended_at": end, "outcome": "accepted",
                }
            ]  # fmt: skip
        if at > now - timedelta(days=9):
            rows[Webhook] = [{"key": f"event:{sid}:{event}", "at": at} for event in range(TURNS + 10)]
            rows[Outbox] = [
                {"topic": "handoff.act", "payload": {"handoff": number}, "due_at": at, "done_at": at, "tries": 1}
                for _ in range(5)
            ]
        yield rows
