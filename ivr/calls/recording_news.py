"""Recordings and messages as the carrier announces them: a row each, and a promise to fetch it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.carrier.callbacks import RecordingNews
from ivr.store import outbox
from ivr.store.idempotency import first_time
from ivr.store.models import Call, Recording
from ivr.store.stream_tokens import since_start
from ivr.store.topics import RECORDING_FETCH


def note_recording(tx: Session, call: Call, news: RecordingNews, now: datetime) -> Recording:
    """Inserts or updates the recording's row; in any order, any number of times, it is fetched once."""
    row = tx.scalar(select(Recording).where(Recording.sid == news.sid).with_for_update())
    if row is None:
        row = Recording(
            sid=news.sid,
            call_sid=call.sid,
            kind=news.kind,
            state="announced",
            source_url=news.url,
            offset=_offset(call, news, now),
            created_at=now,
        )
        tx.add(row)
        tx.flush()
    row.seconds = row.seconds if news.seconds is None else news.seconds
    row.channels = row.channels if news.channels is None else news.channels
    row.source_url = news.url or row.source_url
    if news.status in ("absent", "failed") and row.state == "announced":
        row.state = "absent"
    if news.status == "completed" and first_time(tx, f"{RECORDING_FETCH}:{news.sid}", now):
        outbox.put(tx, RECORDING_FETCH, {"recording": row.id}, now)
    return row


def _offset(call: Call, news: RecordingNews, now: datetime) -> float:
    if news.started_at is not None:
        return max(0.0, since_start(call, news.started_at))
    # the first callback comes as the recording starts, of a call-back long after the call; when that one was lost,
    # it ran until the call's end
    over = since_start(call, now if news.status == "in-progress" else call.ended_at or now)
    return max(0.0, over - (news.seconds or 0.0))
