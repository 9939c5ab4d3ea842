"""The carrier's webhooks: small transactions in, TwiML out, in milliseconds."""

import logging
from typing import Literal, Protocol
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, request

import twiml.turns
from ivr.calls.next_step import ByTurns, Goodbye, Next, Park, Reconnect, TakeMessage
from ivr.calls.recording_news import RecordingNews
from ivr.calls.service import CallService
from ivr.carrier.port import CarrierError
from ivr.carrier.signatures import Signatures, require_signature
from ivr.channels.audio_files import MESSAGES
from ivr.dialogue.events import CardTaken
from ivr.payments.bot_cards import FAULT, Card, read_result
from ivr.phrasing.announcements import Announcements
from ivr.web.hooks.failed_documents import ask_again
from ivr.web.hooks.time_limit import within

log = logging.getLogger(__name__)
PAUSE_SECONDS = 4.0  # that a caller who has agreed to pay may wait for the recording to fall silent

OVER = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


class Handoffs(Protocol):
    """What the line tells the hand-offs about a caller."""

    def caller_gone(self, call_sid: str) -> None: ...

    def message_left(self, call_sid: str, recording_sid: str) -> None: ...

    def resumed(self, call_sid: str, to: Literal["resume", "room"]) -> None: ...


class Recorder(Protocol):
    """The carrier, as far as a card needs it."""

    def pause_recording(self, call_sid: str) -> None: ...


class Documents:
    """TwiML with the addresses filled in: `public` is our public URL, `media` the media socket's.

    `payment_connector` is the name under which the carrier knows who charges cards."""

    def __init__(self, public: str, media: str, payment_connector: str = "Default") -> None:
        self._connector = payment_connector
        self._public = public.rstrip("/")
        self._media = media.rstrip("/")
        self.prefix = urlsplit(self._public).path
        self.resume = self._at("/voice/resume")
        self.recording = self._at("/voice/recording")
        self.message = self._at("/voice/message")
        self._stream = self._at("/voice/stream")

    def answer(self, token: str) -> str:
        notice = self._at("/voice/audio/notice.wav")
        return twiml.answer(notice, self.recording, self.resume, self._media, self._stream, token)

    def next(self, after: Next) -> str:
        match after:
            case Reconnect():
                return twiml.reconnect(self.resume, self._media, self._stream, after.token, after.pause)
            case ByTurns():
                return twiml.turns.leave((), self._at("/voice/turn"))
            case Card():
                return self._pay(after)
            case Park():
                return self._park(after)
            case TakeMessage():
                prompt = MESSAGES[Announcements(after.language).language]
                return twiml.take_message(self._at(f"/voice/audio/{prompt}"), self.message, self.recording)
            case Goodbye():
                words = Announcements(after.language)
                return twiml.thank(words.line("goodbye"), words.language) if after.thank else twiml.goodbye()

    def sorry(self, after: Next | None, words: Announcements) -> str:
        """After a fault: on to a person, or, with None or no way there, a message; needs no file of ours."""
        match after:
            case Reconnect() | ByTurns() | Card() | Park():
                return twiml.apologise(words.line("fault.person"), self.resume, words.language)
            case Goodbye():
                return twiml.goodbye()
            case TakeMessage() | None:
                text = words.line("fault.message")
                return twiml.apologise_and_record(text, self.message, self.recording, words.language)

    def _pay(self, card: Card) -> str:
        paid, progress = self._at(f"/voice/paid/{card.turn}"), self._at("/voice/card")
        return twiml.pay(card.amount, card.currency, self._connector, paid, progress)

    def _park(self, park: Park) -> str:
        base = self._at(f"/handoff/{park.handoff}")
        return twiml.park(
            park.conference,
            f"{base}/wait",
            f"{base}/conference",
            f"{base}/caller-left",
            f"{self._media}/listen",
            park.token,
        )

    def _at(self, path: str) -> str:
        return self._public + path


