"""Sound of a recording without its secrets, decrypted on the way, in ranges, each listen in the audit."""

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from flask import Response, abort, request
from sqlalchemy import select
from werkzeug.wsgi import wrap_file

from ivr.recordings.copies import heard_by_people
from ivr.recordings.places.port import PlaceError
from ivr.recordings.sealing import CHUNK, KeptSound
from ivr.recordings.storage import Kept
from ivr.store.models import Audit, Recording
from ivr.web.pages.context import PageContext
from ivr.web.pages.signed_in import SignedInPerson

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LISTEN = "listen"
SITTING = timedelta(hours=1)  # later ranges of one listen; after it, any range is a listen of its own
AHEAD = 4 * CHUNK  # bytes that are fetched and decrypted at a time: 8 seconds of both channels


class Recordings(Protocol):
    """Where the sound is kept. Raises LookupError when it is not there, PlaceError when the place is away."""

    def open(self, recording: Kept) -> KeptSound:
        """The WAV in the clear; `read` of it raises the same."""
        ...


def listen(
    context: PageContext, recordings: Recordings, person: SignedInPerson, recording_id: int, kind: str
) -> Response:
    """The WAV of a recording of `kind`, whole or in the range asked for; 404 where there is none to be heard."""
    with context.sessions() as tx:
        recording = tx.get(Recording, recording_id)
    kept = None if recording is None or recording.kind != kind else heard_by_people(recording)
    if recording is None or kept is None:
        abort(404)
    sound = open_or_404(recordings, kept)
    _audit(context, person, recording)
    return answer_with(sound)


def open_or_404(recordings: Recordings, kept: Kept) -> KeptSound:
    try:
        return recordings.open(kept) if kept.path else abort(404)
    except LookupError:
        abort(404)
    except PlaceError:
        abort(503)


def answer_with(sound: KeptSound) -> Response:
    """Sound that no cache keeps, whole or in the range asked for."""
    file = io.BufferedReader(_SoundFile(sound), AHEAD)
    answer = Response(wrap_file(request.environ, file), mimetype="audio/wav", direct_passthrough=True)
    answer.content_length = sound.length
    answer.make_conditional(request.environ, accept_ranges=True, complete_length=sound.length)
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


class _SoundFile(io.RawIOBase):
    """Kept sound as a file: what is skipped is neither fetched nor decrypted."""

    def __init__(self, sound: KeptSound) -> None:
        self._sound, self._at = sound, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._sound.length}[whence]
        self._at = max(0, begin + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "WriteableBuffer") -> int:
        target = memoryview(buffer).cast("B")
        data = self._sound.read(self._at, self._at + len(target))
        target[: len(data)] = data
        self._at += len(data)
        return len(data)


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
