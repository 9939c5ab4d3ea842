"""What the carrier asks when an agent calls from their browser: the voice URL of the TwiML app."""

from typing import Protocol

from flask import Blueprint, Response

from ivr.carrier.dialect import Dialect
from ivr.desk.agent_calls import CallRefusedError
from ivr.desk.ringing import RingTimes
from ivr.web.hooks.carrier_requests import read, require_signature, respond


class Places(Protocol):
    """Says whom to ring. Raises CallRefusedError."""

    def place(self, caller: str, wanted: str, call_sid: str) -> str: ...


def make_agent_phone_hooks(calls: Places, dialect: Dialect, number: str) -> Blueprint:
    """`/voice/phone`, for the carrier alone; `number` is the line's own, shown to whoever is rung."""
    blueprint = Blueprint("agent_phones", __name__)
    require_signature(blueprint, dialect)

    @blueprint.post("/voice/phone")
    def outgoing() -> Response:
        asked = read(dialect.callbacks.call_update)
        try:
            address = calls.place(asked.caller, asked.called, asked.sid)
        except CallRefusedError as refused:
            return respond(dialect, dialect.documents.refuse(str(refused)))
        return respond(dialect, dialect.documents.put_through(address, number, RingTimes().outgoing))

    return blueprint
