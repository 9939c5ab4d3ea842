"""Each agent's own hours, from the spells of their presence and their offers; for them to see, and for an even load."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ivr.store.models import Agent, Offer, PresenceSpell

PRESENT = ("available", "offered", "on-call", "wrap-up", "break")
MISSED_OFFERS = ("no-answer", "busy", "failed", "machine-answered")
Row = dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Load:
    """Times in seconds. `calls` were taken, `offers` made, `declines` are an agent's right, `missed` rang in vain."""

    present: float = 0.0
    available: float = 0.0
    talk: float = 0.0
    wrap_up: float = 0.0
    breaks: float = 0.0
    calls: int = 0
    offers: int = 0
    declines: int = 0
    missed: int = 0

    @property
    def share(self) -> float:
        """How much of their working time they talked or wrapped up, 0..1."""
        working = self.present - self.breaks
        return (self.talk + self.wrap_up) / working if working > 0 else 0.0


def read_load(tx: Session, agent_id: int, since: datetime, until: datetime) -> Load:
    """One agent between two moments; a spell that lasts counts up to `until`."""
    times = _times(tx, agent_id, since, until)
    offers = list(
        tx.scalars(select(Offer).where(Offer.agent_id == agent_id, Offer.offered_at >= since, Offer.offered_at < until))
    )
    outcomes = [offer.outcome for offer in offers]
    return Load(
        present=sum(times.get(presence, 0.0) for presence in PRESENT),
        available=times.get("available", 0.0),
        talk=times.get("on-call", 0.0),
        wrap_up=times.get("wrap-up", 0.0),
        breaks=times.get("break", 0.0),
        calls=outcomes.count("accepted"),
        offers=len(offers),
        declines=outcomes.count("declined"),
        missed=sum(outcome in MISSED_OFFERS for outcome in outcomes),
    )


def day_rows(
    tx: Session, since: datetime, until: datetime, zone: ZoneInfo | None = None, only: int | None = None
) -> list[Row]:
    """One row for each agent and day of `zone` on which they were there, ready for CSV; times in minutes.

    `only`: this agent's days alone.
    """
    everyone = tx.scalars(select(Agent).order_by(Agent.name))
    agents = [agent for agent in everyone if "agent" in agent.roles and only in (None, agent.id)]
    rows: list[Row] = []
    for start, end in _days(since, until, zone or ZoneInfo("UTC")):
        for agent in agents:
            load = read_load(tx, agent.id, start, end)
            if load.present or load.offers:
                rows.append(_row(agent, start, load))
    return rows


def write_csv(rows: Sequence[Row]) -> str:
    """With a heading; empty without rows. A name that a spreadsheet would take for a formula is made harmless."""
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def spread(loads: Sequence[Load]) -> float:
    """How unevenly equals were loaded: the largest share of working time less the smallest, 0..1."""
    shares = [load.share for load in loads if load.present - load.breaks > 0]
    return max(shares) - min(shares) if shares else 0.0


def _times(tx: Session, agent_id: int, since: datetime, until: datetime) -> dict[str, float]:
    spells = tx.scalars(
        select(PresenceSpell).where(
            PresenceSpell.agent_id == agent_id,
            PresenceSpell.began_at < until,
            or_(PresenceSpell.ended_at.is_(None), PresenceSpell.ended_at > since),
        )
    )
    times: dict[str, float] = {}
    for spell in spells:
        began, ended = max(spell.began_at, since), min(spell.ended_at or until, until)
        times[spell.presence] = times.get(spell.presence, 0.0) + (ended - began).total_seconds()
    return times


def _days(since: datetime, until: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    days: list[tuple[datetime, datetime]] = []
    start = since
    while start < until:
        midnight = datetime.combine(start.astimezone(zone).date() + timedelta(days=1), datetime.min.time(), zone)
        days.append((start, min(midnight, until)))
        start = midnight
    return days


def _row(agent: Agent, day: datetime, load: Load) -> Row:
    counted = {name: value for name, value in asdict(load).items() if isinstance(value, int)}
    minutes = {f"{name}_minutes": round(value / 60, 1) for name, value in asdict(load).items() if name not in counted}
    return {"day": day.date().isoformat(), "agent": agent.name, **minutes, **counted}


def _harmless(value: str | int | float) -> str | int | float:
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value
