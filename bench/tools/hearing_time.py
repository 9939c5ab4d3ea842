"""How fast this machine just now is at hearing: `h`, the unit in which an answer's delay and the calls borne are told.

One hearing of a caller's sentence on one core, all that a hearing can be: encoded in the usual window, decoded, its
words timed. It does not shrink where the line finds a cheaper way to what it needs.
"""

import statistics
import time

import numpy as np

from ivr.settings import Settings
from speech.model_files import find_whisper
from speech.stt import prepared
from speech.whisper import Whisper
from switch.phones.recorded_lines import RecordedLines

SAID, VOICE = "Hi, what's my current balance please?", "george"
TIMES = 11


def hearing_ms(settings: Settings) -> float:
    """`h` in milliseconds, the median of several. Raises MissingModelError, RuntimeError without that line."""
    sound = RecordedLines().find(SAID, VOICE)
    if sound is None or (utterance := prepared(np.asarray(sound))) is None:
        raise RuntimeError(f"the callers' lines of the switch lack {SAID!r} by {VOICE}: render them again")
    whisper, took = Whisper(find_whisper(settings.whisper_model, settings.data_dir), 1), []
    for _ in range(TIMES):
        began = time.perf_counter()
        encoded = whisper.encode(utterance)
        whisper.words(whisper.decode(encoded), encoded)
        took.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(took), 1)
