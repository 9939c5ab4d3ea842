"""`/voice/turn`: the conversation by webhooks, for callers whose media socket cannot be had."""

import base64
import hashlib
import logging
import secrets
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Protocol, cast, get_args
from urllib.parse import urlencode

from cryptography.fernet import Fernet, InvalidToken
from flask import Blueprint, Response, abort, request

from ivr.carrier.dialect import Dialect
from ivr.carrier.documents import Documents
from ivr.carrier.port import CarrierError
from ivr.channels.recorded_turns import NoWords, RecordedTurns, Reply
from ivr.dialogue.actions import AnswerKind, Listen
from ivr.dialogue.prompts.en import PROMPTS
from ivr.web.hooks.carrier_requests import read, require_signature, respond

log = logging.getLogger(__name__)

SINGLE = ("open", "yes-no")  # questions that one key answers
FIRST_WORD = 2.0  # seconds after a recording's own pause of two: nobody hears nothing for five
NEXT_WORD = 3.5
WORDS = 5  # after as many a person takes over
LOOK = 0.1  # seconds between two looks for an answer
SEALED = 60  # seconds in which the other keys follow the first


class Recordings(Protocol):
    """The carrier, as far as recorded turns need it."""

    def fetch_recording(self, url: str) -> bytes: ...

    def delete_recording(self, recording_sid: str) -> None: ...


def make_turns_blueprint(
    channel: RecordedTurns,
    recordings: Recordings,
    dialect: Dialect,
    public: str,
    spare: Executor,
    hearing: Executor | None = None,
    secret: str = "",
    sleep: Callable[[float], None] = time.sleep,
) -> Blueprint:
    """`public` is our public URL; `hearing` runs what a caller waits for, `spare` what nobody does.

    `secret` is what the web processes share: it seals a key that stands in an address. A fault goes to /voice/fallback.
    """
    turns = Blueprint("turns", __name__, url_prefix="/voice/turn")
    require_signature(turns, dialect)
    callbacks, documents = dialect.callbacks, dialect.documents
    addresses = _Addresses(public.rstrip("/"), documents)
    hearing = hearing or ThreadPoolExecutor(8, "turn")
    seal = _Seal(secret)

    @turns.post("")
    def begin() -> Response:
        return _reply(channel.begin(_sid()))

    @turns.post("/<int:number>/keys")
    def keys(number: int) -> Response:
        return _keyed(number, read(callbacks.keys).replace("#", ""))

    @turns.post("/<int:number>/heard", endpoint="heard")
    def recorded(number: int) -> Response:
        said = read(callbacks.utterance)
        forget = _forgetting(channel, recordings, said.recording_sid) if said.recording_sid else None
        if said.keys:
            if forget is not None:
                spare.submit(forget)
            return _keyed(number, said.keys)
        sid, asked = _sid(), _asked()

        def hear() -> Reply | NoWords:
            try:
                wav = recordings.fetch_recording(said.url)
                return channel.recorded(sid, number, wav, asked.kind, asked.digits) or NoWords()
            except CarrierError as error:
                log.warning("what was said in call %s cannot be fetched: %s", sid, error)
                return channel.silent(sid, number)
            finally:
                if forget is not None:
                    spare.submit(forget)

        return _soon(number, hear)

    @turns.post("/<int:number>/wait")
    def wait(number: int) -> Response:
        looks, tries = int(NEXT_WORD / LOOK), request.args.get("tries", 0, type=int)
        while (came := channel.result_of(_sid(), number)) is None and looks > 0:
            sleep(LOOK)
            looks -= 1
        if came is None and tries >= WORDS:
            abort(503)  # a person takes over, from /voice/fallback
        return _later(number, tries + 1) if came is None else _came(number, came)

    @turns.post("/<int:number>/silent")
    def silent(number: int) -> Response:
        return _waiting(number, documents.PAUSE)

    def _soon(number: int, work: Callable[[], Reply | NoWords]) -> Response:
        """The answer; where it takes long, a word first, and then the answer."""
        if channel.taken(_sid(), number):  # delivered once more
            return wait(number)
        try:
            return _came(number, hearing.submit(work).result(FIRST_WORD))
        except TimeoutError:
            return _later(number, 1)

    def _later(number: int, tries: int) -> Response:
        line = PROMPTS["moment" if tries == 1 else "repair.looking"][0]
        more = {"waited": _waited(), "seconds": _recorded(), "tries": tries}
        return respond(dialect, documents.leave((line,), addresses.turn(number, "wait", _asked(), **more)))

    def _came(number: int, came: Reply | NoWords) -> Response:
        return _waiting(number, _recorded()) if isinstance(came, NoWords) else _reply(came)

    def _waiting(number: int, seconds: int) -> Response:
        """No words for so many `seconds` more: listen on, for as long as the question allows."""
        asked, waited = _asked(), _waited() + seconds
        if waited < asked.no_input_timeout:
            return respond(dialect, addresses.ask((), number, asked, waited))
        return _reply(channel.silent(_sid(), number))

    def _keyed(number: int, pressed: str) -> Response:
        """One key answers a menu, and zero brings a person; digits, money and dates take more of them."""
        asked, sid = _asked(), _sid()
        first = seal.opened(request.args.get("first", ""), sid, number)
        pressed = first + pressed
        if not pressed and asked.kind not in SINGLE:  # a pound key alone, or a first key that was sealed by another
            return _waiting(number, documents.NEXT_KEY)
        if first or asked.kind in SINGLE or pressed == "#" or len(pressed) == asked.digits:
            return _soon(number, lambda: channel.keyed(sid, number, pressed.replace("#", "")))
        left = None if asked.digits is None else asked.digits - len(pressed)
        more = addresses.turn(number, "keys", asked, first=seal.sealed(pressed, sid, number))
        return respond(dialect, documents.more_keys(left, more))

    def _reply(reply: Reply) -> Response:
        if reply.listen is None:
            return respond(dialect, documents.leave(reply.says, addresses.resume, reply.language))
        return respond(dialect, addresses.ask(reply.says, reply.number, reply.listen))

    def _recorded() -> int:
        """How long the recording is, in seconds; it ends with a pause, the least that one holds."""
        told = read(callbacks.recorded_seconds)
        return max(documents.PAUSE, request.args.get("seconds", 0, type=int) if told is None else told)

    def _waited() -> int:
        return request.args.get("waited", documents.FIRST_KEY, type=int)

    def _sid() -> str:
        return read(callbacks.call_update).sid

    return turns


