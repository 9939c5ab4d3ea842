"""`/voice/*`: a call from its first ring to its end, as the carrier tells of it; one small transaction a request."""

import logging
from typing import Literal, Protocol

from flask import Blueprint, Response

from ivr.calls.next_step import Goodbye, Park, TakeMessage
from ivr.calls.service import CallService
from ivr.carrier.callbacks import CallUpdate, FailedDocument
from ivr.carrier.dialect import Dialect
from ivr.carrier.port import CarrierError
from ivr.dialogue.events import CardTaken
from ivr.payments.bot_cards import Card
from ivr.payments.card_entry import FAULT, read_result
from ivr.phrasing.announcements import Announcements
from ivr.web.hooks.call_documents import CallDocuments
from ivr.web.hooks.carrier_requests import read, require_signature, respond
from ivr.web.hooks.failed_documents import ask_again
from ivr.web.hooks.time_limit import within

log = logging.getLogger(__name__)
PAUSE_SECONDS = 4.0  # that a caller who has agreed to pay may wait for the recording to fall silent


class Handoffs(Protocol):
    """What the line tells the hand-offs about a caller."""

    def caller_gone(self, call_sid: str) -> None: ...

    def message_left(self, call_sid: str, recording_sid: str | None) -> str | None: ...

    def resumed(self, call_sid: str, to: Literal["resume", "room"]) -> None: ...


class Recorder(Protocol):
    """The carrier, as far as a card needs it."""

    def pause_recording(self, call_sid: str) -> None: ...


def make_voice_blueprint(
    calls: CallService,
    handoffs: Handoffs,
    dialect: Dialect,
    documents: CallDocuments,
    carrier: Recorder | None = None,
) -> Blueprint:
    """The blueprint of `/voice/*`, but for the sounds, which are files.

    Without a `carrier` whose recording can be paused, no card is taken: a person does it."""
    voice, callbacks = Blueprint("voice", __name__, url_prefix="/voice"), dialect.callbacks
    require_signature(voice, dialect)

    @voice.route("/incoming", methods=["GET", "POST"])
    def incoming() -> Response:
        call = read(callbacks.call_update)
        ticket = calls.answer(call.sid, call.caller, call.called, call.attestation)
        return respond(dialect, documents.answer_call(ticket.token))

    @voice.route("/resume", methods=["GET", "POST"])
    def resume() -> Response:
        call = read(callbacks.call_update)
        if call.over:
            return ended(call)
        after = calls.resume(call.sid, call.caller, call.called)
        if isinstance(after, Card) and not _recording_paused(carrier, call.sid):
            after = calls.card_taken(call.sid, after.turn, CardTaken(FAULT))
        if isinstance(after, Park | TakeMessage | Goodbye):
            handoffs.resumed(call.sid, "room" if isinstance(after, Park) else "resume")
        return respond(dialect, documents.next(after))

    @voice.route("/paid/<int:turn>", methods=["GET", "POST"])
    def paid(turn: int) -> Response:
        call, card = read(callbacks.call_update), read(callbacks.card_update)
        after = calls.card_taken(call.sid, turn, read_result(card.result, card.confirmation, card.reason))
        return ended(call) if call.over else respond(dialect, documents.next(after))

    @voice.route("/card", methods=["GET", "POST"])
    def card() -> Response:
        return Response(status=204)  # progress of an entry: nothing of it is kept

    @voice.route("/fallback", methods=["GET", "POST"])
    def fallback() -> Response:
        failed = read(callbacks.failed_document)
        if (answer := _what_it_brought(failed, documents.prefix)) is not None:
            return answer
        call = read(callbacks.call_update)
        after = calls.fault(call.sid, call.caller, call.called, f"document {failed.code}"[:40])
        return respond(dialect, documents.sorry(after, Announcements(calls.language(call.sid))))

    @voice.route("/status", methods=["GET", "POST"])
    def status() -> Response:
        call = read(callbacks.call_update)
        if call.over:
            ended(call)
        return Response(status=204)

    @voice.route("/stream", methods=["GET", "POST"])
    def stream() -> Response:
        if (fault := read(callbacks.stream_fault)) is not None:
            calls.stream_failed(fault.call_sid, fault.stream_sid)
        return Response(status=204)

    @voice.route("/recording", methods=["GET", "POST"])
    def recording() -> Response:
        calls.recording(read(callbacks.call_update).sid, read(callbacks.recording))
        return Response(status=204)

    @voice.post("/text/<int:dial>")
    def text(dial: int) -> Response:
        told = read(callbacks.text_status)
        calls.text_reported(dial, told.sid, told.status)
        return Response(status=204)

    @voice.post("/recording/<sid>")
    def recording_of(sid: str) -> Response:
        """What is recorded on the leg of a call-back belongs to the call that it answers."""
        calls.recording(sid, read(callbacks.recording))
        return Response(status=204)

    @voice.route("/message", methods=["GET", "POST"])
    def message() -> Response:
        call, left = read(callbacks.call_update), read(callbacks.message)
        calls.message_left(call.sid, call.caller, call.called, left)
        go_on = handoffs.message_left(call.sid, None if left is None else left.sid)
        if call.over:
            ended(call)
        words = Announcements(calls.language(call.sid))
        if go_on is not None:
            return respond(dialect, dialect.documents.apologise(words.line("agent.rings"), go_on, words.language))
        thanks = words.line("message.thanks" if left else "message.none")
        return respond(dialect, dialect.documents.goodbye(thanks, words.language))

    def ended(call: CallUpdate) -> Response:
        calls.ended(call.sid, call.status or "")
        handoffs.caller_gone(call.sid)
        return respond(dialect, dialect.documents.goodbye())

    return voice


def _recording_paused(carrier: Recorder | None, sid: str) -> bool:
    """Whether the recording is silent now, so that a card may be taken."""
    if carrier is None:
        return False
    try:
        within(PAUSE_SECONDS, lambda: carrier.pause_recording(sid))
    except CarrierError as error:
        log.warning("no card is taken in call %s: %s", sid, error)
        return False
    return True


def _what_it_brought(failed: FailedDocument, prefix: str) -> Response | None:
    """The failed document's own answer, if its request brought a result; a fault in it leaves the caller to us."""
    try:
        return ask_again(failed, prefix)
    except Exception:
        log.exception("what a failed document brought could not be kept")
        return None
