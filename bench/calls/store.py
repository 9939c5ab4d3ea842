"""How long a caller's words wait for a grown SQLite file while all else is at work.

    warmline bench store [--many TURNS]

The file is filled once for each number of turns, in `bench/` of the data folder, and copied for each run. Board,
agents' pages, QA's list, brake, metrics, sweeps and purge then work in processes of their own, as they do on a line,
while the words of `LIVE` callers are written at the pace of a busy hour.
"""

import multiprocessing
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.calls.store_filling import fill
from bench.tools.callers import percentile
from bench.tools.line import Tell
from bench.tools.machine import machine
from ivr.calls.dialogue_service import DialogueService
from ivr.calls.dialogue_steps import DialogueSteps
from ivr.calls.opening import Opening
from ivr.calls.pin_guard import PinGuard
from ivr.calls.queries import Queries
from ivr.calls.service import CallService
from ivr.clock import SystemClock
from ivr.desk.bot_brake import Brakes
from ivr.dialogue.events import Resumed
from ivr.dialogue.meaning import Meaning
from ivr.handoff.request import request_handoff
from ivr.ledger.sql import SqlLedger
from ivr.metrics.line import LineCollector
from ivr.quality.search.filters import Filters
from ivr.recordings.retention import purge_older
from ivr.recordings.storage import RecordingFiles
from ivr.settings import Settings
from ivr.store import outbox
from ivr.store.batches import in_batches
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.idempotency import forget_old
from ivr.store.migrate import upgrade
from ivr.store.models import Agent
from ivr.web.pages.agent_messages import read_messages
from ivr.web.pages.agent_screen import read_day, read_line, read_screen
from ivr.web.pages.latency_histogram import read_latency
from ivr.web.pages.quality.calls_screen import read_calls
from ivr.web.pages.quality.review_screen import read_review
from ivr.web.pages.wallboard_screen import read_view
from speech.events import UserTurn

LIVE = 50  # callers at once
PACE = 20.0  # writes a second
KEEP = timedelta(days=90)
UTC_ZONE = ZoneInfo("UTC")


class Quiet:
    """Nobody hears the news."""

    def publish(self, topic: str, kind: str, ref: str = "") -> None:
        pass


def run(settings: Settings, *, many: int = 1_000_000, seconds: float = 60.0, tell: Tell = print) -> dict[str, Any]:
    """The waits of the writes with nobody beside them and with everybody, in ms.

    The file holds `many` turns; to fill it takes about `many` / 10,000 seconds, once.
    """
    kept = settings.data_dir.absolute() / "bench" / f"store-{many}.db"
    if not kept.exists():
        tell(f"Filling {kept} with {many:,} turns")
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        fill(draft, many, tell)
        draft.rename(kept)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        file = Path(folder) / "warmline.db"
        shutil.copyfile(kept, file)
        upgrade(f"sqlite:///{file}")  # a file of an older version is worth as much
        figures = _measure(file, seconds, tell)
    return {"bench": "store", "machine": machine(), "figures": {"turns": many, **figures}}


def _measure(file: Path, seconds: float, tell: Tell) -> dict[str, float]:
    tell("Writing with nobody beside")
    alone = _write(file, seconds / 4)
    context = multiprocessing.get_context("spawn")
    stop, done, ready = context.Event(), context.Queue(), context.Barrier(len(WORKS) + 1, timeout=300)
    beside = [context.Process(target=_beside, args=(name, file, ready, stop, done)) for name in WORKS]
    for process in beside:
        process.start()
    ready.wait()
    tell(f"Writing beside {', '.join(WORKS)}")
    together = _write(file, seconds)
    stop.set()
    rounds: dict[str, tuple[int, float]] = dict(done.get(timeout=120) for _ in beside)
    for process in beside:
        process.join()
    waits = {"alone": alone, "beside": together}
    return {
        **{
            f"{name}_{what}_ms": round(value, 1)
            for name, ms in waits.items()
            for what, value in (("p50", percentile(ms, 0.5)), ("p99", percentile(ms, 0.99)), ("longest", max(ms)))
        },
        "writes": len(together),
        **{f"{name}_rounds": count for name, (count, _) in rounds.items()},
        **{f"{name}_longest_ms": round(longest, 1) for name, (_, longest) in rounds.items()},
    }