class _Seal:
    """Keys that stand in an address for a moment, readable by nobody who sees it go by: they may begin a PIN."""

    def __init__(self, secret: str) -> None:
        key = hashlib.sha256(f"turns:{secret}".encode()).digest() if secret else secrets.token_bytes(32)
        self._box = Fernet(base64.urlsafe_b64encode(key))

    def sealed(self, keys: str, sid: str, number: int) -> str:
        return self._box.encrypt(f"{sid}:{number}:{keys}".encode()).decode()

    def opened(self, sealed: str, sid: str, number: int) -> str:
        """The keys; none where they are another call's, or old."""
        try:
            call, turn, keys = self._box.decrypt(sealed, ttl=SEALED).decode().split(":")
        except (InvalidToken, ValueError):
            return ""
        return keys if (call, turn) == (sid, str(number)) else ""


class _Addresses:
    """Where the answers to a turn go. All that is needed to take them stands in the address, which is signed."""

    def __init__(self, public: str, documents: Documents) -> None:
        self._public, self._documents = public, documents
        self.resume = f"{public}/voice/resume"

    def turn(self, number: int, what: str, asked: Listen, **more: object) -> str:
        digits = {} if asked.digits is None else {"digits": asked.digits}
        query = {"kind": asked.kind, "patience": asked.no_input_timeout, **digits, **more}
        return f"{self._public}/voice/turn/{number}/{what}?{urlencode(query)}"

    def ask(self, says: tuple[str, ...], number: int, asked: Listen, waited: int | None = None) -> str:
        """`waited`: seconds without a word since the question; None: as many as a key may take."""
        waited = self._documents.FIRST_KEY if waited is None else waited
        keys = self.turn(number, "keys", asked)
        heard, silent = (self.turn(number, what, asked, waited=waited) for what in ("heard", "silent"))
        return self._documents.ask(says, keys, heard, silent)


def _forgetting(channel: RecordedTurns, recordings: Recordings, sid: str) -> Callable[[], None]:
    """Promises that the recording of a turn is deleted, and gives what does it at once."""
    promise = channel.promise_to_forget(sid)

    def forget() -> None:
        try:
            recordings.delete_recording(sid)
            channel.forgotten(promise)
        except CarrierError as error:
            log.warning("the recording %s of a turn is deleted later: %s", sid, error)

    return forget


def _asked() -> Listen:
    kind = request.args.get("kind", "open")
    if kind not in get_args(AnswerKind):
        abort(400, f"kind={kind}: not a kind of question")
    patience = request.args.get("patience", Listen().no_input_timeout, type=float)
    return Listen(cast("AnswerKind", kind), request.args.get("digits", type=int), no_input_timeout=patience)
