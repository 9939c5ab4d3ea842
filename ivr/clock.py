"""The time, as an argument: real in a process, set by hand in tests."""

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def today(clock: Clock, zone: ZoneInfo) -> date:
    """Which day it is where the line is."""
    return clock.now().astimezone(zone).date()
