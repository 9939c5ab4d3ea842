"""Scorecards and their versions in SQL: a draft is changed, a published version never."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from ivr.quality.scorecards.definition import Definition, faults
from ivr.store.models import Audit, Scorecard, ScorecardVersion

LONGEST_NAME = 80


class ScorecardRefusedError(ValueError):
    """Why something cannot be done with a scorecard: a sentence for the page."""


def create(tx: Session, name: str, definition: Definition, by: str, now: datetime) -> Scorecard:
    """A scorecard with its first draft. Raises ScorecardRefusedError."""
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise ScorecardRefusedError(f"a scorecard's name has 1 to {LONGEST_NAME} characters, not {len(name)}")
    card = Scorecard(name=name, by=by, created_at=now)
    card.versions.append(ScorecardVersion(number=1, definition=definition.to_json(), by=by))
    tx.add(card)
    tx.flush()
    _audit(tx, "scorecard-begun", card.versions[0], by, now)
    return card


def draft_of(tx: Session, scorecard_id: int, by: str) -> ScorecardVersion:
    """The draft of a scorecard: the one there is, or a new one with what is asked now."""
    tx.get_one(Scorecard, scorecard_id, with_for_update=True)
    newest = tx.scalars(
        select(ScorecardVersion)
        .where(ScorecardVersion.scorecard_id == scorecard_id)
        .order_by(ScorecardVersion.number.desc())
        .limit(1)
    ).one()
    if newest.state == "draft":
        return newest
    draft = ScorecardVersion(
        scorecard_id=scorecard_id, number=newest.number + 1, definition=newest.definition, by=by, state="draft"
    )
    tx.add(draft)
    tx.flush()
    return draft


def change_draft(tx: Session, version_id: int, definition: Definition, by: str) -> None:
    """Raises ScorecardRefusedError for a version that is a draft no more."""
    version = tx.get_one(ScorecardVersion, version_id, with_for_update=True)
    if version.state != "draft":
        raise ScorecardRefusedError("this version is published and never changes; begin a new draft")
    version.definition, version.by = definition.to_json(), by


def publish(tx: Session, version_id: int, by: str, now: datetime) -> None:
    """From now on calls are judged by it, and no more by the version before. Raises ScorecardRefusedError."""
    version = tx.get_one(ScorecardVersion, version_id, with_for_update=True)
    if version.state != "draft":
        raise ScorecardRefusedError("this version is published already")
    if found := faults(Definition.from_json(version.definition)):
        raise ScorecardRefusedError(" ".join(found))
    for former in version.scorecard.versions:
        if former.state == "published":
            former.state = "retired"
    version.state, version.published_at, version.by = "published", now, by
    _audit(tx, "scorecard-published", version, by, now)


def in_use(tx: Session) -> Sequence[ScorecardVersion]:
    """The versions that calls are judged by now, the oldest scorecard first."""
    published = select(ScorecardVersion).where(ScorecardVersion.state == "published")
    return tx.scalars(
        published.order_by(ScorecardVersion.scorecard_id).options(joinedload(ScorecardVersion.scorecard))
    ).all()


def all_scorecards(tx: Session) -> Sequence[Scorecard]:
    """Every scorecard with its versions, the oldest first."""
    return tx.scalars(select(Scorecard).options(selectinload(Scorecard.versions)).order_by(Scorecard.id)).all()


def _audit(tx: Session, action: str, version: ScorecardVersion, by: str, now: datetime) -> None:
    subject, detail = f"scorecard:{version.scorecard_id}", {"version": version.number}
    tx.add(Audit(at=now, actor=by, action=action, subject=subject, detail=detail))
