"""How quickly a hand-off goes: request to brief, to ringing, and accept to joined.

    warmline bench handoff [--many CALLS]

The times are those that the hand-off notes of itself as the carrier's callbacks arrive, so the switch's own delays
(its requests to us, and a ring that starts at once) are in them, and a real carrier's are not.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bench.tools.callers import percentile
from bench.tools.line import Tell, running_line
from bench.tools.machine import machine
from ivr.clock import SystemClock
from ivr.desk.agents import set_presence
from ivr.local.scripted_calls import place, put_scripted_agent
from ivr.local.supervisor import PARTS
from ivr.people import roster
from ivr.settings import Settings
from ivr.store.engine import Sessions
from ivr.store.models import Handoff

CALLER = [{"quiet": 1.5}, {"keys": "0"}, {"pause": 40}, "hang_up"]
AGENT = ["answer", {"pause": 0.5}, {"keys": "1"}, {"pause": 5}, "hang_up"]
WARMING = 1  # calls before the first that counts: the worker may still be starting
STEPS = {"brief": ("requested", "briefed"), "ringing": ("requested", "ringing"), "joined": ("accepted", "bridged")}


def run(settings: Settings, *, many: int = 20, at_once: int = 2, tell: Tell = print) -> dict[str, Any]:
    """Places `many` calls, `at_once` at a time, each with an agent who accepts by key. Raises SupervisorError."""
    with running_line(settings, tell, PARTS) as line:
        own, sessions = line.settings, line.sessions
        staff(own, sessions, at_once)
        with ThreadPoolExecutor(at_once) as callers:
            for number in range(WARMING):
                _call(own, number)
            numbers = range(WARMING, WARMING + many)
            for number, _ in enumerate(callers.map(lambda number: _call(own, number), numbers), 1):
                tell(f"{number} of {many} calls")
        with sessions() as tx:
            rows = list(tx.scalars(select(Handoff).order_by(Handoff.id)))[WARMING:]
    table = [_row(row) for row in rows]
    return {"bench": "handoff", "machine": machine(), "figures": figures(table, many), "table": table}


def figures(table: list[dict[str, Any]], calls: int) -> dict[str, float]:
    """Median and 95th percentile of each step in ms; `lost`: calls that never came to speak with the agent."""
    found: dict[str, float] = {}
    for step in STEPS:
        times = [row[f"{step}_ms"] for row in table if row[f"{step}_ms"] is not None]
        found |= {f"{step}_p{share}_ms": round(percentile(times, share / 100), 1) for share in (50, 95) if times}
    return {**found, "calls": calls, "lost": calls - sum(row["joined_ms"] is not None for row in table)}


def staff(settings: Settings, sessions: Sessions, agents: int) -> None:
    """As many agents as callers at once, and one more, so that nobody waits for a wrap-up."""
    now = SystemClock().now()
    for number in range(2 * agents + 1):
        phone = f"client:bench{number}"
        with sessions.begin() as tx:
            agent = roster.add(tx, email=f"bench{number}@bank.test", name=f"Agent {number}", phone=phone, now=now)
            set_presence(tx, agent, "available", now)
        put_scripted_agent(settings, phone, {"steps": AGENT})


def _call(settings: Settings, number: int) -> None:
    place(settings, {"from": f"+1555030{number:04d}", "steps": CALLER}, lambda _event: None)


def _row(row: Handoff) -> dict[str, Any]:
    return {"handoff": row.id, "state": row.state, **{f"{step}_ms": _ms(row, *ends) for step, ends in STEPS.items()}}


def _ms(row: Handoff, first: str, last: str) -> float | None:
    if first not in row.times or last not in row.times:
        return None
    return (datetime.fromisoformat(row.times[last]) - datetime.fromisoformat(row.times[first])).total_seconds() * 1000
