"""What is made once before the first call: tables, joined weights, the prompts the carrier plays."""

import fcntl
from collections.abc import Callable

from ivr.channels.audio_files import prepare_audio
from ivr.dialogue.prompts import PROMPTS
from ivr.settings import Settings
from ivr.store.migrate import upgrade
from speech.model_files import find_vad, find_whisper
from speech.tts import TextToSpeech, sentences
from speech.voices import make_other_voices, make_voice


def prepare(settings: Settings, report: Callable[[str], None]) -> None:
    """Harmless when all is there. Raises the parts' own MissingModelError, UnknownVoiceError, VoiceUnavailableError."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / ".preparing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # parts that start together prepare once
        upgrade(settings.database)
        report("The database has its tables.")
        found = find_whisper(settings.whisper_model, settings.data_dir)
        find_vad()
        report(f"Whisper ({settings.whisper_model}, from {found.source}) is there.")
        voice, others = make_voice(settings.voice), make_other_voices()
        prepare_audio(settings.data_dir / "audio", {"en": voice, **others}, settings.company)
        speaker = TextToSpeech(voice, settings.data_dir / "prompts", others)
        for language in PROMPTS:
            speaker.prepare(fixed_prompts(settings.company, language), language)
        report(f"The bot's voice is {settings.voice}.")


def fixed_prompts(company: str, language: str) -> list[str]:
    """Every sentence of the bot that holds nothing but perhaps the company's name."""
    wordings = [text for texts in PROMPTS[language].values() for text in texts]
    parts = [part for text in wordings for part in sentences(text)]
    return [part.format(company=company) for part in parts if "{" not in part.replace("{company}", "")]
