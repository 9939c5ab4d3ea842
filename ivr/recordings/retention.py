"""Deletes what is personal in old calls, in small pieces: no live call waits for it, and it can be stopped.

Figures, outcomes, the audit and the ledger's own books stay, and every call that is held. A file is deleted before the
row that names it.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session

from ivr.clock import Clock
from ivr.recordings import personal
from ivr.recordings.copies import both, original_sid
from ivr.recordings.holds import is_held
from ivr.recordings.retention_policy import Policy
from ivr.recordings.storage import ENDING, RecordingFiles
from ivr.store import outbox, word_index
from ivr.store.batches import delete_some, in_batches
from ivr.store.engine import Sessions
from ivr.store.idempotency import forget_old
from ivr.store.models import Audit, Call, CallBack, Dial, Hold, PinAttempt, PresenceSpell, Recording
from ivr.store.states import CALLBACK_OPEN

BATCH = 100  # calls or recordings in one transaction
LONGEST_CALL = timedelta(days=2)  # whatever began earlier is over, whether or not the carrier said so
COUNTED = timedelta(days=7)  # by then no limit counts a call, a text or a PIN any more
GOING, GONE = "deleting", "deleted"
Rest = Callable[[float], None]


def purge_older(
    sessions: Sessions, before: datetime, clock: Clock, files: RecordingFiles, rest: Rest = time.sleep
) -> dict[str, int]:
    """Forget calls that began before `before`, and what else is as old; how many calls and recordings."""
    return _purge(sessions, (Call.started_at < before,), before, before.isoformat(), clock, files, rest)


def purge_by_policy(
    sessions: Sessions, policy: Policy, clock: Clock, files: RecordingFiles, rest: Rest = time.sleep
) -> dict[str, int]:
    """Forget what the `policy` says is due; how many calls and recordings. What is of no call goes by `all`."""
    now = clock.now()
    before = (
        now - timedelta(days=policy.days["all"]) if "all" in policy.days else datetime.min.replace(tzinfo=now.tzinfo)
    )
    return _purge(sessions, policy.due(now), before, "policy", clock, files, rest)


def _purge(
    sessions: Sessions,
    which: Sequence[ColumnElement[bool]],
    before: datetime,
    subject: str,
    clock: Clock,
    files: RecordingFiles,
    rest: Rest,
) -> dict[str, int]:
    now = clock.now()
    over = or_(Call.ended_at.is_not(None), Call.started_at < now - LONGEST_CALL)
    gone = forget_calls(sessions, (*which, over), now, files, rest)
    shifts = select(PresenceSpell.id).where(PresenceSpell.ended_at < before).limit(BATCH)
    in_batches(sessions, lambda tx: delete_some(tx, PresenceSpell, shifts), rest)
    counted = min(before, now - COUNTED)
    for table in (Dial, PinAttempt):
        held = exists().where(Hold.call_sid == table.call_sid, Hold.lifted_at.is_(None))
        some = select(table.id).where(table.at < counted, ~held).limit(BATCH)
        in_batches(sessions, partial(delete_some, table=table, ids=some), rest)
    in_batches(sessions, lambda tx: outbox.forget_texts(tx, before), rest)
    in_batches(sessions, lambda tx: forget_old(tx, now), rest)
    in_batches(sessions, lambda tx: outbox.forget_done(tx, now), rest)
    _delete_unreferenced(sessions, files, now)
    _note(sessions, now, subject, gone)
    return gone


def forget_calls(
    sessions: Sessions, which: Sequence[ColumnElement[bool]], now: datetime, files: RecordingFiles, rest: Rest
) -> dict[str, int]:
    """Forget the calls of which all of `which` is true, but those that are held or owe a call-back."""
    calls = in_batches(sessions, lambda tx: _forget_some(tx, which, now), rest)
    word_index.scrub(sessions)
    return {"calls": calls, "recordings": _delete_files(sessions, files, rest)}


def kept_back() -> ColumnElement[bool]:
    """Of a statement that reads `Call`: it may not be forgotten now."""
    owed = exists().where(CallBack.call_sid == Call.sid, CallBack.state.in_(CALLBACK_OPEN))
    return or_(owed, is_held())


def _forget_some(tx: Session, which: Sequence[ColumnElement[bool]], now: datetime) -> int:
    some = select(Call.sid).where(Call.forgotten_at.is_(None), *which, ~kept_back())
    sids = tx.scalars(some.order_by(Call.started_at, Call.sid).limit(BATCH)).all()
    if sids:
        personal.forget(tx, sids, now)
    return len(sids)


def _delete_files(sessions: Sessions, files: RecordingFiles, rest: Rest) -> int:
    """Deletes each file before its name: a run that is stopped in between deletes it again the next time."""
    going = (
        select(Recording.id, Recording.path, Recording.redacted_path)
        .where(Recording.state == GOING)
        .order_by(Recording.id)
        .limit(BATCH)
    )
    deleted = 0
    while True:
        with sessions() as tx:
            rows = tx.execute(going).tuples().all()
        if not rows:
            return deleted
        for path in (path for _, *paths in rows for path in paths if path):
            files.delete(path)
        with sessions.begin() as tx:
            gone = update(Recording).where(Recording.id.in_([row_id for row_id, _, _ in rows]))
            tx.execute(gone.values(path=None, redacted_path=None, key_id=None, state=GONE))
        deleted += sum(1 for _, path, _ in rows if path)
        rest(0.0)


def _delete_unreferenced(sessions: Sessions, files: RecordingFiles, now: datetime) -> None:
    """Deletes files that no row names: they were half written, or their process was killed before it committed."""

    def named(names: Sequence[str]) -> set[str]:
        rows = select(Recording.sid, Recording.path, Recording.redacted_path)
        with sessions() as tx:
            kept = tx.execute(rows.where(Recording.sid.in_({original_sid(name) for name in names}))).tuples().all()
        return {f"{name}{ENDING}" for sid, *paths in kept for name, path in zip(both(sid), paths, strict=True) if path}

    for name in list(files.unreferenced(named, now - LONGEST_CALL)):
        files.delete(name)


def _note(sessions: Sessions, now: datetime, subject: str, gone: dict[str, int]) -> None:
    with sessions.begin() as tx:
        tx.add(Audit(at=now, actor="system", action="purge", subject=subject, detail=gone))
