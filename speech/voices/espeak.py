"""The small voice: espeak-ng through pyttsx3, without a sound device."""

import atexit
import contextlib
import ctypes
import gc
import io
import os
import tempfile
import threading
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from languages import LANGUAGES
from speech.audio import Samples, UnreadableAudioError, read_sound, to_float
from speech.voices.voice import FORM, VoiceUnavailableError, for_telephone

WORDS_PER_MINUTE = 165
_ONE_AT_A_TIME = threading.Lock()  # the library keeps one state for the process: at once, files go missing silently


class EspeakVoice:
    """A robot's voice, in a few milliseconds, for one of the languages of `languages`."""

    def __init__(self, language: str = "en") -> None:
        self._accent = LANGUAGES[language].accent
        accent = "" if language == "en" else f"-{language}"
        self.name = f"pyttsx3-{version('pyttsx3')}-{WORDS_PER_MINUTE}-{FORM}{accent}"
        self.speak("Hello.")

    def speak(self, text: str) -> Samples:
        with tempfile.TemporaryDirectory(prefix="voice-") as folder:
            path = Path(folder) / "said.wav"
            with _ONE_AT_A_TIME, contextlib.redirect_stdout(io.StringIO()):  # the driver prints what it does
                engine = _engine()
                engine.setProperty("voice", self._accent)
                engine.save_to_file(text, str(path))
                engine.runAndWait()
                _library().espeak_Synchronize()  # an engine's first sentence is not waited for
            try:
                samples, rate = read_sound(path)
            except UnreadableAudioError as error:
                raise VoiceUnavailableError(f"voice pyttsx3 gave no sound: {error}") from error
        return for_telephone(to_float(samples[0]), rate)


@cache
def _library() -> ctypes.CDLL:
    import espeakng_loader

    os.environ.setdefault("ESPEAK_DATA_PATH", str(Path(espeakng_loader.get_data_path()).parent))
    return ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)


@cache
def _engine() -> Any:
    """One for the process, which is all the library can have."""
    try:
        _library()  # the driver looks it up by name
        import pyttsx3

        engine = pyttsx3.init(driverName="espeak")
        engine.setProperty("rate", WORDS_PER_MINUTE)
        atexit.register(_let_go)
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise VoiceUnavailableError(
            f"voice pyttsx3: {error}; pip install pyttsx3==2.99 espeakng-loader==0.2.4"
        ) from error
    return engine


def _let_go() -> None:
    """While the driver can still tidy up: later its modules are gone, and it complains on the way out."""
    _engine.cache_clear()
    gc.collect()
