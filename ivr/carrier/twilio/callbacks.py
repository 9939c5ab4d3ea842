"""Twilio's form fields as our own values. No other module names a field of Twilio's; serves `callbacks.Callbacks`."""

import math
import re
from collections.abc import Iterable
from typing import Literal, cast, get_args

from ivr.carrier.callbacks import (
    UNKNOWN,
    Brought,
    CallbackError,
    CallUpdate,
    CardUpdate,
    ConferenceEvent,
    FailedDocument,
    Fields,
    RecordingNews,
    StreamFault,
    TextStatus,
    Utterance,
)
from ivr.carrier.port import CALL_OVER, CallStatus

IDENTIFIER = re.compile(r"[A-Za-z0-9]{1,34}")  # it becomes a row's key or a file's name
STATUSES: tuple[str, ...] = get_args(CallStatus)
BROUGHT: dict[str, Brought] = {
    "Result": "card",
    "RecordingSid": "recording",
    "RecordingUrl": "recording",
    "Digits": "keys",
    "CallStatus": "call-status",
}
ERROR_FIELDS = ("ErrorCode", "ErrorUrl")
NOT_FETCHED = "11"  # error codes that begin so: our answer never came; all others complain of the answer itself
EVENTS: dict[str, Literal["join", "leave"]] = {"participant-join": "join", "participant-leave": "leave"}
LEFT_ALONE = "participant_hung_up"  # the other reasons are our own doing: the leg was moved, or its conference ended
LARGEST = 2**31 - 1  # that a column holds
RECORD_VERB = "RecordVerb"  # recorded by a document of ours, not beside the call
KEYS = frozenset("0123456789*#ABCD")
HANGUP = "hangup"  # stands for a key where the caller hung up while we recorded


def call_sid(fields: Fields) -> str | None:
    return fields.get("CallSid")


def call_over(fields: Fields) -> bool:
    return fields.get("CallStatus") in CALL_OVER


def call_update(fields: Fields) -> CallUpdate:
    status = fields.get("CallStatus")
    return CallUpdate(
        sid=_required(fields, "CallSid"),
        caller=fields.get("From", UNKNOWN),
        called=fields.get("To", UNKNOWN),
        status=cast("CallStatus", status) if status in STATUSES else None,
        machine=fields.get("AnsweredBy", "").startswith("machine"),
        attestation=fields.get("StirVerstat"),
    )


def keys(fields: Fields) -> str:
    """What a telephone can send; anything else is none of the caller's."""
    return "".join(key for key in fields.get("Digits", "") if key in KEYS)


def recording(fields: Fields) -> RecordingNews:
    kind = "message" if fields.get("RecordingSource") == RECORD_VERB else "call"
    return _recording(fields, _required(fields, "RecordingStatus"), kind)


def message(fields: Fields) -> RecordingNews | None:
    left = "RecordingSid" in fields or "RecordingUrl" in fields
    return _recording(fields, "in-progress", "message") if left else None


def utterance(fields: Fields) -> Utterance:
    pressed = "" if fields.get("Digits") == HANGUP else keys(fields)
    url = fields.get("RecordingUrl", "") if pressed else _required(fields, "RecordingUrl")
    return Utterance(pressed, fields.get("RecordingSid", ""), url)


def recorded_seconds(fields: Fields) -> int | None:
    seconds = fields.get("RecordingDuration", "")
    return _int(seconds) if seconds.isdecimal() else None


def card_update(fields: Fields) -> CardUpdate:
    required = fields.get("Required")
    return CardUpdate(
        required=None if required is None else tuple(required.replace(",", " ").split()),
        partial=fields.get("PartialResult") == "true",
        error=fields.get("ErrorType", ""),
        result=fields.get("Result", ""),
        confirmation=fields.get("PaymentConfirmationCode", ""),
        reason=f"{fields.get('ConnectorError', '')} {fields.get('PaymentError', '')}",
    )


def conference_event(fields: Fields) -> ConferenceEvent:
    kind = EVENTS.get(fields.get("StatusCallbackEvent", ""))
    return ConferenceEvent(
        kind=kind or "other",
        conference=fields.get("FriendlyName"),
        conference_sid=_required(fields, "ConferenceSid") if kind == "join" else fields.get("ConferenceSid"),
        call_sid=_required(fields, "CallSid") if kind else fields.get("CallSid", ""),
        label=fields.get("ParticipantLabel", ""),
        hung_up=fields.get("ReasonParticipantLeft", LEFT_ALONE) == LEFT_ALONE,
        dropped=fields.get("ParticipantCallStatus") == "failed",
    )


def stream_fault(fields: Fields) -> StreamFault | None:
    if fields.get("StreamEvent") != "stream-error":
        return None
    return StreamFault(_required(fields, "CallSid"), _required(fields, "StreamSid"))


def text_status(fields: Fields) -> TextStatus:
    return TextStatus(_required(fields, "MessageSid"), _required(fields, "MessageStatus"))


def failed_document(fields: Fields) -> FailedDocument:
    code = fields.get("ErrorCode", "")
    return FailedDocument(
        url=fields.get("ErrorUrl", ""),
        code=code,
        answered=not code.startswith(NOT_FETCHED),
        brought=frozenset(BROUGHT[name] for name in fields if name in BROUGHT),
        request={name: value for name, value in fields.items() if name not in ERROR_FIELDS},
    )


def was_answered(fields: Fields) -> bool:
    return fields.get("DialCallStatus") in ("completed", "answered") and fields.get("DialBridged") != "false"


def malformed(fields: Iterable[tuple[str, str]]) -> str | None:
    wrong = (name for name, value in fields if name.endswith("Sid") and value and not IDENTIFIER.fullmatch(value))
    return next(wrong, None)


def _recording(fields: Fields, status: str, kind: str) -> RecordingNews:
    url = fields.get("RecordingUrl", "")
    return RecordingNews(
        sid=fields.get("RecordingSid") or url.rsplit("/", 1)[-1],
        status=status,
        url=url,
        kind=kind,
        seconds=_float(fields.get("RecordingDuration")),
        channels=_int(fields.get("RecordingChannels")),
    )


def _float(text: str | None) -> float | None:
    try:
        value = math.nan if text is None else float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _int(text: str | None) -> int | None:
    try:
        value = None if text is None else int(text)
    except ValueError:
        return None
    return None if value is None or abs(value) > LARGEST else value


def _required(fields: Fields, name: str) -> str:
    if not (value := fields.get(name, "")):
        raise CallbackError(f"{name} is missing: the carrier sends it with every request of this kind")
    return value
