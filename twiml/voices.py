"""The carrier's voices: which one speaks a language."""

from typing import Any

from twilio.twiml import TwiML

from languages import LANGUAGES


def say(verb: Any, text: str, language: str) -> TwiML:
    """Add `text` to `verb`, spoken in `language`; where it is not known, by the carrier's default voice."""
    known = LANGUAGES.get(language)
    spoken: TwiML = verb.say(text, **(known.carrier_voice if known else {}))
    return spoken
