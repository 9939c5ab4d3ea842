"""How long a reviewer waits for the figures of a period over a year's calls, on SQLite and on PostgreSQL.

    warmline bench figures [--many CALLS]

Each database is filled as for the search. A page is all that it reads: two periods, trends and brakes. `cpu` is what
this process works for it, which does not depend on what else the machine does; PostgreSQL works in its own.
"""

import time
from typing import Any
from zoneinfo import ZoneInfo

from bench.quality.databases import grown_lines
from bench.quality.grown import END
from bench.tools.callers import percentile
from bench.tools.line import Tell
from bench.tools.machine import machine
from ivr.quality.figures.periods import PERIODS, PeriodName
from ivr.settings import Settings
from ivr.store.engine import Sessions
from ivr.web.pages.quality.figures_screen import read_figures

ROUNDS, SERVICE_SECONDS = 40, 20.0
ZONE = ZoneInfo("Australia/Sydney")  # its clocks change within the last thirty days


def run(settings: Settings, *, many: int = 100_000, tell: Tell = print) -> dict[str, Any]:
    """Milliseconds for a page, by database and period."""
    figures: dict[str, float] = {"calls": many}
    for name, sessions in grown_lines(settings, many, tell):
        figures |= {f"{name}_{key}": value for key, value in _measured(sessions, tell).items()}
    return {"bench": "figures", "machine": machine(), "figures": figures}


def _measured(sessions: Sessions, tell: Tell) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in PERIODS:
        _page(sessions, name)  # warms the caches, as a day's first reviewer does
        took = [_page(sessions, name) for _ in range(ROUNDS)]
        waits, work = [wait for wait, _ in took], [cpu for _, cpu in took]
        found |= {f"{name}_p50_ms": percentile(waits, 0.5), f"{name}_p95_ms": percentile(waits, 0.95)}
        found[f"{name}_p95_cpu_ms"] = percentile(work, 0.95)
        tell(f"  {name}: {found[f'{name}_p95_ms']:.1f} ms")
    return {key: round(value, 1) for key, value in found.items()}


def _page(sessions: Sessions, name: PeriodName) -> tuple[float, float]:
    """Milliseconds by the clock, and of this process's work."""
    start, cpu = time.perf_counter(), time.process_time()
    with sessions() as tx:
        read_figures(tx, name, END, ZONE, SERVICE_SECONDS)
    return 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu)
