"""Twilio's dialect: its signatures, its form fields, and TwiML."""

import twiml
from ivr.carrier.dialect import Dialect
from ivr.carrier.signatures import Signatures
from ivr.carrier.twilio import callbacks


def twilio_dialect(signatures: Signatures) -> Dialect:
    return Dialect(signatures, callbacks, twiml, "text/xml; charset=utf-8")
