"""A recording with the secrets in it, to the few who may hear it, each time for a reason that stands in the audit."""

from flask import abort
from werkzeug.wrappers import Response

from ivr.store.models import Audit, Recording
from ivr.web.pages.context import PageContext
from ivr.web.pages.recording_audio import Recordings, answer_with, open_or_404
from ivr.web.pages.signed_in import SignedInPerson

LISTEN_TO_ORIGINAL = "listen-original"
SHORTEST, LONGEST = 10, 300  # characters of a reason: a word is none, and the audit is not a diary


def hears_originals(context: PageContext, person: SignedInPerson) -> bool:
    return bool(context.hear_originals) and person.may(*context.hear_originals)


def listen_to_original(
    context: PageContext, recordings: Recordings, person: SignedInPerson, recording_id: int, reason: str
) -> Response:
    """The WAV as it was recorded; 403 for others, 400 without a reason, 404 where there is none."""
    if not hears_originals(context, person):
        abort(403)
    reason = " ".join(reason.split())[:LONGEST]
    if len(reason) < SHORTEST:
        abort(400, f"Say in {SHORTEST} letters or more why you need to hear the original.")
    with context.sessions() as tx:
        recording = tx.get(Recording, recording_id)
    if recording is None or recording.kind != "call":
        abort(404)
    sound = open_or_404(recordings, recording)
    with context.sessions.begin() as tx:
        detail = {"call": recording.call_sid, "reason": reason}
        subject = f"recording:{recording.id}"
        tx.add(
            Audit(at=context.clock.now(), actor=person.email, action=LISTEN_TO_ORIGINAL, subject=subject, detail=detail)
        )
    return answer_with(sound)