def _write(file: Path, seconds: float) -> list[float]:
    """Callers' words at an even pace, whether or not the last one has been written: ms from when each was due."""
    sessions = _open(file)
    clock, mark = SystemClock(), time.time_ns()
    ledger = SqlLedger(sessions, clock)
    steps = DialogueSteps(clock, UTC_ZONE, request_handoff)
    calls = CallService(sessions, clock, Quiet(), steps, notice="en-bench")
    queries, opening = Queries(ledger, PinGuard(sessions, clock, ledger)), Opening(ledger, "Bench Bank")
    dialogue = DialogueService(sessions, clock, Quiet(), steps, _nothing, queries, opening)
    sids = [f"CA{mark + number:032x}"[:34] for number in range(LIVE)]
    for sid in sids:
        connected = dialogue.connect(sid, calls.answer(sid, f"+1555{mark % 10_000_000:07}", "+15550109000").token)
        dialogue.apply(sid, dialogue.opening(connected), "s1.0")
    waits: list[float] = []
    begun = time.monotonic()
    for number in range(int(seconds * PACE)):
        due = begun + number / PACE
        time.sleep(max(0.0, due - time.monotonic()))
        at = float(number)
        dialogue.apply(
            sids[number % LIVE], Resumed(), f"s1.{number + 1}", UserTurn("what was that", 0.9, (), at, at + 1.0, {})
        )
        waits.append(1000 * (time.monotonic() - due))
    for sid in sids:
        calls.ended(sid, "completed")
    sessions.engine.dispose()
    return waits


def _nothing(_text: str, _expect: object, _today: object) -> Meaning:
    return Meaning("out_of_scope", 0.9)


def _open(file: Path) -> Sessions:
    return make_sessions(make_engine(f"sqlite:///{file}"))


# --- what goes on beside: a round of each, and how long it pauses before the next ---


def _beside(name: str, file: Path, ready: Barrier, stop: Event, done: Any) -> None:
    work, pause = WORKS[name]
    sessions, rounds, longest = _open(file), 0, 0.0
    ready.wait()
    while not stop.is_set():
        begun = time.monotonic()
        work(sessions, SystemClock().now())
        longest = max(longest, time.monotonic() - begun)
        rounds += 1
        stop.wait(pause)
    done.put((name, (rounds, 1000 * longest)))


def _pages(sessions: Sessions, now: datetime) -> None:
    """The board and every agent's page, as a piece of news makes them be asked for again."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with sessions() as tx:
        read_view(tx, now, midnight, 20.0)
        read_latency(tx, now)
    with sessions() as tx:
        read_messages(tx)
        for agent_id in _agents(sessions):
            read_line(tx, agent_id, now)
            read_screen(tx, agent_id, now)
            read_day(tx, agent_id, now, UTC_ZONE)


def _quality(sessions: Sessions, _now: datetime) -> None:
    for outcome in (None, "resolved", "handed-off"):
        with sessions() as tx:
            found = read_calls(tx, Filters(outcome=outcome))
            if found.rows:
                read_review(tx, random.choice(found.rows).facts.call_sid)


def _brake(sessions: Sessions, _now: datetime) -> None:
    Brakes(sessions, SystemClock(), Quiet(), floor=2.0).watch()  # type: ignore[arg-type]


def _metrics(sessions: Sessions, _now: datetime) -> None:
    list(LineCollector(sessions, SystemClock()).collect())


def _purge(sessions: Sessions, now: datetime) -> None:
    purge_older(sessions, now - KEEP, SystemClock(), RecordingFiles(Path("/nowhere").as_uri()))


def _sweeps(sessions: Sessions, now: datetime) -> None:
    in_batches(sessions, lambda tx: forget_old(tx, now))
    in_batches(sessions, lambda tx: outbox.forget_done(tx, now))
    with sessions() as tx:
        outbox.due(tx, now)


def _agents(sessions: Sessions) -> Sequence[int]:
    with sessions() as tx:
        return [agent.id for agent in tx.query(Agent)]


WORKS: dict[str, tuple[Callable[[Sessions, datetime], None], float]] = {
    "pages": (_pages, 1.0),
    "quality": (_quality, 2.0),
    "brake": (_brake, 5.0),
    "metrics": (_metrics, 5.0),
    "sweeps": (_sweeps, 1.0),
    "purge": (_purge, 1.0),
}