def make_voice_blueprint(
    calls: CallService,
    handoffs: Handoffs,
    signatures: Signatures,
    documents: Documents,
    carrier: Recorder | None = None,
) -> Blueprint:
    """The blueprint of `/voice/*`, but for the sounds, which are files.

    Without a `carrier` whose recording can be paused, no card is taken: a person does it."""
    voice = Blueprint("voice", __name__, url_prefix="/voice")
    require_signature(voice, signatures)

    @voice.route("/incoming", methods=["GET", "POST"])
    def incoming() -> Response:
        return _twiml(documents.answer(calls.answer(*_parties(), request.values.get("StirVerstat")).token))

    @voice.route("/resume", methods=["GET", "POST"])
    def resume() -> Response:
        if _over():
            _end()
            return _twiml(twiml.goodbye())
        after = calls.resume(*_parties())
        if isinstance(after, Card) and not _unrecorded(carrier, _required("CallSid")):
            after = calls.card_taken(_required("CallSid"), after.turn, CardTaken(FAULT))
        if isinstance(after, Park | TakeMessage | Goodbye):
            handoffs.resumed(_required("CallSid"), "room" if isinstance(after, Park) else "resume")
        return _twiml(documents.next(after))

    @voice.route("/paid/<int:turn>", methods=["GET", "POST"])
    def paid(turn: int) -> Response:
        values = request.values
        error = f"{values.get('ConnectorError', '')} {values.get('PaymentError', '')}"
        taken = read_result(values.get("Result", ""), values.get("PaymentConfirmationCode", ""), error)
        after = calls.card_taken(_required("CallSid"), turn, taken)
        if _over():
            _end()
            return _twiml(twiml.goodbye())
        return _twiml(documents.next(after))

    @voice.route("/card", methods=["GET", "POST"])
    def card() -> Response:
        return Response(status=204)  # progress of an entry: nothing of it is kept

    @voice.route("/fallback", methods=["GET", "POST"])
    def fallback() -> Response:
        if (answer := _ask_again(documents)) is not None:
            return answer
        after = calls.fault(*_parties(), f"document {request.values.get('ErrorCode', '')}"[:40])
        return _twiml(documents.sorry(after, Announcements(calls.language(_required("CallSid")))))

    @voice.route("/status", methods=["GET", "POST"])
    def status() -> Response:
        if _over():
            _end()
        return Response(status=204)

    @voice.route("/stream", methods=["GET", "POST"])
    def stream() -> Response:
        if request.values.get("StreamEvent") == "stream-error":
            calls.stream_failed(_required("CallSid"), _required("StreamSid"))
        return Response(status=204)

    @voice.route("/recording", methods=["GET", "POST"])
    def recording() -> Response:
        calls.recording(_required("CallSid"), _recording(_required("RecordingStatus")))
        return Response(status=204)

    @voice.post("/text/<int:dial>")
    def text(dial: int) -> Response:
        calls.text_told(dial, _required("MessageSid"), _required("MessageStatus"))
        return Response(status=204)

    @voice.post("/recording/<sid>")
    def recording_of(sid: str) -> Response:
        """What is recorded on the leg of a call-back belongs to the call that it answers."""
        calls.recording(sid, _recording(_required("RecordingStatus")))
        return Response(status=204)

    @voice.route("/message", methods=["GET", "POST"])
    def message() -> Response:
        left = "RecordingSid" in request.values or "RecordingUrl" in request.values
        news = _recording("in-progress", kind="message") if left else None
        calls.message_left(*_parties(), news)
        if news is not None:
            handoffs.message_left(_required("CallSid"), news.sid)
        if _over():
            _end()
        words = Announcements(calls.language(_required("CallSid")))
        return _twiml(twiml.goodbye(words.line("message.thanks" if news else "message.none"), words.language))

    def _end() -> None:
        calls.ended(_required("CallSid"), request.values["CallStatus"])
        handoffs.caller_gone(_required("CallSid"))

    return voice


def _unrecorded(carrier: Recorder | None, sid: str) -> bool:
    """Whether the recording is silent now, so that a card may be taken."""
    if carrier is None:
        return False
    try:
        within(PAUSE_SECONDS, lambda: carrier.pause_recording(sid))
    except CarrierError as error:
        log.warning("no card is taken in call %s: %s", sid, error)
        return False
    return True


def _ask_again(documents: Documents) -> Response | None:
    """The failed document's own answer, if its request brought a result; a fault in it leaves the caller to us."""
    values = request.values
    try:
        return ask_again(values.get("ErrorUrl", ""), values.get("ErrorCode", ""), values, documents.prefix)
    except Exception:
        log.exception("call %s: what a failed document brought could not be kept", values.get("CallSid", ""))
        return None


def _parties() -> tuple[str, str, str]:
    return _required("CallSid"), request.values.get("From", "unknown"), request.values.get("To", "unknown")


def _required(name: str) -> str:
    value = request.values.get(name, "")
    if not value:
        abort(400, f"{name} is missing: the carrier sends it with every request of this kind")
    return value


def _over() -> bool:
    return request.values.get("CallStatus") in OVER


def _recording(status: str, kind: str | None = None) -> RecordingNews:
    values = request.values
    url = values.get("RecordingUrl", "")
    return RecordingNews(
        sid=values.get("RecordingSid") or url.rsplit("/", 1)[-1],
        status=status,
        url=url,
        kind=kind or ("message" if values.get("RecordingSource") == "RecordVerb" else "call"),
        seconds=values.get("RecordingDuration", type=float),
        channels=values.get("RecordingChannels", type=int),
    )


def _twiml(document: str) -> Response:
    return Response(document, content_type="text/xml; charset=utf-8")
