"""What the pages of the desk have in common."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ivr.clock import Clock
from ivr.store.engine import Sessions


@dataclass(frozen=True)
class PageContext:
    """Where rows are read, what time it is, and in which zone days begin and times are shown.

    `phone_url` is the browser phone's page, given `?as=client:<name>`; empty: no phone on the pages.
    """

    sessions: Sessions
    clock: Clock
    time_zone: str = "UTC"
    phone_url: str = ""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
