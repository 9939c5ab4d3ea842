"""A page of calls, read from SQL."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.store.models import Call
from ivr.web.pages.quality.review_screen import Row, parts, row_of

PAGE = 25


@dataclass(frozen=True)
class Found:
    """One page of calls, newest first."""

    rows: list[Row]
    page: int
    more: bool


def read_calls(tx: Session, outcome: str, page: int) -> Found:
    """Page `page` (from 1) of the calls with `outcome`: "" for all, "open" for those that last."""
    query = select(Call).options(*parts()).order_by(Call.started_at.desc(), Call.sid)
    if outcome:
        query = query.where(Call.outcome.is_(None) if outcome == "open" else Call.outcome == outcome)
    calls = tx.scalars(query.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    return Found([row_of(call) for call in calls[:PAGE]], page, len(calls) > PAGE)
