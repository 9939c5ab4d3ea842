"""`/voice/turn`: the conversation by webhooks, for callers whose media socket cannot be had."""

import logging
from concurrent.futures import Executor
from typing import Protocol, cast, get_args
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request

from ivr.by_turns import Reply, TurnChannel
from ivr.carrier import CarrierError
from ivr.dialogue.events import Kind, Listen
from ivr.web.signatures import Signatures, require_signature
from twiml import turns as twiml

log = logging.getLogger(__name__)

SINGLE = ("open", "yes-no")  # questions that one key answers


class Recordings(Protocol):
    """The carrier, as far as recorded turns need it."""

    def fetch_recording(self, url: str) -> bytes: ...

    def delete_recording(self, recording_sid: str) -> None: ...


def make_turns_blueprint(
    channel: TurnChannel, recordings: Recordings, signatures: Signatures, public: str, spare: Executor
) -> Blueprint:
    """`public` is our public URL; `spare` runs what no caller waits for. A fault goes to /voice/fallback."""
    turns = Blueprint("turns", __name__, url_prefix="/voice/turn")
    require_signature(turns, signatures)
    addresses = _Addresses(public.rstrip("/"))

    @turns.post("")
    def begin() -> Response:
        return _answer(addresses, channel.begin(_sid()))

    @turns.post("/<int:number>/keys")
    def keys(number: int) -> Response:
        return _keyed(number, request.args.get("first", "") + request.form.get("Digits", "").replace("#", ""))

    @turns.post("/<int:number>/heard")
    def heard(number: int) -> Response:
        pressed, recording = request.form.get("Digits", ""), request.form.get("RecordingSid", "")
        try:
            if pressed and pressed != "hangup":
                return _keyed(number, pressed)
            wav = recordings.fetch_recording(_required("RecordingUrl"))
            asked = _asked()
            reply = channel.heard(_sid(), number, wav, asked.kind, asked.digits)
            return _waiting(number, _recorded()) if reply is None else _answer(addresses, reply)
        except CarrierError as error:
            log.warning("what was said in call %s cannot be fetched: %s", _sid(), error)
            return _answer(addresses, channel.silent(_sid(), number))
        finally:
            if recording:
                spare.submit(_forget, recordings, recording)

    @turns.post("/<int:number>/silent")
    def silent(number: int) -> Response:
        return _waiting(number, twiml.PAUSE)

    def _waiting(number: int, seconds: int) -> Response:
        """No words for so many `seconds` more: listen on, for as long as the question has patience."""
        asked, waited = _asked(), request.args.get("waited", twiml.FIRST_KEY, type=int) + seconds
        if waited < asked.patience:
            return _xml(addresses.ask((), number, asked, waited))
        return _answer(addresses, channel.silent(_sid(), number))

    def _keyed(number: int, pressed: str) -> Response:
        """One key answers a menu, and zero brings a person; digits, money and dates take more of them."""
        asked = _asked()
        if "first" in request.args or asked.kind in SINGLE or pressed == "#" or len(pressed) == asked.digits:
            return _answer(addresses, channel.keyed(_sid(), number, pressed.replace("#", "")))
        left = None if asked.digits is None else asked.digits - len(pressed)
        return _xml(twiml.more_keys(left, addresses.turn(number, "keys", asked, first=pressed)))

    return turns


class _Addresses:
    """Where the answers to a turn go. All that is needed to take them stands in the address, which is signed."""

    def __init__(self, public: str) -> None:
        self._public = public
        self.resume = f"{public}/voice/resume"

    def turn(self, number: int, what: str, asked: Listen, **more: object) -> str:
        digits = {} if asked.digits is None else {"digits": asked.digits}
        query = {"kind": asked.kind, "patience": asked.patience, **digits, **more}
        return f"{self._public}/voice/turn/{number}/{what}?{urlencode(query)}"

    def ask(self, says: tuple[str, ...], number: int, asked: Listen, waited: int = twiml.FIRST_KEY) -> str:
        """`waited`: seconds without a word since the question."""
        keys = self.turn(number, "keys", asked)
        heard, silent = (self.turn(number, what, asked, waited=waited) for what in ("heard", "silent"))
        return twiml.ask(says, keys, heard, silent)


def _answer(addresses: _Addresses, reply: Reply) -> Response:
    if reply.listen is None:
        return _xml(twiml.leave(reply.says, addresses.resume, reply.language))
    return _xml(addresses.ask(reply.says, reply.number, reply.listen))


def _forget(recordings: Recordings, sid: str) -> None:
    """A turn may hold a PIN: it stays nowhere."""
    try:
        recordings.delete_recording(sid)
    except CarrierError as error:
        log.warning("the recording %s of a turn was not deleted: %s", sid, error)


def _asked() -> Listen:
    kind = request.args.get("kind", "open")
    if kind not in get_args(Kind):
        abort(400, f"kind={kind}: not a kind of question")
    patience = request.args.get("patience", Listen().patience, type=float)
    return Listen(cast("Kind", kind), request.args.get("digits", type=int), patience=patience)


def _recorded() -> int:
    """How long the recording is, in seconds; it ends with a pause, the least that one holds."""
    return max(twiml.PAUSE, request.form.get("RecordingDuration", 0, type=int))


def _sid() -> str:
    return _required("CallSid")


def _required(name: str) -> str:
    return request.form.get(name) or abort(400, f"{name} is missing: the carrier sends it with every such request")


def _xml(document: str) -> Response:
    return Response(document, content_type="text/xml; charset=utf-8")
