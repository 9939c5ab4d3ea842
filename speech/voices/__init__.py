"""The bot's voices, by name."""

from languages import DEFAULT, LANGUAGES
from speech.voices.voice import UnknownVoiceError, Voice, VoiceUnavailableError

__all__ = ["NAMES", "OTHERS", "UnknownVoiceError", "Voice", "VoiceUnavailableError", "make_other_voices", "make_voice"]

NAMES = ("heart", "pyttsx3")
OTHERS = tuple(code for code in LANGUAGES if code != DEFAULT)  # which the neural voice does not speak


def make_voice(name: str) -> Voice:
    """The voice called `name`. Raises UnknownVoiceError, or VoiceUnavailableError where it cannot speak here."""
    match name:
        case "heart":
            from speech.voices.hibari import HibariVoice

            return HibariVoice()
        case "pyttsx3":
            from speech.voices.espeak import EspeakVoice

            return EspeakVoice()
        case _:
            raise UnknownVoiceError(f"voice {name!r} is not known; WARMLINE_VOICE is one of: {', '.join(NAMES)}")


def make_other_voices() -> dict[str, Voice]:
    """A voice for each language besides English. Raises VoiceUnavailableError."""
    from speech.voices.espeak import EspeakVoice

    return {language: EspeakVoice(language) for language in OTHERS}
