"""Voices that trained nothing of ours: the recorded speakers of flite, each at several pitches.

flite (a package of most Linux systems) joins recordings of three people: an American man and woman, and a Scot. It is
quick, and no voice, recogniser or judge of this project has heard it.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from speech.audio import Samples, read_sound, telephone

PROGRAM = "flite"


class NoVoiceError(RuntimeError):
    """flite is not installed, or did not speak; the message says what to do."""


@dataclass(frozen=True)
class Voice:
    """One of flite's speakers, at a mean pitch in Hz."""

    name: str
    speaker: str
    pitch: int


VOICES = tuple(
    Voice(f"{speaker} at {pitch} Hz", speaker, pitch)
    for speaker, pitches in {"rms": (80, 95, 115), "awb": (105, 125, 145), "slt": (155, 175, 200)}.items()
    for pitch in pitches
)


def spoken(text: str, voice: Voice, pace: float, folder: Path) -> Samples:
    """int16 at 8 kHz, after the telephone's codec. `pace` above 1 is slower. Raises NoVoiceError."""
    if shutil.which(PROGRAM) is None:
        raise NoVoiceError(f"The strangers' voices need {PROGRAM}: install it (on Debian: apt install flite).")
    path = folder / "spoken.wav"
    settings = {"duration_stretch": pace, "int_f0_target_mean": voice.pitch}
    arguments = [part for name, value in settings.items() for part in ("--setf", f"{name}={value}")]
    command = [PROGRAM, "-voice", voice.speaker, *arguments, "-t", text, "-o", str(path)]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False)
    if done.returncode or not path.exists():
        raise NoVoiceError(f"{PROGRAM} did not speak in the voice {voice.speaker}: {done.stderr.decode().strip()}")
    channels, rate = read_sound(path)
    path.unlink()
    return telephone(channels[0], rate)
