"""The jobs: each outbox topic's work, marked done in the transaction of its effect."""

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from ivr.quality.transcribing import read_sound, transcribe_recording
from ivr.store import outbox
from ivr.store.models import Call, Recording
from workers.context import WorkerContext, provider

log = logging.getLogger(__name__)
DELETE = "recording.delete"
TRANSCRIBE = "recording.transcribe"
LONGEST_WAIT = 60.0
Payload = dict[str, Any]
Done = Callable[[Session], None]


def perform(row_id: int) -> None:
    """Do what an outbox row promises, unless it is done. A failure is noted and tried again later."""
    context = provider.get()
    with context.sessions() as tx:
        row = outbox.open_row(tx, row_id)
    if row is None:
        return
    try:
        TOPICS[row.topic](context, row.id, row.payload, lambda tx: outbox.done(tx, row_id, context.clock.now()))
    except Exception as error:
        log.exception("job failed", extra={"topic": row.topic, "outbox": row.id})
        wait = min(2.0**row.attempts, LONGEST_WAIT)
        with context.sessions.begin() as tx:
            outbox.failed(tx, row.id, f"{type(error).__name__}: {error}", context.clock.now(), wait)


def _requested(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    context.handoffs.brief(payload["handoff"], within=done)


def _expire(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    context.handoffs.expire(payload["handoff"], payload["k"], payload["what"], within=done)


def _deadline(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    context.handoffs.deadline(payload["handoff"], within=done)


def _act(context: WorkerContext, row: int, _payload: Payload, _done: Done) -> None:
    context.handoffs.act(row)


def _fetch(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    """Keep the recording, encrypted; only then promise its deletion at the carrier."""
    recording = _recording(context, payload)
    path = channels = seconds = None
    if recording.state == "announced":
        data = context.carrier.fetch_recording(recording.source_url)
        sound = read_sound(data)
        path, channels, seconds = context.recordings.keep(recording.sid, data), sound.channels, sound.seconds
    with context.sessions.begin() as tx:
        done(tx)
        row = tx.get_one(Recording, recording.id)
        if path is not None and row.state == "announced":
            row.path, row.channels, row.seconds, row.state = path, channels, seconds, "kept"
            outbox.put(tx, TRANSCRIBE, payload, context.clock.now())
            outbox.put(tx, DELETE, payload, context.clock.now())
    _tell(context, recording)


def _delete(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    context.carrier.delete_recording(_recording(context, payload).sid)
    with context.sessions.begin() as tx:
        done(tx)


def _transcribe(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    recording = _recording(context, payload)
    transcript = None
    if recording.state == "kept":
        sound = read_sound(context.recordings.read(recording))
        transcript = transcribe_recording(sound, context.recogniser())
    with context.sessions.begin() as tx:
        done(tx)
        row = tx.get_one(Recording, recording.id)
        if transcript is not None and row.state == "kept":
            row.transcript, row.state = transcript, "transcribed"
    _tell(context, recording)


def _send_text(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    with context.sessions() as tx:
        caller = tx.get_one(Call, payload["call"]).caller
    context.carrier.send_text(caller, payload["body"])
    with context.sessions.begin() as tx:
        done(tx)


def _recording(context: WorkerContext, payload: Payload) -> Recording:
    with context.sessions() as tx:
        return tx.get_one(Recording, payload["recording"])


def _tell(context: WorkerContext, recording: Recording) -> None:
    context.live.publish(f"call:{recording.call_sid}", "recording", str(recording.id))
    context.live.publish("desk", "recording", str(recording.id))


TOPICS: dict[str, Callable[[WorkerContext, int, Payload, Done], None]] = {
    "handoff.requested": _requested,
    "handoff.expire": _expire,
    "handoff.deadline": _deadline,
    "handoff.act": _act,
    "recording.fetch": _fetch,
    DELETE: _delete,
    TRANSCRIBE: _transcribe,
    "text.send": _send_text,
}
