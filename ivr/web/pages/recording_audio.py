"""Sound of a recording to an ear that may hear it: decrypted on the way, in ranges, each listen in the audit."""

import io
from datetime import timedelta
from typing import Protocol

from flask import abort, request, send_file
from sqlalchemy import select
from werkzeug.wrappers import Response

from ivr.store.models import Audit, Recording
from ivr.web.pages.context import PageContext
from ivr.web.pages.signed_in import SignedInPerson

LISTEN = "listen"
SITTING = timedelta(hours=1)  # later ranges of one listen; after it, any range is a listen of its own


class Recordings(Protocol):
    """Where the sound is kept. `read` gives the WAV in the clear; raises LookupError when it is not there."""

    def read(self, recording: Recording) -> bytes: ...


def listen(
    context: PageContext, recordings: Recordings, person: SignedInPerson, recording_id: int, kind: str
) -> Response:
    """The WAV of a recording of `kind`, whole or in the range asked for; 404 where there is none."""
    with context.sessions() as tx:
        recording = tx.get(Recording, recording_id)
    if recording is None or recording.kind != kind or not recording.path:
        abort(404)
    try:
        sound = recordings.read(recording)
    except LookupError:
        abort(404)
    _audit(context, person, recording)
    answer = send_file(io.BytesIO(sound), mimetype="audio/wav", conditional=True, etag=False)
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


def _audit(context: PageContext, person: SignedInPerson, recording: Recording) -> None:
    """One row a listen: playing begins at byte 0, seeking asks for later ranges of the same listen."""
    subject = f"recording:{recording.id}"
    known = select(Audit.id).where(
        Audit.actor == person.email,
        Audit.action == LISTEN,
        Audit.subject == subject,
        Audit.at > context.clock.now() - SITTING,
    )
    start = request.range.ranges[0][0] if request.range else 0
    with context.sessions.begin() as tx:
        if not start or tx.scalar(known.limit(1)) is None:
            detail = {"call": recording.call_sid}
            tx.add(Audit(at=context.clock.now(), actor=person.email, action=LISTEN, subject=subject, detail=detail))
