"""Days at the desk in virtual time: waits, workload, service level, call-backs; writes docs/desk.md.

One day is luck: a long talk in the rush moves its ninth wait in ten by a minute. What counts is the median of several.
"""

import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench.desk.page import page, plot
from bench.desk.people import CLOSES, OPENS, PEOPLE
from bench.desk.simulation import Day
from bench.tools.machine import machine
from ivr.desk.queue import waited_for_person
from ivr.desk.wallboard import service_level
from ivr.desk.workload import Load, read_load, spread
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.models import Agent, Base, CallBack, Handoff

WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Played:
    """What a day came to: its figures, each agent's load, and how many waited at which time."""

    figures: dict[str, float]
    loads: dict[str, Load]
    queue: list[tuple[datetime, int]]


def run(
    *, many: int = 200, docs: Path = Path("docs"), seed: int = 7, days: int = 8, tell: Callable[[str], None] = print
) -> dict[str, Any]:
    """Plays `days` days of `many` callers each, from `seed` on, and writes desk.md and desk.svg into `docs`."""
    played = []
    for number in range(days):
        tell(f"day {number + 1} of {days}")
        played.append(_play(seed + number, many))
    first = played[0]
    result = {
        "bench": "desk",
        "machine": machine(),
        "figures": {name: round(statistics.median(day.figures[name] for day in played), 3) for name in first.figures},
        "worst": {name: _worst([day.figures[name] for day in played], name) for name in first.figures},
        "days": days,
        "table": [_row(name, load) for name, load in first.loads.items()],
    }
    (docs / "desk.md").write_text(page(result))
    (docs / "desk.svg").write_text(plot({name: load.share for name, load in first.loads.items()}, first.queue, OPENS))
    return result


BETTER_HIGH = ("served", "service_level_20s", "callbacks_reached", "callbacks_kept")


def _worst(values: Sequence[float], name: str) -> float:
    return min(values) if name in BETTER_HIGH else max(values)


def _play(seed: int, many: int) -> Played:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        engine = make_engine(f"sqlite:///{folder}/day.db")
        Base.metadata.create_all(engine)
        day = Day(make_sessions(engine), seed, many)
        day.run()
        loads = _loads(day.sessions)
        figures = _figures(day, loads)
        engine.dispose()
    return Played(figures, loads, day.queue)


def _loads(sessions: Sessions) -> dict[str, Load]:
    until = CLOSES + timedelta(hours=1)
    with sessions() as tx:
        return {agent.name: read_load(tx, agent.id, OPENS, until) for agent in tx.scalars(select(Agent))}


def _figures(day: Day, loads: dict[str, Load]) -> dict[str, float]:
    with day.sessions() as tx:
        rows = list(tx.scalars(select(Handoff)))
        promises = list(tx.scalars(select(CallBack)))
        level = service_level(tx, day.clock.now(), OPENS, WITHIN)
    calls = [row for row in rows if row.kind == "call"]
    waits = sorted(wait for row in calls if (wait := waited_for_person(row, OPENS)) is not None)
    ends = [row.state for row in calls]
    reached = sum(promise.state == "served" for promise in promises)
    return {
        "callers": len(calls),
        "served": ends.count("served"),
        "callback_booked": ends.count("callback-booked"),
        "message_taken": ends.count("message-taken"),
        "caller_left": ends.count("caller-left"),
        "without_an_end": len(calls) - sum(ends.count(end) for end in ENDS),
        "told_nobody_free": len(day.told_nobody_free),
        "told_while_somebody_free": sum(day.told_nobody_free),
        "wait_p50_s": round(statistics.median(waits), 1),
        "wait_p90_s": round(waits[int(len(waits) * 0.9)], 1),
        "wait_longest_s": round(waits[-1], 1),
        "service_level_20s": round(level or 0.0, 3),
        "callbacks": len(promises),
        "callbacks_reached": reached,
        "callbacks_missed": sum(promise.state == "given-up" for promise in promises),
        "callbacks_still_owed": sum(promise.state in ("booked", "trying") for promise in promises),
        "callbacks_kept": round(sum(bool(promise.attempts) for promise in promises) / len(promises), 3)
        if promises
        else 1,
        "spread_among_equals": round(max(map(spread, _equals(loads))), 3),
    }


ENDS = ("served", "callback-booked", "message-taken", "caller-left")


def _equals(loads: dict[str, Load]) -> Sequence[list[Load]]:
    """Agents of one shift, skills and languages."""
    groups: dict[tuple[Any, ...], list[Load]] = defaultdict(list)
    for person in PEOPLE:
        groups[person.equals].append(loads[person.name])
    return list(groups.values())


def _row(name: str, load: Load) -> dict[str, Any]:
    return {
        "agent": name,
        "hours": round(load.present / 3600, 2),
        "calls": load.calls,
        "talk_minutes": round(load.talk / 60),
        "wrap_up_minutes": round(load.wrap_up / 60),
        "break_minutes": round(load.breaks / 60),
        "declines": load.declines,
        "missed": load.missed,
        "share_of_working_time": round(load.share, 3),
    }
