"""Another key for the recordings: each is encrypted anew in its place, and the former key goes when none needs it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from ivr.recordings.copies import both
from ivr.recordings.keys import Keyring, by_id
from ivr.recordings.sealing import key_id
from ivr.recordings.storage import RecordingStorage
from ivr.store.engine import Sessions
from ivr.store.models import Recording
from ivr.store.states import RECORDING_GOING

SOME = 50  # recordings whose names are read at a time


@dataclass(frozen=True, slots=True)
class KeyUse:
    """One key, by its id in hex, and how many recordings need it. Id "" is of those that do not tell their key."""

    id: str
    current: bool
    here: bool
    recordings: int


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass through the recordings came to; `unreadable` are recordings' sids."""

    sealed: int
    finished: bool
    unreadable: list[str]


def key_uses(tx: Session, ring: Keyring) -> list[KeyUse]:
    """Every key that we have or that a recording needs, the current one first."""
    known = select(Recording.key_id, func.count()).where(Recording.key_id.is_not(None)).group_by(Recording.key_id)
    counts = {name or "": count for name, count in tx.execute(known).tuples()}
    silent = select(func.count()).where(Recording.key_id.is_(None), Recording.path.is_not(None))
    if older := tx.scalar(silent):
        counts[""] = older
    current, ours = key_id(ring.current()).hex(), {name.hex() for name in by_id(ring)}
    names = sorted({current, *ours, *counts}, key=lambda name: (name != current, name))
    return [KeyUse(name, name == current, name in ours, counts.get(name, 0)) for name in names]


def seal_all_anew(
    sessions: Sessions,
    storage: RecordingStorage,
    seconds: float = float("inf"),
    progress: Callable[[int], object] = lambda done: None,
) -> Pass:
    """Encrypt recordings with the current key until none is left or `seconds` are over; may be killed at any time."""
    begun, sealed, after = time.monotonic(), 0, 0
    unreadable: list[str] = []
    while rows := _some_left(sessions, storage.keys, after):
        for row in rows:
            if time.monotonic() - begun > seconds:
                return Pass(sealed, False, unreadable)
            try:
                _seal_anew(sessions, storage, row)
                sealed += 1
            except LookupError:
                unreadable.append(row.sid)
            progress(sealed)
            after = row.id
    return Pass(sealed, True, unreadable)


def drop_unused(tx: Session, ring: Keyring, names: Sequence[str]) -> list[str]:
    """Forget those of the former keys `names` that no recording needs; the ids of the forgotten ones.

    Only once every process that began with such a key has ended: its recording may not be written down yet."""
    unused = {use.id for use in key_uses(tx, ring) if use.here and not use.current and not use.recordings}
    former = {key_id(key).hex(): key for key in ring.former()}
    if any(use.id == "" and use.recordings for use in key_uses(tx, ring)):
        return []  # they may need any of them
    gone = [name for name in names if name in unused & former.keys()]
    for name in gone:
        ring.forget(former[name])
    return gone


def _some_left(sessions: Sessions, ring: Keyring, after: int) -> Sequence[Recording]:
    current = key_id(ring.current()).hex()
    left = select(Recording).where(
        Recording.path.is_not(None), or_(Recording.key_id.is_(None), Recording.key_id != current), Recording.id > after
    )
    with sessions() as tx:
        return tx.scalars(left.order_by(Recording.id).limit(SOME)).all()


def _seal_anew(sessions: Sessions, storage: RecordingStorage, row: Recording) -> None:
    """The original and the copy that reviewers hear; then the row says which key it needs."""
    files = [(sid, path) for sid, path in zip(both(row.sid), (row.path, row.redacted_path), strict=True) if path]
    used = {storage.seal_anew(sid, path).hex() for sid, path in files}
    with sessions.begin() as tx:
        now = tx.get_one(Recording, row.id, with_for_update=True)
        if now.path is not None and now.state not in RECORDING_GOING:
            unchanged = now.redacted_path == row.redacted_path and len(used) == 1
            now.key_id = used.pop() if unchanged else None
            return
    for _, path in files:
        storage.files.delete(path)  # deleted while it was encrypted anew, it has come back by that
