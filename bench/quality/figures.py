"""How long a reviewer waits for the figures of a period over a year's calls, on SQLite and on PostgreSQL.

    warmline bench figures [--many CALLS]

Each database is filled as for the search. A page is all that it reads: two periods, trends and brakes. `cpu` is what
this process works for it, which does not depend on what else the machine does; PostgreSQL works in its own.
"""

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.quality.grown import END, fill
from bench.tools.callers import percentile
from bench.tools.line import Tell
from bench.tools.machine import machine
from bench.tools.postgres import running_postgres
from ivr.quality.figures.periods import PERIODS, PeriodName
from ivr.quality.figures.report import Aims
from ivr.settings import Settings
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.migrate import upgrade
from ivr.web.pages.quality.figures_screen import read_figures

ROUNDS = 40
ZONE = ZoneInfo("Australia/Sydney")  # its clocks change within the last thirty days


def run(settings: Settings, *, many: int = 100_000, tell: Tell = print) -> dict[str, Any]:
    """Milliseconds for a page, by database and period."""
    figures: dict[str, float] = {"calls": many}
    folder = settings.data_dir.absolute() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        file = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder))) / "warmline.db"
        urls = {"sqlite": f"sqlite:///{file}"}
        try:
            urls["postgresql"] = stack.enter_context(running_postgres())
        except ImportError:
            tell("PostgreSQL is left out: it comes with the tools for tests.")
        for name, url in urls.items():
            tell(f"{name}: writing {many:,} calls")
            figures |= {f"{name}_{key}": value for key, value in _measured(url, many, tell).items()}
    return {"bench": "figures", "machine": machine(), "figures": figures}


def _measured(url: str, many: int, tell: Tell) -> dict[str, float]:
    upgrade(url)
    engine = make_engine(url, patient=True)
    fill(engine, many, tell)
    engine.dispose()
    sessions = make_sessions(make_engine(url))
    found: dict[str, float] = {}
    for name in PERIODS:
        _page(sessions, name)  # warms the caches, as a day's first reviewer does
        took = [_page(sessions, name) for _ in range(ROUNDS)]
        waits, work = [wait for wait, _ in took], [cpu for _, cpu in took]
        found |= {f"{name}_p50_ms": percentile(waits, 0.5), f"{name}_p95_ms": percentile(waits, 0.95)}
        found[f"{name}_p95_cpu_ms"] = percentile(work, 0.95)
        tell(f"  {name}: {found[f'{name}_p95_ms']:.1f} ms")
    sessions.engine.dispose()
    return {key: round(value, 1) for key, value in found.items()}


def _page(sessions: Sessions, name: PeriodName) -> tuple[float, float]:
    """Milliseconds by the clock, and of this process's work."""
    start, cpu = time.perf_counter(), time.process_time()
    with sessions() as tx:
        read_figures(tx, name, END, ZONE, Aims())
    return 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu)
