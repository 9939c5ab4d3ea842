"""Deletes what is personal in old calls, in small pieces: no live call waits for it, and it can be stopped.

Figures, outcomes, the audit and the ledger's own books stay. A file is deleted before the row that names it.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from ivr.clock import Clock
from ivr.recordings.copies import both, original_sid
from ivr.recordings.storage import ENDING, RecordingFiles
from ivr.store import outbox, word_index
from ivr.store.batches import delete_some, in_batches
from ivr.store.engine import Sessions
from ivr.store.idempotency import forget_old
from ivr.store.models import (
    Audit,
    Call,
    CallBack,
    CallWords,
    CardPayment,
    Comment,
    Correction,
    Dial,
    Draft,
    Evaluation,
    EvaluationAnswer,
    Handoff,
    Note,
    OneTimeCode,
    PaymentOrder,
    PinAttempt,
    PresenceSpell,
    Recording,
    Turn,
    TurnComparison,
)
from ivr.store.states import CALLBACK_OPEN, HANDOFF_ENDS
from ivr.store.topics import RECORDING_DELETE

BATCH = 100  # calls or recordings in one transaction
LONGEST_CALL = timedelta(days=2)  # whatever began earlier is over, whether or not the carrier said so
CARD_ENDS = ("success", "declined", "cancelled", "no-entry", "hung-up", "failed")  # where nothing is in doubt
ORDER_ENDS = ("made", "scheduled", "refused", "not-made")
COUNTED = timedelta(days=7)  # by then no limit counts a call, a text or a PIN any more
GOING, GONE = "deleting", "deleted"
Rest = Callable[[float], None]


def purge_older(
    sessions: Sessions, before: datetime, clock: Clock, files: RecordingFiles, rest: Rest = time.sleep
) -> dict[str, int]:
    """Forget calls that began before `before`, and what else is as old; how many calls and recordings."""
    now = clock.now()
    over = or_(Call.ended_at.is_not(None), Call.started_at < now - LONGEST_CALL)
    gone = _forget(sessions, (Call.started_at < before, over), now, files, rest)
    shifts = select(PresenceSpell.id).where(PresenceSpell.ended_at < before).limit(BATCH)
    in_batches(sessions, lambda tx: delete_some(tx, PresenceSpell, shifts), rest)
    counted = min(before, now - COUNTED)
    for table in (Dial, PinAttempt):
        some = select(table.id).where(table.at < counted).limit(BATCH)
        in_batches(sessions, partial(delete_some, table=table, ids=some), rest)
    in_batches(sessions, lambda tx: outbox.forget_texts(tx, before), rest)
    in_batches(sessions, lambda tx: forget_old(tx, now), rest)
    in_batches(sessions, lambda tx: outbox.forget_done(tx, now), rest)
    _delete_unreferenced(sessions, files, now)
    _note(sessions, now, before.isoformat(), gone)
    return gone


def purge_caller(
    sessions: Sessions, caller: str, clock: Clock, files: RecordingFiles, rest: Rest = time.sleep
) -> dict[str, int]:
    """Forget every call from the number `caller` that is over; how many calls and recordings."""
    now = clock.now()
    gone = _forget(sessions, (Call.caller == caller, Call.ended_at.is_not(None)), now, files, rest)
    _note(sessions, now, "one caller", gone)  # not their number: the audit is kept
    return gone


def _forget(
    sessions: Sessions, which: Sequence[ColumnElement[bool]], now: datetime, files: RecordingFiles, rest: Rest
) -> dict[str, int]:
    calls = in_batches(sessions, lambda tx: _forget_some(tx, which, now), rest)
    word_index.scrub(sessions)
    return {"calls": calls, "recordings": _delete_files(sessions, files, rest)}


def _forget_some(tx: Session, which: Sequence[ColumnElement[bool]], now: datetime) -> int:
    owed = exists().where(CallBack.call_sid == Call.sid, CallBack.state.in_(CALLBACK_OPEN))
    some = select(Call.sid).where(Call.forgotten_at.is_(None), *which, ~owed)
    sids = tx.scalars(some.order_by(Call.started_at, Call.sid).limit(BATCH)).all()
    if sids:
        _forget_words(tx, sids)
        _forget_people(tx, sids, now)
        _forget_recordings(tx, sids, now)
    return len(sids)


def _forget_words(tx: Session, sids: Sequence[str]) -> None:
    tx.execute(update(Turn).where(Turn.call_sid.in_(sids)).values(text="", words=[], why=None))
    tx.execute(update(TurnComparison).where(TurnComparison.call_sid.in_(sids)).values(said=""))
    tx.execute(update(Comment).where(Comment.call_sid.in_(sids)).values(text=""))
    tx.execute(update(Note).where(Note.call_sid.in_(sids), Note.kind != "outcome").values(text=""))
    tx.execute(delete(Correction).where(Correction.call_sid.in_(sids)))
    tx.execute(delete(Draft).where(Draft.call_sid.in_(sids)))
    tx.execute(delete(CallWords).where(CallWords.call_sid.in_(sids)))
    _forget_judgements(tx, sids)
    for handoff in tx.scalars(select(Handoff).where(Handoff.call_sid.in_(sids))):
        handoff.summary, handoff.known, handoff.brief = "", {}, None
        if handoff.state in HANDOFF_ENDS:
            handoff.machine = {"end": handoff.state}  # its attempts name telephones


def _forget_judgements(tx: Session, sids: Sequence[str]) -> None:
    """What people wrote in judging these calls; answers and scores stay."""
    mine = select(Evaluation.id).where(Evaluation.call_sid.in_(sids))
    answers = update(EvaluationAnswer).where(EvaluationAnswer.evaluation_id.in_(mine))
    tx.execute(answers.values(comment="", reason=""))
    tx.execute(update(Evaluation).where(Evaluation.call_sid.in_(sids)).values(comment="", dispute="", decision=""))


def _forget_people(tx: Session, sids: Sequence[str], now: datetime) -> None:
    nobody: dict[str, Any] = {
        "caller": "",
        "account_id": None,
        "dialogue": None,
        "holder": None,
        "card": None,
        "stream_token": None,
        "problems": [],
    }
    tx.execute(update(Call).where(Call.sid.in_(sids)).values(**nobody, forgotten_at=now))
    tx.execute(update(CallBack).where(CallBack.call_sid.in_(sids)).values(number=""))
    tx.execute(delete(OneTimeCode).where(OneTimeCode.call_sid.in_(sids)))
    tx.execute(delete(CardPayment).where(CardPayment.call_sid.in_(sids), CardPayment.state.in_(CARD_ENDS)))
    orders = delete(PaymentOrder).where(PaymentOrder.call_sid.in_(sids), PaymentOrder.on <= now.date())
    tx.execute(orders.where(PaymentOrder.state.in_(ORDER_ENDS)))


def _forget_recordings(tx: Session, sids: Sequence[str], now: datetime) -> None:
    for recording in tx.scalars(select(Recording).where(Recording.call_sid.in_(sids), Recording.state != GONE)):
        if recording.state == "announced":
            outbox.put(tx, RECORDING_DELETE, {"recording": recording.id}, now)  # never fetched
        recording.state, recording.transcript = GOING, []
        recording.silenced, recording.heard_again = [], None


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
            tx.execute(gone.values(path=None, redacted_path=None, state=GONE))
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
