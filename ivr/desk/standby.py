"""Who is at the desk, kept ready on disk: a caller is led to a person while no store answers."""

import json
import logging
import os
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import case, select

from ivr.clock import Clock
from ivr.desk.agents import AT_THE_DESK
from ivr.desk.opening_hours import OpeningHours
from ivr.store.engine import Sessions
from ivr.store.models import Agent

log = logging.getLogger(__name__)
STALE = timedelta(hours=12)  # nobody is at the desk for longer than a shift
MOST = 6  # phones that ring for one caller, one after another


class StandbyDesk:
    """The phones of those at the desk, who is free first, as they were when the store last answered.

    `path` is a file of this machine's; it outlives the process. Outside of `hours` nobody is rung.
    """

    def __init__(self, path: Path, clock: Clock, hours: OpeningHours) -> None:
        self._path, self._clock, self._hours = path, clock, hours
        self._free, self._busy, self._seen = self._read()

    def refresh(self, sessions: Sessions) -> None:
        """Look again; the file is written when something has changed. Raises what the store raises."""
        free_first = case((Agent.presence == "available", 0), else_=1)
        query = (
            select(Agent.phone, Agent.presence, Agent.roles)
            .where(Agent.presence.in_(AT_THE_DESK), Agent.disabled_at.is_(None))
            .order_by(free_first, Agent.presence_since, Agent.id)
        )
        with sessions() as tx:
            rows = [(phone, presence) for phone, presence, roles in tx.execute(query) if "agent" in roles]
        free = [phone for phone, presence in rows if presence == "available"]
        busy = [phone for phone, presence in rows if presence != "available"]
        now = self._clock.now()
        changed = (free, busy) != (self._free, self._busy) or now - self._seen > STALE / 12
        if changed:
            self._write(free, busy, now)
            self._free, self._busy, self._seen = free, busy, now

    def phones(self, call_sid: str) -> Sequence[str]:
        """In which order they ring for this call: always the same for one call, spread over the free for many."""
        now = self._clock.now()
        if not self._hours.is_open(now) or now - self._seen > STALE:
            return []
        free = list(self._free)
        random.Random(call_sid).shuffle(free)
        return [*free, *self._busy][:MOST]

    def _read(self) -> tuple[list[str], list[str], datetime]:
        try:
            kept = json.loads(self._path.read_text())
            return list(kept["free"]), list(kept["busy"]), datetime.fromisoformat(kept["at"])
        except FileNotFoundError:
            return [], [], self._clock.now() - 2 * STALE
        except (OSError, ValueError, KeyError, TypeError):
            log.warning("the kept list of who is at the desk cannot be read; it is written anew")
            return [], [], self._clock.now() - 2 * STALE

    def _write(self, free: list[str], busy: list[str], now: datetime) -> None:
        draft = self._path.with_suffix(f".{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump({"at": now.isoformat(), "free": free, "busy": busy}, file)
            draft.replace(self._path)
        except OSError as error:  # a full disk must not be taken for a store that is away
            log.warning("who is at the desk cannot be kept on disk: %s", error)
