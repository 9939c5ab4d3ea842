"""A day at the desk in virtual time: waits, workload, service level, call-backs; writes docs/desk.md."""

import statistics
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
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


def run(*, many: int = 200, docs: Path = Path("docs"), seed: int = 7) -> dict[str, Any]:
    """Plays the day of `many` callers, and writes desk.md and desk.svg into `docs`."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        engine = make_engine(f"sqlite:///{folder}/day.db")
        Base.metadata.create_all(engine)
        day = Day(make_sessions(engine), seed, many)
        day.run()
        loads = _loads(day.sessions)
        result = {
            "bench": "desk",
            "machine": machine(),
            "figures": _figures(day, loads),
            "table": [_row(name, load) for name, load in loads.items()],
        }
        engine.dispose()
    (docs / "desk.md").write_text(page(result))
    (docs / "desk.svg").write_text(plot({name: load.share for name, load in loads.items()}, day.queue, OPENS))
    return result


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
