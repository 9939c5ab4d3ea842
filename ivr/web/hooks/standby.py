"""The line without a store: the same addresses, answered from memory alone, so that a caller gets to a person."""

from collections.abc import Callable, Sequence

from flask import Blueprint, Response

from ivr.carrier.dialect import Dialect
from ivr.desk.ringing import RingTimes
from ivr.phrasing.announcements import Announcements
from ivr.web.hooks.call_documents import CallDocuments
from ivr.web.hooks.carrier_requests import read, require_signature, respond

MESSAGE = "/voice/message"
LEADS_TO_A_PERSON = ("/voice/incoming", "/voice/resume", "/voice/fallback", "/voice/turn")
WHISPER = "The line has a fault, and a caller waits for you. Press 1 to take the call."
GONE = "The line has a fault. This call goes to somebody else. Goodbye."
AWAY = "The database does not answer."


def make_standby_blueprint(
    phones: Callable[[str], Sequence[str]], dialect: Dialect, documents: CallDocuments, public: str, number: str
) -> Blueprint:
    """`phones` says which ring for a call, by its sid; `number` is the line's own, shown to whoever is rung.

    What stands in an address is all that is known of how far a call is: nothing is read or written.
    """
    blueprint = Blueprint("standby", __name__)
    require_signature(blueprint, dialect)
    hooks = _StandbyHooks(phones, dialect, documents, public.rstrip("/"), number)
    for path in LEADS_TO_A_PERSON:
        blueprint.add_url_rule(path, path.strip("/"), hooks.person, methods=["GET", "POST"])
    blueprint.add_url_rule("/voice/turn/<path:rest>", "turn", hooks.person, methods=["POST"])
    blueprint.add_url_rule("/voice/standby/<int:n>", "next", hooks.next, methods=["POST"])
    blueprint.add_url_rule("/voice/standby/whisper", "whisper", hooks.whisper, methods=["POST"])
    blueprint.add_url_rule("/voice/standby/accept", "taken", hooks.accept, methods=["POST"])
    blueprint.add_url_rule(MESSAGE, "message", hooks.message, methods=["GET", "POST"])
    of = "/handoff/<int:handoff>"
    blueprint.add_url_rule(f"{of}/wait", "wait", hooks.wait, methods=["POST"])
    for leg in ("caller", "caller-fallback"):  # somebody whom we have called back
        blueprint.add_url_rule(f"{of}/<int:number>/{leg}", leg, hooks.person, methods=["POST"])
    for leg in ("agent", "accept", "agent-fallback"):
        blueprint.add_url_rule(f"{of}/<int:number>/{leg}", leg, hooks.agent, methods=["POST"])
    for code in (404, 405):  # everything else leads to /voice/fallback, or is of no use without a store
        blueprint.app_errorhandler(code)(lambda _error: (AWAY, 503))
    return blueprint


class _StandbyHooks:
    """One method per address."""

    def __init__(
        self,
        phones: Callable[[str], Sequence[str]],
        dialect: Dialect,
        documents: CallDocuments,
        public: str,
        number: str,
    ) -> None:
        self._phones, self._call_documents, self._public, self._number = phones, documents, public, number
        self._dialect, self._callbacks, self._documents = dialect, dialect.callbacks, dialect.documents
        self._words = Announcements("en")

    def person(self, **_path: object) -> Response:
        if read(self._callbacks.call_over):
            return self._respond(self._documents.goodbye())
        if read(self._callbacks.failed_document).url.partition("?")[0] == self._call_documents.message:
            return self.message()
        return self._ring(0)

    def next(self, n: int) -> Response:
        """After phone number `n - 1`: over when somebody took the call, else the next one rings."""
        if read(self._callbacks.call_over):
            return self._respond(self._documents.empty())
        if read(self._callbacks.was_answered):
            return self._respond(self._documents.goodbye(self._words.line("goodbye")))
        return self._ring(n)

    def whisper(self) -> Response:
        return self._respond(self._documents.ask_to_accept(WHISPER, f"{self._public}/voice/standby/accept"))

    def accept(self) -> Response:
        taken = read(self._callbacks.keys) == "1"
        return self._respond(self._documents.empty() if taken else self._documents.goodbye())

    def agent(self, **_path: object) -> Response:
        """Whoever was rung before: nobody knows any more for whom."""
        return self._respond(self._documents.already_gone(GONE))

    def message(self) -> Response:
        """What was recorded stays with the carrier, which keeps it until the line asks for it."""
        left = read(self._callbacks.message)
        return self._respond(self._documents.goodbye(self._words.line("message.thanks" if left else "message.none")))

    def wait(self, handoff: int) -> Response:
        """Music goes on: whoever waits in a conference cannot be led out of it from here."""
        return self._respond(
            self._documents.wait(f"{self._public}/voice/audio/music.wav", f"{self._public}/handoff/{handoff}/wait")
        )

    def _ring(self, n: int) -> Response:
        phones = self._phones(read(self._callbacks.call_sid) or "")
        if n >= len(phones):
            return self._respond(self._call_documents.sorry(None, self._words))
        said = self._words.line("one_moment" if n else "fault.person")
        following, whisper = f"{self._public}/voice/standby/{n + 1}", f"{self._public}/voice/standby/whisper"
        return self._respond(
            self._documents.ring(phones[n], said, self._number, following, whisper, RingTimes().standby)
        )

    def _respond(self, document: str) -> Response:
        return respond(self._dialect, document)
