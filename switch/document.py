"""A TwiML document: what may be in it, and what is read from an answer."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_BYTES = 64 * 1024
XML_TYPES = ("text/xml", "application/xml", "text/html")

_CALLBACK = "statusCallback statusCallbackMethod statusCallbackEvent"
_RECORDING = (
    "recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent recordingConfigurationId"
)
_MACHINE = (
    "machineDetection machineDetectionTimeout machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold "
    "machineDetectionSilenceTimeout amdStatusCallback amdStatusCallbackMethod"
)
ATTRIBUTES: dict[str, frozenset[str]] = {
    name: frozenset(attributes.split())
    for name, attributes in {
        "Say": "voice language loop",
        "Play": "loop digits",
        "Gather": "input action method timeout speechTimeout maxSpeechTime profanityFilter finishOnKey numDigits "
        "partialResultCallback partialResultCallbackMethod language hints bargeIn debug "
        "actionOnEmptyResult speechModel enhanced",
        "Record": f"action method timeout finishOnKey maxLength playBeep trim transcribe "
        f"transcribeCallback {_RECORDING}",
        "Pause": "length",
        "Redirect": "method",
        "Reject": "reason",
        "Hangup": "",
        "Dial": "action method timeout hangupOnStar timeLimit callerId callReason record trim answerOnBridge ringTone "
        f"recordingTrack sequential referUrl referMethod events {_RECORDING}",
        "Number": f"sendDigits url method byoc {_CALLBACK} {_MACHINE}",
        "Client": f"url method {_CALLBACK}",
        "Identity": "",
        "Conference": "muted beep startConferenceOnEnter endConferenceOnExit waitUrl waitMethod maxParticipants record "
        f"region coach trim {_CALLBACK} {_RECORDING} eventCallbackUrl jitterBufferSize participantLabel",
        "Connect": "action method",
        "Start": "action method",
        "Stop": "",
        "Stream": "name connectorName url track statusCallback statusCallbackMethod audioFormat sampleRate",
        "Parameter": "name value",
        "Recording": f"name track channels trim {_RECORDING}",
        "Pay": "input action method bankAccountType statusCallback statusCallbackMethod timeout maxAttempts "
        "securityCode postalCode "
        "minPostalCodeLength paymentConnector paymentMethod tokenType chargeAmount currency "
        "description validCardTypes language",
        "Prompt": "for attempt errorType cardType requireMatchingInputs",
    }.items()
}


class DocumentError(Exception):
    """A document that cannot be run; `code` is the carrier's error code."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


@dataclass(frozen=True)
class Document:
    """Verbs in order, or a sound to play. `url` is where it came from, empty when it came with a REST request."""

    url: str
    verbs: list[ET.Element] = field(default_factory=list)
    audio: bytes = b""
    audio_type: str = ""


def parse(body: bytes) -> list[ET.Element]:
    """The verbs of a document. Raises DocumentError 11750 (too large) or 12100 (not a document)."""
    if len(body) > MAX_BYTES:
        raise DocumentError(11750, f"document of {len(body)} bytes; at most {MAX_BYTES} are read")
    if body.startswith(b"\xef\xbb\xbf") or b"<!DOCTYPE" in body:
        raise DocumentError(12100, "byte order mark or document type before the document")
    try:
        root = ET.fromstring(body)  # noqa: S314 - small, without document type, from the customer's own server
    except ET.ParseError as error:
        raise DocumentError(12100, f"document parse failure: {error}") from error
    if root.tag != "Response":
        raise DocumentError(12100, f"the outermost element is <{root.tag}>, not <Response>")
    return list(root)


def read(url: str, content_type: str, body: bytes) -> Document:
    """The document in an answer, by its media type. Raises DocumentError (12300: a type that cannot be run)."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("audio/"):
        return Document(url, audio=body, audio_type=kind)
    if kind == "text/plain":
        return Document(url, _plain(body))
    if kind in XML_TYPES:
        return Document(url, parse(body))
    raise DocumentError(12300, f"content type {content_type or 'missing'!r}; wanted text/xml")


def _plain(body: bytes) -> list[ET.Element]:
    try:
        return parse(body)
    except DocumentError as error:
        if error.code != 12100:
            raise
    spoken = ET.Element("Say")
    spoken.text = body.decode(errors="replace")
    return [spoken]


def warnings(verb: ET.Element) -> Iterator[str]:
    """What a schema check would complain of; unknown parts are ignored, never fatal."""
    known = ATTRIBUTES.get(verb.tag)
    if known is None:
        yield f"unknown element <{verb.tag}>"
        return
    yield from (f"unknown attribute {name} of <{verb.tag}>" for name in verb.attrib if name not in known)
    if verb.tag != "Say":
        for child in verb:
            yield from warnings(child)


def text_of(verb: ET.Element) -> str:
    return " ".join("".join(verb.itertext()).split())


def flag(value: str | None, default: bool = False) -> bool:
    return default if value is None else value.strip().lower() == "true"


def number(value: str | None, default: float) -> float:
    """An attribute that should be a number; the default where it is missing or unreadable."""
    try:
        return default if value is None else float(value)
    except ValueError:
        return default
