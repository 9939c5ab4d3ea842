"""Calls kept for other people's rulers: both channels, and what an analyser of recordings asks to know.

The layout is that of OpenBenchmarks' voice-agent-latency (`python -m analyzer FOLDER`): a folder a call with
`recording.wav` (left: the caller, right: the line; 8 kHz, 16 bit) and `metadata.json`. It finds the ends of speech in
the sound by itself; it is told only how often the caller spoke.
"""

import json
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from speech.audio import RATE, decode


def keep_call(
    folder: Path, number: int, said: bytes | bytearray, heard: bytes | bytearray, texts: Sequence[str]
) -> None:
    """`said` and `heard` are mu-law of the same moments; `texts` is what the caller said, in order."""
    own = folder / f"call-{number:04}"
    own.mkdir(parents=True, exist_ok=True)
    length = min(len(said), len(heard))
    with wave.open(str(own / "recording.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(
            np.stack([decode(bytes(said[:length])), decode(bytes(heard[:length]))], axis=1).astype("<i2").tobytes()
        )
    turns = [{"index": at, "spoken": True, "text": text} for at, text in enumerate(texts, 1)]
    told = {
        "call_id": own.name,
        "run_id": folder.name,
        "vendor": "warmline",
        "kind": "vendor",
        "mode": "scripted_dialog",
        "channel_map": {"near": 0, "far": 1},
        "turns": turns,
    }
    (own / "metadata.json").write_text(json.dumps(told, indent=2))
