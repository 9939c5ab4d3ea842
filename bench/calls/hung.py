"""How long a webhook takes while Redis stands still, beside what it takes as a rule.

    warmline bench hung [--many SECONDS]

The line's own Redis is stopped by a signal, its sockets open, for as many seconds as it was measured before.
"""

import asyncio
import os
import signal
from typing import Any

from bench.calls.pages import at, calls, words
from bench.tools.line import Tell, running_line
from bench.tools.machine import machine
from ivr.settings import Settings

SECONDS = 60


def run(settings: Settings, *, many: int = SECONDS, tell: Tell = print) -> dict[str, Any]:
    """`many` seconds of calls with Redis, as many without. Raises SupervisorError, MissingModelError."""
    with running_line(settings, tell, ("web",)) as line:
        asyncio.run(calls(line, 3))  # whatever is made at the first call
        usual = asyncio.run(calls(line, many))
        tell(f"With Redis: {words(usual)}")
        redis = line.house.redis_pid
        os.kill(redis, signal.SIGSTOP)
        try:
            hung = asyncio.run(calls(line, many))
        finally:
            os.kill(redis, signal.SIGCONT)
        tell(f"While it stands still: {words(hung)}")
    figures = {
        "webhooks": len(hung), "failed": sum(ms < 0 for ms in hung), "usual_p50_ms": at(usual, 0.5),
        "hung_p50_ms": at(hung, 0.5), "usual_p99_ms": at(usual, 0.99), "hung_p99_ms": at(hung, 0.99),
        "ratio_p50": round(at(hung, 0.5) / at(usual, 0.5), 2),
    }  # fmt: skip
    return {"bench": "hung", "machine": machine(), "figures": figures}
