"""Does anything grow: ten calls at once for an hour, looked at every minute.

    warmline bench soak [--many MINUTES]

The callers are those of bench.calls.capacity. A trend is the slope of a straight line through the minutes after the
first ones, in which caches fill; it is told for an hour.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.calls.capacity import Driver
from bench.tools.line import Tell, running_line
from bench.tools.machine import machine
from bench.tools.sayings import sayings
from ivr.settings import Settings

CALLS, MINUTES = 10, 60
WARM = 5  # minutes in which caches fill
MINUTE = 60.0  # seconds
GROWING = ("media_mb", "threads", "files", "late_frame_ms", "p95_ms")


def run(settings: Settings, *, many: int = MINUTES, calls: int = CALLS, tell: Tell = print) -> dict[str, Any]:
    """`calls` at once for `many` minutes. Raises SupervisorError, MissingModelError."""
    with running_line(settings, tell) as line:
        table = asyncio.run(_soak(Driver(line, sayings(), tell), many, calls))
    return {"bench": "soak", "machine": machine(), "figures": figures(table), "table": table}


async def _soak(driver: Driver, minutes: int, calls: int) -> list[dict[str, Any]]:
    table: list[dict[str, Any]] = []
    async with driver.calling():
        await driver.be(calls)
        for minute in range(1, minutes + 1):
            row = await driver.measure(MINUTE)
            table.append({"minute": minute} | row | _held(driver.line.house.pid("media")))
            driver.tell(_in_words(table[-1], minutes))
    return table


def _held(pid: int) -> dict[str, int]:
    """Threads and open files of a process."""
    process = Path(f"/proc/{pid}")
    return {"threads": len(list((process / "task").iterdir())), "files": len(list((process / "fd").iterdir()))}


def figures(table: Sequence[dict[str, Any]]) -> dict[str, float]:
    """First and last value of what might grow, and its trend over an hour after the first minutes."""
    later = table[WARM:] if len(table) > 2 * WARM else table
    found: dict[str, float] = {"answers": sum(row["answers"] for row in table)}
    for name in GROWING:
        values = [float(row[name]) for row in later]
        slope = np.polyfit([row["minute"] for row in later], values, 1)[0] if len(values) > 1 else 0.0
        found |= {
            f"{name}_first": values[0],
            f"{name}_last": values[-1],
            f"{name}_an_hour": round(60 * float(slope), 2),
        }
    return found


def _in_words(row: dict[str, Any], minutes: int) -> str:
    return (
        f"minute {row['minute']} of {minutes}: p95 {row['p95_ms']:.0f} ms of {row['answers']} answers, latest frame "
        f"{row['late_frame_ms']} ms, {row['media_mb']:.0f} MB, {row['threads']} threads, {row['files']} files"
    )
