"""Sound of a recording to an ear that may hear it: decrypted on the way, in ranges, each listen in the audit."""

import io
from datetime import timedelta
from typing import Protocol

from flask import abort, request, send_file
from sqlalchemy import select
from werkzeug.wrappers import Response

from ivr.clock import Clock
from ivr.store.engine import Sessions
from ivr.store.models import Audit, Recording
from ivr.web.pages.signed_in import Person

LISTEN = "listen"
SITTING = timedelta(hours=1)  # later ranges of one listen; after it, any range is a listen of its own


class Recordings(Protocol):
    """Where the sound is kept. `read` gives the WAV in the clear; raises LookupError when it is not there."""

    def read(self, recording: Recording) -> bytes: ...


def listen(
    sessions: Sessions, recordings: Recordings, clock: Clock, person: Person, recording_id: int, kind: str
) -> Response:
    """The WAV of a recording of `kind`, whole or in the range asked for; 404 where there is none."""
    with sessions() as tx:
        recording = tx.get(Recording, recording_id)
    if recording is None or recording.kind != kind or not recording.path:
        abort(404)
    try:
        sound = recordings.read(recording)
    except LookupError:
        abort(404)
    _audit(sessions, clock, person, recording)
    answer = send_file(io.BytesIO(sound), mimetype="audio/wav", conditional=True, etag=False)
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


def _audit(sessions: Sessions, clock: Clock, person: Person, recording: Recording) -> None:
    """One row a listen: playing begins at byte 0, seeking asks for later ranges of the same listen."""
    subject = f"recording:{recording.id}"
    known = select(Audit.id).where(
        Audit.actor == person.email,
        Audit.action == LISTEN,
        Audit.subject == subject,
        Audit.at > clock.now() - SITTING,
    )
    start = request.range.ranges[0][0] if request.range else 0
    with sessions.begin() as tx:
        if not start or tx.scalar(known.limit(1)) is None:
            detail = {"call": recording.call_sid}
            tx.add(Audit(at=clock.now(), actor=person.email, action=LISTEN, subject=subject, detail=detail))
