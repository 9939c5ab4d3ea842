"""What the pages of the desk have in common."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from ivr.clock import Clock
from ivr.store.engine import Sessions
from ivr.web.pages.phone import Phones


@dataclass(frozen=True)
class PageContext:
    """Where rows are read, what time it is, and in which zone days begin and times are shown.

    `phones` are those that people have in their browser; `hear_originals` are the roles that may hear recordings with
    their secrets, each time for a reason.
    """

    sessions: Sessions
    clock: Clock
    time_zone: str = "UTC"
    phones: Phones = field(default_factory=Phones)
    hear_originals: frozenset[str] = frozenset()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
