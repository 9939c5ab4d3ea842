"""Documents of a call that an agent places from their browser, and how any phone stands in a document."""

from twilio.twiml.voice_response import Dial, VoiceResponse

from twiml.voices import say


def add_phone(dial: Dial, phone: str, **more: str) -> None:
    """Have `dial` ring `phone`: a number, `client:name` or `sip:...`."""
    kind, _, name = phone.partition(":")
    if kind == "client":
        dial.client(name, **more)
    elif kind in ("sip", "sips"):
        dial.sip(phone, **more)
    else:
        dial.number(phone, **more)


def put_through(phone: str, caller_id: str, ring_seconds: int) -> str:
    """Ring `phone`, which is shown `caller_id`; the call ends with it, answered or not."""
    response = VoiceResponse()
    dial = Dial(caller_id=caller_id, timeout=ring_seconds)
    add_phone(dial, phone)
    response.append(dial)
    return str(response)


def refuse(text: str) -> str:
    """Tell an agent why their call is not placed."""
    response = VoiceResponse()
    say(response, text, "en")
    response.hangup()
    return str(response)
