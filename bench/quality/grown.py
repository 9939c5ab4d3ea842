"""A line that has been called for a year: calls, turns, facts and words, made up and written in bulk."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

import psycopg
from sqlalchemy import Engine, Table, insert

from bench.tools.line import Tell
from ivr.quality.flags import FLAGS
from ivr.quality.places import place_of
from ivr.quality.search.words import BREAK
from ivr.store.models import Agent, Base, Call, CallAgent, CallFacts, CallFlag, CallIntent, CallWords, Turn

TURNS = 10  # in each call
END = datetime(2026, 11, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
AGENTS = 40
BATCH = 2_000  # calls
EVERYDAY = """
the to you a is my i of and please that it for your balance payment account in on have what me can with card this charge
yes no thank be was do not how help due date from late fee person
"""
COMMON = EVERYDAY.split()
INTENTS = ("balance", "payment", "due_date", "transactions", "dispute", "card_problem", "other_banking")
REASONS = ("asked", "dispute", "card_problem", "unclear", "upset")
OUTCOMES = ("resolved",) * 60 + ("handed-off",) * 25 + ("abandoned",) * 10 + ("message",) * 4 + ("failed",)
VOCABULARY = [*COMMON, *(f"w{number}" for number in range(20_000))]
WEIGHTS = list(accumulate(1 / (rank + 2) for rank in range(len(VOCABULARY))))  # as words of a language are spread


@dataclass
class Rows:
    """Rows of some calls, by table."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    turns: list[dict[str, Any]] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)
    agents: list[dict[str, Any]] = field(default_factory=list)
    flags: list[dict[str, Any]] = field(default_factory=list)
    intents: list[dict[str, Any]] = field(default_factory=list)

    def by_table(self) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
        """In the order in which tables refer to each other."""
        named = ((Call, self.calls), (Turn, self.turns), (CallFacts, self.facts), (CallWords, self.words),
                 (CallAgent, self.agents), (CallFlag, self.flags), (CallIntent, self.intents))  # fmt: skip
        for model, rows in named:
            yield Base.metadata.tables[model.__tablename__], rows


def fill(engine: Engine, calls: int, tell: Tell, seed: int = 7) -> None:
    """`calls` finished calls of ten turns, evenly over a year, the same each time."""
    random.seed(seed)
    with engine.begin() as connection:
        connection.execute(insert(Agent), [_agent(number) for number in range(AGENTS)])
    for first in range(0, calls, BATCH):
        rows = Rows()
        for number in range(first, min(first + BATCH, calls)):
            _call(rows, number, END - YEAR * (1 - number / calls))
        with engine.begin() as connection:
            for table, some in rows.by_table():
                _put(connection, table, some)
        if (first // BATCH) % 10 == 9:
            tell(f"{first + BATCH:,} calls")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _put(connection: Any, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """PostgreSQL is given a stream, which takes a fifth of the time."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(insert(table), rows)
        return
    raw: psycopg.Connection[Any] = connection.connection.driver_connection
    columns = ", ".join(f'"{table.c[name].name}"' for name in rows[0])
    with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([json.dumps(value) if isinstance(value, dict | list) else value for value in row.values()])


def _agent(number: int) -> dict[str, Any]:
    return {"email": f"agent{number}@line.test", "name": f"Agent {number}", "password_hash": "", "roles": ["agent"],
            "phone": f"client:agent{number}", "presence": "away", "presence_since": END, "skills": [],
            "languages": ["en"]}  # fmt: skip


def _call(rows: Rows, number: int, at: datetime) -> None:
    sid, outcome, intent = f"CA{number:032}", random.choice(OUTCOMES), random.choice(INTENTS)
    place, seconds = place_of(at), random.uniform(30, 600)
    person = outcome == "handed-off"
    agent = random.randint(1, AGENTS) if person else None
    rows.calls.append(
        {"sid": sid, "caller": f"+1555{number % 60_000:07}", "called": "+15550100000", "started_at": at,
         "ended_at": at + timedelta(seconds=seconds), "stage": "ended", "outcome": outcome, "language": "en",
         "problems": [], "step": 0, "streams": 0}
    )  # fmt: skip
    said: dict[str, list[str]] = {"caller": [], "bot": [], "agent": []}
    for turn in range(TURNS):
        speaker = "caller" if turn % 2 else ("agent" if person and turn > TURNS // 2 else "bot")
        text = " ".join(random.choices(VOCABULARY, cum_weights=WEIGHTS, k=random.randint(3, 15)))
        said[speaker].append(text)
        rows.turns.append(
            {"call_sid": sid, "key": str(turn), "speaker": speaker, "via": "voice", "text": text,
             "start": 6.0 * turn, "end": 6.0 * turn + 4, "words": [], "latency": {}}
        )  # fmt: skip
    rows.words.append(
        {"place": place, "call_sid": sid, **{who: f" {BREAK} ".join([*texts, ""]) for who, texts in said.items()}}
    )
    rows.facts.append(
        {"call_sid": sid, "place": place, "started_at": at, "seconds": seconds, "outcome": outcome, "language": "en",
         "intent": intent, "verified": random.random() < 0.7, "rating": random.choice((None, None, 1, 2, 3, 4, 5, 5)),
         "wait_s": random.expovariate(1 / 15) if person else None, "agent_id": agent,
         "agent_s": seconds / 2 if person else 0.0, "handoff_reason": random.choice(REASONS) if person else None,
         "resolved_by": "person" if person else "bot",
         "misheard": 0, "lowest_confidence": random.random(), "longest_silence": random.expovariate(1 / 2),
         "talk_over": 0.0, "interruptions": 0, "bot_failures": 0, "promises": 0, "promises_kept": 0,
         "repeat_within_7d": False, "story": ["verified-by-pin", "got-balance"]}
    )  # fmt: skip
    rows.intents.append({"call_sid": sid, "intent": intent, "place": place})
    if agent is not None:
        rows.agents.append({"call_sid": sid, "agent_id": agent, "place": place})
    for rank, flag in enumerate(FLAGS, 1):  # from one call in four to one in a few thousand
        if random.random() < 0.5 ** (1 + rank * 0.7):
            rows.flags.append({"call_sid": sid, "flag": flag, "place": place})
