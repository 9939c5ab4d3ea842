"""How long a reviewer waits for a page of found calls, on SQLite and on PostgreSQL.

    warmline bench search [--many CALLS]

Each database is filled with `many` calls of ten turns. A page is 50 calls with their sentences, as the list shows it.
The mix is of words that are rare and in nearly every call, phrases, beginnings, exclusions, one speaker's words, facts
alone and with words, and pages further down.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from bench.quality.databases import grown_lines
from bench.quality.grown import END
from bench.tools.callers import percentile
from bench.tools.line import Tell
from bench.tools.machine import machine
from ivr.quality.places import place_of
from ivr.quality.search.filters import Filters, filters_of
from ivr.settings import Settings
from ivr.store.engine import Sessions
from ivr.web.pages.quality.calls_screen import read_calls

ROUNDS = 5
MIX = (
    "", "range=last-week", "outcome=failed", "rating=low", "agent=7", "flag=misheard", "flag=promise-broken",
    "wait=30", "wait=30&range=30-days", "silence=20", "agent=7&flag=dead-air", "intent=dispute&outcome=abandoned",
    "q=the", "q=balance", "q=w9000", "q=w120", "q=the+balance", "q=%22late+fee%22", "q=%22to+you%22", "q=w12*",
    "q=balance+-payment", "q=the+-to", "q=charge&speaker=agent", "q=balance&outcome=failed", "q=the&rating=low",
    "q=the&flag=promise-broken", "q=balance&agent=7&range=30-days", "q=w300&range=last-week", "q=w9000+the",
    "q=w15000&speaker=caller", "q=the&range=today",
)  # fmt: skip


def run(settings: Settings, *, many: int = 100_000, tell: Tell = print) -> dict[str, Any]:
    """Milliseconds for a page, by database: the median, the 95th percentile, and the slowest search of the mix."""
    figures: dict[str, float] = {"calls": many}
    slowest: dict[str, dict[str, float]] = {}
    for name, sessions in grown_lines(settings, many, tell):
        tell(f"{name}: searching")
        times = _measured(sessions, tell)
        every = [ms for rounds in times.values() for ms in rounds]
        worst = sorted(times, key=lambda query: -max(times[query]))[:5]
        slowest[name] = {query or "(all)": round(max(times[query]), 1) for query in worst}
        figures |= {
            f"{name}_p50_ms": round(percentile(every, 0.5), 1),
            f"{name}_p95_ms": round(percentile(every, 0.95), 1),
            f"{name}_longest_ms": round(max(every), 1),
        }
    return {"bench": "search", "machine": machine(), "figures": figures, "slowest": slowest}


def _measured(sessions: Sessions, tell: Tell) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {}
    for turn in range(ROUNDS + 1):
        for query in MIX:
            took = _took(lambda query=query, turn=turn: _page(sessions, query, turn))  # type: ignore[misc]
            if turn:  # the first round warms the caches, as a day's first reviewer does
                times.setdefault(query, []).append(took)
    for query, rounds in sorted(times.items(), key=lambda one: -max(one[1]))[:5]:
        tell(f"  {query or '(all)'}: {max(rounds):.1f} ms")
    return times


def _page(sessions: Sessions, query: str, turn: int) -> None:
    """The newest page, and in later rounds one that begins some months back."""
    filters: Filters = filters_of(MultiDict(parse_qsl(query)), END, ZoneInfo("UTC"))
    before = place_of(END - timedelta(days=40 * (turn - 1))) if turn > 1 and "range" not in query else None
    with sessions() as tx:
        read_calls(tx, filters, before)


def _took(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)
