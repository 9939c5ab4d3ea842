"""A page of calls, read from SQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.quality.search.filters import Filters
from ivr.quality.search.finding import find
from ivr.quality.search.moments import Moment, moments
from ivr.store.models import Agent, Call, CallAgent, CallFacts, SavedSearch
from ivr.web.pages.quality.titles import title

OPEN = "open"  # the outcome of calls that last
LASTING = 50


@dataclass(frozen=True)
class Row:
    """A finished call in the list; `people` talked with the caller, `moment` is what was looked for."""

    facts: CallFacts
    title: str
    people: list[str]
    moment: Moment | None


@dataclass(frozen=True)
class Found:
    """One page of calls, newest first; the edges are places to go on from, None where there is no more."""

    rows: list[Row]
    lasting: Sequence[Call]
    before: int | None
    after: int | None
    any_calls: bool


def read_calls(tx: Session, filters: Filters, before: int | None = None, after: int | None = None) -> Found:
    """The calls that `filters` finds, beyond the place `before` or `after`."""
    page = find(tx, filters, before=before, after=after)
    sids = [row.call_sid for row in page.rows]
    people, said = _people(tx, sids), moments(tx, filters, sids)
    rows = [Row(row, title(row), people.get(row.call_sid, []), said.get(row.call_sid)) for row in page.rows]
    return Found(
        rows,
        (),
        before=page.rows[-1].place if rows and page.older else None,
        after=page.rows[0].place if rows and page.newer else None,
        any_calls=bool(rows) or tx.scalar(select(CallFacts.call_sid).limit(1)) is not None,
    )


def read_lasting(tx: Session) -> Found:
    """The calls that nobody has ended yet, newest first."""
    lasting = select(Call).where(Call.ended_at.is_(None)).order_by(Call.started_at.desc()).limit(LASTING)
    return Found([], tx.scalars(lasting).all(), None, None, any_calls=True)


def read_agents(tx: Session) -> list[tuple[int, str]]:
    """Whose calls can be looked for, by name."""
    rows = tx.execute(select(Agent.id, Agent.name).where(Agent.removed_at.is_(None)).order_by(Agent.name))
    return [(agent_id, name) for agent_id, name in rows.tuples()]


def read_saved(tx: Session, agent_id: int) -> Sequence[SavedSearch]:
    """The searches that a person keeps, by name."""
    return tx.scalars(select(SavedSearch).where(SavedSearch.agent_id == agent_id).order_by(SavedSearch.name)).all()


def _people(tx: Session, sids: Sequence[str]) -> dict[str, list[str]]:
    talked = select(CallAgent.call_sid, Agent.name).join(Agent, Agent.id == CallAgent.agent_id)
    names: dict[str, list[str]] = {}
    for sid, name in tx.execute(talked.where(CallAgent.call_sid.in_(sids)).order_by(Agent.name)).tuples():
        names.setdefault(sid, []).append(name)
    return names
