"""Documents of a line without a store: a person's phone, one after another, and the whisper to whoever answers."""

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from twiml.phones import add_phone
from twiml.voices import say

ACCEPT_SECONDS = 6


def ring(phone: str, text: str, caller_id: str, next_url: str, whisper_url: str, ring_seconds: int) -> str:
    """Say `text`, ring `phone` (a number, `client:name` or `sip:...`), and go on at `next_url` however it ends."""
    response = VoiceResponse()
    if text:
        say(response, text, "en")
    shown = {"caller_id": caller_id} if caller_id else {}
    dial = Dial(action=next_url, method="POST", timeout=ring_seconds, **shown)
    add_phone(dial, phone, url=whisper_url, method="POST")
    response.append(dial)
    return str(response)


def ask_to_accept(text: str, accept_url: str) -> str:
    """To whoever answers: one key takes the call; silence, as of an answering machine, does not."""
    response = VoiceResponse()
    gather = Gather(input="dtmf", num_digits=1, timeout=ACCEPT_SECONDS, action=accept_url, method="POST")
    gather.say(text)
    response.append(gather)
    response.hangup()
    return str(response)
