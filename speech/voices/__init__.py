"""The bot's voices, by name."""

from speech.voices.voice import UnknownVoice, Voice, VoiceUnavailable

__all__ = ["NAMES", "OTHERS", "UnknownVoice", "Voice", "VoiceUnavailable", "make_other_voices", "make_voice"]

NAMES = ("heart", "pyttsx3")
OTHERS = ("es",)  # languages besides English, which the neural voice does not speak


def make_voice(name: str) -> Voice:
    """The voice called `name`. Raises UnknownVoice, and VoiceUnavailable where it cannot speak on this machine."""
    match name:
        case "heart":
            from speech.voices.hibari import Heart

            return Heart()
        case "pyttsx3":
            from speech.voices.espeak import Espeak

            return Espeak()
        case _:
            raise UnknownVoice(f"voice {name!r} is not known; WARMLINE_VOICE is one of: {', '.join(NAMES)}")


def make_other_voices() -> dict[str, Voice]:
    """A voice for each language besides English. Raises VoiceUnavailable."""
    from speech.voices.espeak import Espeak

    return {language: Espeak(language) for language in OTHERS}
