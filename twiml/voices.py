"""The carrier's voices: which one speaks a language."""

from typing import Any

from twilio.twiml import TwiML

VOICES = {"es": {"voice": "Polly.Lupe", "language": "es-US"}}


def say(verb: Any, text: str, language: str) -> TwiML:
    """Add `text` to `verb`, spoken in `language`; English is the carrier's own default."""
    spoken: TwiML = verb.say(text, **VOICES.get(language, {}))
    return spoken
