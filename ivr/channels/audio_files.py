"""What the carrier plays for us: notice, music and prompts as 8 kHz files, in the bot's own voice."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ivr.dialogue.prompts import LINES
from ivr.dialogue.prompts.en import NOTICE
from speech.audio import RATE, write_wav

MESSAGES = {language: f"message-{language}.wav" for language in LINES}
NAMES = ("notice.wav", "music.wav", *MESSAGES.values())

# four gentle chords, one note after another; frequencies in hertz
CHORDS = (
    (196.00, 246.94, 293.66, 369.99),
    (164.81, 246.94, 293.66, 392.00),
    (130.81, 261.63, 329.63, 392.00),
    (146.83, 220.00, 293.66, 440.00),
)
NOTE = 0.5  # seconds between notes
RING = 2.4  # seconds a note is heard


class Speaks(Protocol):
    name: str

    def speak(self, text: str) -> NDArray[np.int16]: ...


def notice_version(company: str) -> str:
    """Names the wording of the notice, kept with each call that heard it."""
    return "en-" + hashlib.sha256(NOTICE.format(company=company).encode()).hexdigest()[:12]


def prepare_audio(folder: Path, voices: Mapping[str, Speaks], company: str) -> None:
    """Renders every file of NAMES into `folder` unless it is there in this wording and voice; `voices` by language."""
    folder.mkdir(parents=True, exist_ok=True)
    _render(folder / "notice.wav", NOTICE.format(company=company), voices["en"])
    for language, name in MESSAGES.items():
        _render(folder / name, LINES[language]["message.ask"], voices[language])
    if not (folder / "music.wav").exists():
        write_wav(folder / "music.wav", music(), RATE)


def music(repeats: int = 1) -> NDArray[np.int16]:
    """Hold music, composed here: broken chords on a soft string, about `repeats` times 16 seconds."""
    notes = [chord[step] for chord in CHORDS * repeats for step in (0, 1, 2, 3, 2, 1, 2, 3)]
    sound = np.zeros(int((len(notes) * NOTE + RING) * RATE))
    for number, frequency in enumerate(notes):
        start = int(number * NOTE * RATE)
        note = _pluck(frequency)
        sound[start : start + len(note)] += note
    return np.asarray(sound / np.abs(sound).max() * 6000, dtype=np.int16)


def _pluck(frequency: float) -> NDArray[np.float64]:
    time = np.arange(int(RING * RATE)) / RATE
    tone = np.sin(2 * np.pi * frequency * time) + 0.3 * np.sin(4 * np.pi * frequency * time)
    return np.asarray(tone * np.exp(-2.2 * time) * np.minimum(1.0, time / 0.02), dtype=np.float64)


def _render(path: Path, text: str, voice: Speaks) -> None:
    made = path.with_suffix(".json")
    wanted = {"text": text, "voice": voice.name}
    if path.exists() and made.exists() and json.loads(made.read_text()) == wanted:
        return
    write_wav(path, voice.speak(text), RATE)
    made.write_text(json.dumps(wanted))
