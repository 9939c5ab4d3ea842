"""How long callers waited for the bot's answers lately, as a small histogram."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.calls.stats import BOUNDS, histogram
from ivr.store.models import Call, Turn

LATELY = timedelta(days=1)


@dataclass(frozen=True)
class Bar:
    """Answers within `upto` ms and slower than the bar before; None: all that were slower. `height` in percent."""

    upto: float | None
    count: int
    height: float


@dataclass(frozen=True)
class LatencyHistogram:
    """The last day's answers; `p50` and `p95` in ms, None without any."""

    count: int
    p50: float | None
    p95: float | None
    bars: Sequence[Bar]


def read_latency(tx: Session, now: datetime) -> LatencyHistogram:
    """Of all calls that began in the last day."""
    wait = Turn.latency["total"].as_float()  # read by the database: a busy day has many, and the board asks often
    lately = select(Call.sid).where(Call.started_at >= now - LATELY)
    query = select(wait).where(Turn.call_sid.in_(lately), Turn.speaker == "bot", wait.is_not(None))
    return summarise(tx.scalars(query).all())


def summarise(waits: Sequence[float]) -> LatencyHistogram:
    """Percentiles are waits that happened: the nearest rank."""
    ordered, counts = sorted(waits), histogram(waits)
    most = max(counts) or 1
    bars = [Bar(upto, count, 100 * count / most) for upto, count in zip((*BOUNDS, None), counts, strict=True)]
    return LatencyHistogram(len(ordered), _percentile(ordered, 0.5), _percentile(ordered, 0.95), bars)


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None
