"""The neural voice: hibari's `heart`, fast enough on one core to speak while it is being listened to."""

import threading
from importlib.metadata import version

import numpy as np

from speech.audio import Samples
from speech.voices.voice import FORM, VoiceUnavailableError, for_telephone

SEED = 1  # the same text gives the same sound in every process, so that the cache may be shared


class HibariVoice:
    """A female American voice. Raises VoiceUnavailableError where hibari is not installed."""

    def __init__(self) -> None:
        try:
            from hibari import Hibari
        except ImportError as error:
            raise VoiceUnavailableError(f"voice heart: {error}; pip install hibari-tts==0.2.1") from error
        self.name = f"heart-{version('hibari-tts')}-{FORM}"
        self._model = Hibari(threads=1)
        self._rate: int = self._model.sample_rate
        self._phonemes = threading.Lock()  # the dictionary keeps state; the network does not
        self.speak("Hello.")  # loads the dictionary

    def speak(self, text: str) -> Samples:
        with self._phonemes:
            parts = self._model.phonemize(text)
        sounds = [self._model.from_phonemes(part, seed=SEED) for part in parts]
        return for_telephone(np.concatenate(sounds), self._rate) if sounds else np.zeros(0, np.int16)
