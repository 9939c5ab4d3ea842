"""The line without a store: the same addresses, answered from memory alone, so that a caller gets to a person."""

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, request

import twiml
from ivr.carrier.port import OVER
from ivr.carrier.signatures import Signatures, require_signature
from ivr.phrasing.announcements import Announcements
from ivr.web.hooks.calls import Documents
from twiml import standby

MESSAGE = "/voice/message"
LEADS_TO_A_PERSON = ("/voice/incoming", "/voice/resume", "/voice/fallback", "/voice/turn")
WHISPER = "The line has a fault, and a caller waits for you. Press 1 to take the call."
GONE = "The line has a fault. This call goes to somebody else. Goodbye."
AWAY = "The database does not answer."


def make_standby_blueprint(
    phones: Callable[[str], Sequence[str]], signatures: Signatures, documents: Documents, public: str, number: str
) -> Blueprint:
    """`phones` says which ring for a call, by its sid; `number` is the line's own, shown to whoever is rung.

    What stands in an address is all that is known of how far a call is: nothing is read or written.
    """
    blueprint = Blueprint("standby", __name__)
    require_signature(blueprint, signatures)
    desk = _Desk(phones, documents, public.rstrip("/"), number)
    for path in LEADS_TO_A_PERSON:
        blueprint.add_url_rule(path, path.strip("/"), desk.person, methods=["GET", "POST"])
    blueprint.add_url_rule("/voice/turn/<path:rest>", "turn", desk.person, methods=["POST"])
    blueprint.add_url_rule("/voice/standby/<int:n>", "next", desk.next, methods=["POST"])
    blueprint.add_url_rule("/voice/standby/whisper", "whisper", desk.whisper, methods=["POST"])
    blueprint.add_url_rule("/voice/standby/accept", "taken", desk.accept, methods=["POST"])
    blueprint.add_url_rule(MESSAGE, "message", desk.message, methods=["GET", "POST"])
    of = "/handoff/<int:handoff>"
    blueprint.add_url_rule(f"{of}/wait", "wait", desk.wait, methods=["POST"])
    for leg in ("caller", "caller-fallback"):  # somebody whom we have called back
        blueprint.add_url_rule(f"{of}/<int:number>/{leg}", leg, desk.person, methods=["POST"])
    for leg in ("agent", "accept", "agent-fallback"):
        blueprint.add_url_rule(f"{of}/<int:number>/{leg}", leg, desk.agent, methods=["POST"])
    for code in (404, 405):  # everything else leads to /voice/fallback, or is of no use without a store
        blueprint.app_errorhandler(code)(lambda _error: (AWAY, 503))
    return blueprint


class _Desk:
    """One method per address."""

    def __init__(self, phones: Callable[[str], Sequence[str]], documents: Documents, public: str, number: str) -> None:
        self._phones, self._documents, self._public, self._number = phones, documents, public, number
        self._words = Announcements("en")

    def person(self, **_path: object) -> Response:
        failed = request.values.get("ErrorUrl", "").partition("?")[0]
        if request.values.get("CallStatus") in OVER:
            return _document(twiml.goodbye())
        if failed == self._documents.message:
            return self.message()
        return self._ring(0)

    def next(self, n: int) -> Response:
        """After phone number `n - 1`: over when somebody took the call, else the next one rings."""
        if request.values.get("CallStatus") in OVER:
            return _document(twiml.empty())
        answered = request.values.get("DialCallStatus") in ("completed", "answered")
        if answered and request.values.get("DialBridged") != "false":  # not one who pressed no key
            return _document(twiml.goodbye(self._words.line("goodbye")))
        return self._ring(n)

    def whisper(self) -> Response:
        return _document(standby.ask_to_accept(WHISPER, f"{self._public}/voice/standby/accept"))

    def accept(self) -> Response:
        taken = request.values.get("Digits") == "1"
        return _document(twiml.empty() if taken else twiml.goodbye())

    def agent(self, **_path: object) -> Response:
        """Whoever was rung before: nobody knows any more for whom."""
        return _document(twiml.already_gone(GONE))

    def message(self) -> Response:
        """What was recorded stays with the carrier, which keeps it until the line asks for it."""
        left = "RecordingSid" in request.values or "RecordingUrl" in request.values
        return _document(twiml.goodbye(self._words.line("message.thanks" if left else "message.none")))

    def wait(self, handoff: int) -> Response:
        """Music goes on: whoever waits in a conference cannot be led out of it from here."""
        return _document(twiml.wait(f"{self._public}/voice/audio/music.wav", f"{self._public}/handoff/{handoff}/wait"))

    def _ring(self, n: int) -> Response:
        phones = self._phones(request.values.get("CallSid", ""))
        if n >= len(phones):
            return _document(self._documents.sorry(None, self._words))
        said = self._words.line("one_moment" if n else "fault.person")
        following, whisper = f"{self._public}/voice/standby/{n + 1}", f"{self._public}/voice/standby/whisper"
        return _document(standby.ring(phones[n], said, self._number, following, whisper))


def _document(text: str) -> Response:
    return Response(text, content_type="text/xml; charset=utf-8")
