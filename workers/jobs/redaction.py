"""The copy of a recording without its secrets: made, heard again by a recogniser, and widened where one is found."""

import time
from collections.abc import Sequence

from sqlalchemy.orm import Session

from ivr.recordings.comparison_store import keep_comparisons
from ivr.recordings.copies import LEAKED, MADE, PROVED, WITHHELD, redacted_copy
from ivr.recordings.digit_witness import fitted, read_spells
from ivr.recordings.hearing_again import in_piece, still_heard, with_markers
from ivr.recordings.redaction import keyed_moments, mask_again, mask_secrets, mask_spells, mask_turns, secret_spells
from ivr.recordings.secret_spells import Spell
from ivr.recordings.silencing import is_silent, keyed, to_wav, without, without_keys
from ivr.recordings.transcription import Sound, in_order, read_sound, split, transcribe_piece
from ivr.redaction import PERSONAL
from ivr.store import outbox
from ivr.store.models import Recording
from ivr.store.topics import CALL_FACTS, RECORDING_PROVE, RECORDING_REDACT
from workers.context import WorkerContext
from workers.jobs.recordings import BUDGET, publish, recording_of
from workers.jobs.registry import Job, does

PROOFS = 4  # times that a copy is heard again before reviewers get none
WIDER = 0.15  # seconds by which a place where something was found is widened, more each time


@does(RECORDING_REDACT)
def redact(context: WorkerContext, job: Job) -> None:
    """Silence instead of every secret, in a copy; then the copy is to be heard again."""
    recording = recording_of(context, job)
    made = recording.state == "transcribed" and recording.redaction in (None, LEAKED)
    personal = context.personal_of(recording.call_sid)  # a ledger may be slow, and no transaction waits for it
    with context.sessions() as tx:
        recording.transcript = mask_secrets(tx, recording, recording.transcript, whole=True, personal=personal)
        found = secret_spells(tx, recording) if made else []
        moments = keyed_moments(tx, recording) if made else []
    path = key = None
    if made:
        sound = read_sound(context.recordings.read(recording))
        read = read_spells(sound, recording.transcript, context.stt().read_digits)
        found = [*(fitted(spell, read) for spell in found), *read]
        spells = [*found, *map(Spell.from_json, recording.silenced)]
        silent = without_keys(without(sound, spells), keyed(sound, moments))
        path = context.recordings.save(redacted_copy(recording).sid, to_wav(silent))
        key = (context.recordings.key_of(path) or b"").hex()
    with context.sessions.begin() as tx:
        job.done(tx)
        row = tx.get_one(Recording, recording.id, with_for_update=True)
        if path is not None and row.state == "transcribed" and row.redaction == recording.redaction:
            row.redacted_path, row.redaction, row.heard_again = path, MADE, None
            row.key_id = row.key_id if row.key_id == key else None  # whatever key it has, it is encrypted anew
            row.silenced = [spell.to_json() for spell in dict.fromkeys(spells)]
            row.transcript = recording.transcript
            _take_out(tx, row, found)
            outbox.put(tx, RECORDING_PROVE, job.payload, context.clock.now())
            path = None
    if path is not None and recording_of(context, job).redacted_path is None:
        context.recordings.files.delete(path)  # forgotten meanwhile
    publish(context, recording)


@does(RECORDING_PROVE)
def prove(context: WorkerContext, job: Job) -> None:
    """Hears the copy by other means, and for keys; where it finds a secret, the copy is made anew, or withheld."""
    recording = recording_of(context, job)
    waits = recording.state == "transcribed" and recording.redaction == MADE
    sound = read_sound(context.recordings.read(redacted_copy(recording))) if waits else None
    if sound is not None and not _hear(context, job, recording, sound):
        return
    heard = (recording_of(context, job).heard_again or {}).get("transcript", [])
    read = read_spells(sound, heard, context.stt().read_digits) if sound is not None else []
    with context.sessions.begin() as tx:
        job.done(tx)
        row = tx.get_one(Recording, recording.id, with_for_update=True)
        if sound is not None and row.state == "transcribed" and row.redaction == MADE:
            _judge(context, job, tx, row, sound, [*still_heard(heard), *read])
    publish(context, recording)


def _judge(context: WorkerContext, job: Job, tx: Session, row: Recording, sound: Sound, heard: Sequence[Spell]) -> None:
    """Proved, to be made anew with wider silence, or withheld."""
    gone = map(Spell.from_json, row.silenced)
    leaks = [*heard, *(spell for spell in gone if not is_silent(sound, spell))]
    row.heard_again, row.proofs = None, row.proofs + 1
    _take_out(tx, row, leaks)
    outbox.put(tx, CALL_FACTS, {"call": row.call_sid}, context.clock.now())  # what leaked is found no more
    keys = keyed(sound, keyed_moments(tx, row))
    last = row.proofs >= PROOFS
    counting = [leak for leak in leaks if not (last and leak.kind in PERSONAL)]
    if not counting and not keys:
        row.redaction = PROVED  # of secrets: a name that is heard even then keeps nobody from hearing the call
        keep_comparisons(tx, row)
    elif last:
        row.redaction = WITHHELD
        keep_comparisons(tx, row)
    else:
        row.redaction = LEAKED
        row.silenced = [*row.silenced, *(_widened(leak, row.proofs).to_json() for leak in leaks)]
        outbox.put(tx, RECORDING_REDACT, job.payload, context.clock.now())


def _take_out(tx: Session, row: Recording, spells: Sequence[Spell]) -> None:
    """Of what was written down by the one recogniser, what another knew for a secret."""
    row.transcript = mask_spells(row.transcript, spells)
    mask_turns(tx, row, spells)


def _hear(context: WorkerContext, job: Job, recording: Recording, sound: Sound) -> bool:
    """Piece by piece, each kept without its secrets when it is done; False where the rest waits or is another's."""
    begun, parts = time.monotonic(), split(sound)
    first = (recording.heard_again or {}).get("pieces", 0)
    personal = context.personal_of(recording.call_sid)
    for number in range(first, len(parts)):
        if number > first and time.monotonic() - begun > BUDGET:
            with context.sessions.begin() as tx:
                outbox.go_on(tx, job.row, context.clock.now())
            return False
        segments = transcribe_piece(parts[number], context.stt().hear_again)
        with context.sessions.begin() as tx:
            row = tx.get_one(Recording, recording.id, with_for_update=True)
            so_far = row.heard_again or {"pieces": 0, "transcript": []}
            if row.redaction != MADE or row.state != "transcribed" or so_far["pieces"] != number:
                return False
            gone = in_piece(parts[number], map(Spell.from_json, row.silenced))
            heard = mask_again(
                tx, row, in_order([*so_far["transcript"], *with_markers(segments, gone)]), personal=personal
            )
            row.heard_again = {"pieces": number + 1, "transcript": heard}
    return True


def _widened(leak: Spell, times: int) -> Spell:
    return Spell(leak.channel, max(0.0, leak.start - WIDER * times), leak.end + WIDER * times, leak.kind)
