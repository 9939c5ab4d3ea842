"""How long an utterance takes to transcribe, and the voice to its first sound."""

import statistics
import time
from pathlib import Path
from typing import Any

from bench.tools.line import Tell
from bench.tools.machine import machine
from ivr.settings import Settings
from speech.audio import read_mono
from speech.model_files import find_vad, find_whisper
from speech.stt import WhisperSpeechToText
from speech.tts import sentences
from speech.vad import SileroModel
from speech.voices import make_voice

SENTENCE = "Your balance is two thousand four hundred fifty dollars and seventeen cents. Anything else?"


def run(settings: Settings, *, tell: Tell = print) -> dict[str, Any]:
    """Transcribes every recorded line of the sample callers once, and speaks a sentence twenty times."""
    lines = sorted((Path(__file__).parents[2] / "switch" / "lines").rglob("*.wav"))
    recogniser = WhisperSpeechToText(
        find_whisper(settings.whisper_model, settings.data_dir), 1, vad=SileroModel(find_vad()).stream
    )
    table: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        sound = read_mono(line)
        heard = recogniser.transcribe(sound).result()
        table.append({"file": line.name, "seconds": round(sound.size / 8000, 2), "ms": round(heard.elapsed * 1000, 1)})
        if number % 20 == 0:
            tell(f"{number} of {len(lines)} utterances heard")
    recogniser.close()
    voice = make_voice(settings.voice)
    first, whole = [], []
    for _ in range(20):
        begun = time.perf_counter()
        for number, sentence in enumerate(sentences(SENTENCE)):
            voice.speak(sentence)
            if number == 0:
                first.append((time.perf_counter() - begun) * 1000)
        whole.append((time.perf_counter() - begun) * 1000)
    listen = sorted(row["ms"] for row in table)
    return {
        "bench": "speech",
        "machine": machine(),
        "figures": {
            "listen_p50_ms": round(statistics.median(listen), 1),
            "listen_p95_ms": round(listen[int(len(listen) * 0.95)], 1),
            "first_audio_p50_ms": round(statistics.median(first), 1),
            "sentence_p50_ms": round(statistics.median(whole), 1),
        },
        "table": table,
    }
