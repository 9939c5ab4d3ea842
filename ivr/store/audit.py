"""The audit as a chain: each row holds the hash of the one before, so that none can be changed or taken out unseen.

Rows are chained as the last thing before a commit: the chain's end is locked for no longer than that, and always last,
so that it cannot meet another lock the wrong way round.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DDL, String, delete, event, func, inspect, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from ivr.store.models import Audit, Base

BEGINNING = "0" * 64
BATCH = 1000


class AuditChain(Base):
    """One row: where the chain ends, and after what it begins since its oldest part was cut off."""

    __tablename__ = "audit_chain"

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int]  # of the last row
    hash: Mapped[str] = mapped_column(String(64))
    cut_place: Mapped[int]  # of the last row that was cut off; 0 when none was
    cut_hash: Mapped[str] = mapped_column(String(64))


FIRST = f"INSERT INTO audit_chain (id, place, hash, cut_place, cut_hash) VALUES (1, 0, '{BEGINNING}', 0, '{BEGINNING}')"  # noqa: S608
event.listen(AuditChain.__table__, "after_create", DDL(FIRST))  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Verdict:
    """What the chain is worth. `broken` names the first wrong row and says why; `outside`: rows that are not in it."""

    rows: int
    first: int
    last: int
    hash: str
    outside: int
    broken: str | None


def chain_audit(sessions: sessionmaker[Session]) -> None:
    """Chain every audit row that a session of `sessions` commits."""
    event.listen(sessions, "after_flush", _remember)
    event.listen(sessions, "before_commit", _seal)


def hash_of(row: Audit, place: int, previous: str) -> str:
    """The row's hash in this place: SHA-256 over its words and the hash before it."""
    at = row.at.astimezone(UTC).isoformat()
    words = [place, previous, at, row.actor, row.action, row.subject, row.detail]
    return hashlib.sha256(json.dumps(words, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def verify(tx: Session, expected: tuple[int, str] | None = None) -> Verdict:
    """Read the whole chain. `expected`: place and hash of a row as somebody noted them elsewhere."""
    head = tx.get_one(AuditChain, 1)
    outside = tx.scalar(select(func.count()).where(Audit.place.is_(None))) or 0
    place, previous, broken, rows = head.cut_place, head.cut_hash, None, 0
    met = expected is None or expected[0] <= head.cut_place
    for row in _rows(tx, head.place):
        broken = _fault(row, place, previous, expected)
        if broken:
            break
        met = met or expected is None or row.place == expected[0]
        place, previous, rows = place + 1, row.hash or "", rows + 1
    if broken is None and (place, previous) != (head.place, head.hash):
        broken = f"the chain ends with row {place}, not with row {head.place}: its last rows are missing"
    if broken is None and not met and expected:
        broken = f"there is no row {expected[0]}, which was noted elsewhere"
    return Verdict(rows, head.cut_place + 1, head.place, head.hash, outside, broken)


def adopt(tx: Session) -> int:
    """Take in the rows that stand outside of the chain: those of a version that knew none. How many."""
    loose = list(tx.scalars(select(Audit).where(Audit.place.is_(None)).order_by(Audit.id)))
    _append(tx, loose)
    return len(loose)


def cut(sessions: sessionmaker[Session], before: datetime, now: datetime, by: str) -> int:
    """Forget the rows older than `before`, as far as all before them are as old; what is kept still verifies."""
    with sessions.begin() as tx:
        head = tx.get_one(AuditChain, 1)
        younger = select(func.min(Audit.place)).where(Audit.place.is_not(None), Audit.at >= before)
        last = (tx.scalar(younger) or head.place + 1) - 1
    gone = 0
    while True:
        with sessions.begin() as tx:
            count = _cut_some(tx, last) or _forget_loose(tx, before)
        gone += count
        if not count:
            break
    if gone:
        with sessions.begin() as tx:
            detail = {"rows": gone, "through": last}
            tx.add(Audit(at=now, actor=by, action="audit-cut", subject="audit", detail=detail))
    return gone


def _cut_some(tx: Session, last: int) -> int:
    head = tx.scalars(select(AuditChain).with_for_update()).one()
    edge = min(last, head.cut_place + BATCH)
    row = tx.scalar(select(Audit).where(Audit.place == edge)) if edge > head.cut_place else None
    if row is None:
        return 0
    head.cut_place, head.cut_hash = edge, row.hash or ""
    return _count(tx.execute(delete(Audit).where(Audit.place <= edge)))


def _forget_loose(tx: Session, before: datetime) -> int:
    some = select(Audit.id).where(Audit.place.is_(None), Audit.at < before).limit(BATCH)
    return _count(tx.execute(delete(Audit).where(Audit.id.in_(some))))


def _rows(tx: Session, last: int) -> Iterator[Audit]:
    wanted = select(Audit).where(Audit.place.is_not(None), Audit.place <= last).order_by(Audit.place)
    for row in tx.scalars(wanted.execution_options(yield_per=BATCH)):
        yield row
        tx.expunge(row)


def _fault(row: Audit, place: int, previous: str, expected: tuple[int, str] | None) -> str | None:
    if row.place != place + 1:
        return f"row {place + 1} is missing"
    if row.previous != previous or row.hash != hash_of(row, place + 1, previous):
        return f"row {row.place} (id {row.id}) is not what it was"
    if expected and expected[0] == row.place and expected[1] != row.hash:
        return f"row {row.place} (id {row.id}) is not the one that was noted elsewhere"
    return None


def _remember(session: Session, _flush: object) -> None:
    new = [row for row in session.new if isinstance(row, Audit)]
    if new:
        session.info.setdefault("audited", []).extend(new)


def _seal(session: Session) -> None:
    if session.in_nested_transaction():
        return  # its rows are chained with the transaction around it
    session.flush()
    rows = [row for row in session.info.pop("audited", []) if inspect(row).persistent and row.place is None]
    if rows:
        _append(session, rows)
        session.flush()


def _append(tx: Session, rows: list[Audit]) -> None:
    if not rows:
        return
    end: Any = tx.execute(select(AuditChain.place, AuditChain.hash).where(AuditChain.id == 1).with_for_update()).one()
    place, previous = end
    for row in rows:
        place += 1
        row.place, row.previous, row.hash = place, previous, hash_of(row, place, previous)
        previous = row.hash
    tx.execute(update(AuditChain).where(AuditChain.id == 1).values(place=place, hash=previous))


def _count(result: Any) -> int:
    return int(result.rowcount)
