"""Webhooks: the carrier's forms to every address that it may ask, and what they can be bent into."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from werkzeug.routing import Rule

from bench.fuzz.values import HOSTILE, SIDS, bent

FIELDS: Final = {
    "CallSid": "CA" + "0" * 32, "AccountSid": "AC" + "0" * 32, "From": "+15550100001", "To": "+12025550100",
    "CallStatus": "in-progress", "Direction": "inbound", "ApiVersion": "2010-04-01",
    "StirVerstat": "TN-Validation-Passed-A", "Digits": "1234", "SpeechResult": "my balance",
    "RecordingSid": "RE" + "0" * 32, "RecordingUrl": "https://api/RE", "RecordingStatus": "completed",
    "RecordingDuration": "12", "RecordingChannels": "2", "RecordingSource": "RecordVerb",
    "ConferenceSid": "CF" + "0" * 32, "FriendlyName": "handoff-1", "StatusCallbackEvent": "participant-join",
    "ParticipantLabel": "agent-1", "ParticipantCallStatus": "completed",
    "ReasonParticipantLeft": "participant_hung_up", "SequenceNumber": "1",
    "Timestamp": "Mon, 30 Nov 2026 09:00:00 +0000", "StreamEvent": "stream-error", "StreamSid": "MZ" + "0" * 32,
    "StreamError": "refused", "MessageSid": "SM" + "0" * 32, "MessageStatus": "delivered", "ErrorCode": "11200",
    "ErrorUrl": "https://line.test/voice/incoming", "DialCallStatus": "completed", "DialBridged": "true",
    "QueueResult": "bridged", "QueueTime": "12", "Required": "payment-card-number", "PartialResult": "true",
    "Result": "success", "ErrorType": "invalid-card-number", "PaymentConfirmationCode": "ok", "ConnectorError": "1",
    "PaymentError": "2", "AnsweredBy": "human", "CallDuration": "12", "Duration": "1", "MsgStatus": "sent",
    "ForwardedFrom": "+15550100002",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: `query` and `form` as pairs, in which a name may come twice."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    form: tuple[tuple[str, str], ...]


def request_to(chance: Random, rule: Rule, queries: Sequence[str]) -> Asked:
    """A request to one of the line's addresses. `queries`: names that the line itself puts behind its addresses."""
    methods = sorted((rule.methods or set()) & {"GET", "POST"})
    names = chance.sample(list(FIELDS), chance.randrange(4, len(FIELDS)))
    names = ["CallSid", "From", "To", *names] if chance.random() < 0.9 else names
    wrong = set(chance.sample(names, chance.randrange(4)))
    form = tuple((name, bent(chance, FIELDS[name]) if name in wrong else FIELDS[name]) for name in dict.fromkeys(names))
    twice = tuple((name, chance.choice(HOSTILE)) for name in chance.sample(list(FIELDS), chance.randrange(2)))
    query = tuple(
        (name, bent(chance, chance.choice(["1", "0", "3", *SIDS]))) for name in queries if chance.random() < 0.3
    )
    return Asked(chance.choice(methods), _path(chance, rule), query, form + twice)


def _path(chance: Random, rule: Rule) -> str:
    """The address with its places filled; a value that would be another address is left out."""
    path = re.sub(r"<any\((\w+).*?\):\w+>", r"\1", rule.rule)
    for name in rule.arguments:
        value = chance.choice(["1", "2", "0", "99999999999999999999"])
        if f"<int:{name}>" not in path:
            value = (
                bent(chance, chance.choice([*SIDS, "en-1", "waiting"])).replace("/", "").replace("?", "")[:500] or "x"
            )
        path = path.replace(f"<int:{name}>", value).replace(f"<{name}>", value).replace(f"<path:{name}>", value)
    return path
