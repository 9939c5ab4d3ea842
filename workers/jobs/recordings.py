"""Recordings: fetched whole from the carrier, encrypted, deleted there, transcribed here."""

import time

from ivr.recordings.lengths import compare_length
from ivr.recordings.peaks import peaks
from ivr.recordings.redaction import mask_secrets
from ivr.recordings.transcription import in_order, read_sound, split, transcribe_piece
from ivr.store import outbox
from ivr.store.models import Call, Recording
from ivr.store.topics import (
    CALL_FACTS,
    RECORDING_DELETE,
    RECORDING_FETCH,
    RECORDING_REDACT,
    RECORDING_RESUME,
    RECORDING_STOP,
    RECORDING_TRANSCRIBE,
    TURN_DELETE,
)
from workers.context import WorkerContext
from workers.jobs.registry import Job, does

BUDGET = 120.0  # seconds of one job's transcribing


@does(RECORDING_FETCH)
def fetch(context: WorkerContext, job: Job) -> None:
    """Keep the recording whole and encrypted; only then promise its deletion at the carrier.

    Sound that is shorter than the carrier says is fetched again: ShortRecordingError."""
    recording = recording_of(context, job)
    if _not_wanted(context, recording):
        _delete_unheard(context, job, recording)
        return
    path = channels = seconds = told = check = key = loud = None
    if recording.state == "announced":
        data = context.carrier.fetch_recording(recording.source_url)
        sound = read_sound(data)
        told = _told_length(context, recording)
        check = compare_length(told, sound.seconds)
        path, channels, seconds = context.recordings.save(recording.sid, data), sound.channels, sound.seconds
        loud = peaks(sound.samples)
        key = context.recordings.key_of(path)
    with context.sessions.begin() as tx:
        job.done(tx)
        row = tx.get_one(Recording, recording.id)
        if path is not None and row.state == "announced":
            row.path, row.channels, row.seconds, row.state = path, channels, seconds, "kept"
            row.peaks = loud
            row.carrier_seconds, row.length_check, row.checked_at = told, check, context.clock.now()
            row.key_id = key.hex() if key else None
            outbox.put(tx, RECORDING_TRANSCRIBE, job.payload, context.clock.now())
            outbox.put(tx, RECORDING_DELETE, job.payload, context.clock.now())
    publish(context, recording)


def _not_wanted(context: WorkerContext, recording: Recording) -> bool:
    """Of a caller who would not be recorded, or who has been forgotten since; a message they left on purpose."""
    with context.sessions() as tx:
        call = tx.get_one(Call, recording.call_sid)
    refused = call.unrecorded_at is not None and recording.kind == "call" and not context.keep_refused
    return recording.state == "announced" and (refused or call.forgotten_at is not None)


def _delete_unheard(context: WorkerContext, job: Job, recording: Recording) -> None:
    with context.sessions.begin() as tx:
        job.done(tx)
        tx.get_one(Recording, recording.id).state = "deleted"
        outbox.put(tx, RECORDING_DELETE, job.payload, context.clock.now())
    publish(context, recording)


def _told_length(context: WorkerContext, recording: Recording) -> float | None:
    """The carrier's own figure, in seconds: as its callback gave it, or as it answers."""
    if recording.seconds is not None:
        return recording.seconds
    found = context.carrier.find_recording(recording.sid)
    return found.seconds if found else None


@does(RECORDING_DELETE)
def delete_at_carrier(context: WorkerContext, job: Job) -> None:
    context.carrier.delete_recording(recording_of(context, job).sid)
    with context.sessions.begin() as tx:
        job.done(tx)


@does(TURN_DELETE)
def delete_turn_at_carrier(context: WorkerContext, job: Job) -> None:
    """An answer to the bot that was recorded for want of a media socket; it has no row of its own."""
    context.carrier.delete_recording(job.payload["recording"])
    with context.sessions.begin() as tx:
        job.done(tx)


@does(RECORDING_RESUME)
def resume(context: WorkerContext, job: Job) -> None:
    context.carrier.resume_recording(job.payload["call"])
    with context.sessions.begin() as tx:
        job.done(tx)


@does(RECORDING_STOP)
def stop(context: WorkerContext, job: Job) -> None:
    """The caller will not be recorded: nothing of theirs is recorded from now on."""
    context.carrier.stop_recording(job.payload["call"])
    with context.sessions.begin() as tx:
        job.done(tx)


@does(RECORDING_TRANSCRIBE)
def transcribe(context: WorkerContext, job: Job) -> None:
    """Piece by piece, each kept when it is done; after a while the rest waits behind others."""
    recording, begun = recording_of(context, job), time.monotonic()
    sound = read_sound(context.recordings.read(recording)) if recording.state == "kept" else None
    parts = split(sound) if sound is not None else []
    personal = context.personal_of(recording.call_sid)
    for number in range(recording.pieces, len(parts)):
        if number > recording.pieces and time.monotonic() - begun > BUDGET:
            with context.sessions.begin() as tx:
                outbox.go_on(tx, job.row, context.clock.now())
            return
        segments = transcribe_piece(parts[number], context.stt().transcribe_long)
        with context.sessions.begin() as tx:
            row = tx.get_one(Recording, recording.id, with_for_update=True)
            if row.state != "kept" or row.pieces != number:
                return  # forgotten, or done by another, meanwhile
            heard = in_order([*row.transcript, *segments])
            row.transcript, row.pieces = mask_secrets(tx, row, heard, personal=personal), number + 1
            row.pieces_total = len(parts)
    with context.sessions.begin() as tx:
        job.done(tx)
        row = tx.get_one(Recording, recording.id)
        if sound is not None and row.state == "kept":
            row.state, row.pieces_total = "transcribed", len(parts)
            outbox.put(tx, CALL_FACTS, {"call": row.call_sid}, context.clock.now())
            outbox.put(tx, RECORDING_REDACT, job.payload, context.clock.now())
    publish(context, recording)


def recording_of(context: WorkerContext, job: Job) -> Recording:
    with context.sessions() as tx:
        return tx.get_one(Recording, job.payload["recording"])


def publish(context: WorkerContext, recording: Recording) -> None:
    context.live.publish(f"call:{recording.call_sid}", "recording", str(recording.id))
    context.live.publish("desk", "recording", str(recording.id))
    context.live.settle()  # this process may end with its job
