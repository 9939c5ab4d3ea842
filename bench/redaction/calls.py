"""Scripts as sound: each fragment rendered once, the utterances of both sides on one timeline."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import numpy as np

from bench.redaction.scripts import Fragment, Saying, Who
from speech.audio import RATE, Samples, decode, encode
from speech.vad import WINDOW
from speech.voices import Voice
from switch.media.audio import dtmf_tones

EVERYBODY: tuple[Who, ...] = ("bot", "caller", "agent")
PAUSE = (0.8, 1.5)  # seconds between two utterances
BREATH = int(0.09 * RATE)  # between two fragments
NOISE = 12.0  # of a line, in samples


@dataclass(frozen=True, slots=True)
class Said:
    """A fragment where it lies in the call; `start` and `end` in samples."""

    fragment: Fragment
    channel: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Uttered:
    """A saying where it lies in the call, in samples, with its own sound."""

    saying: Saying
    start: int
    sound: Samples
    said: tuple[Said, ...]

    @property
    def channel(self) -> int:
        return 1 if self.saying.who == "caller" else 2

    @property
    def end(self) -> int:
        return self.start + len(self.sound)


@dataclass(frozen=True, slots=True)
class SoundCall:
    """A call as it was recorded: samples [2, n], and who speaks with which voice."""

    uttered: tuple[Uttered, ...]
    samples: Samples
    voices: Mapping[Who, str]  # their names


class Renderer:
    """Fragments as telephone sound, each kept in `folder`: it is rendered once, whatever calls it is in."""

    def __init__(self, voices: Mapping[Who, Sequence[Voice]], folder: Path) -> None:
        self._voices, self._folder = voices, folder
        folder.mkdir(parents=True, exist_ok=True)

    def voice(self, who: Who, chance: Random) -> Voice:
        return chance.choice(self._voices[who])

    def sound(self, voice: Voice, text: str) -> Samples:
        path = self._folder / f"{hashlib.sha256(f'{voice.name}|{text}'.encode()).hexdigest()[:32]}.npy"
        if not path.exists():
            part = path.with_suffix(".part.npy")
            np.save(part, decode(encode(voice.speak(text))))
            part.replace(path)
        return np.asarray(np.load(path), np.int16)


def compose(script: Sequence[Saying], renderer: Renderer, seed: int) -> SoundCall:
    """The call in which `script` is said. Utterances begin on the voice detector's grid, so that the same is heard."""
    chance = Random(seed)
    voices = {who: renderer.voice(who, chance) for who in EVERYBODY}
    uttered: list[Uttered] = []
    at = RATE
    for saying in script:
        at = -(-at // WINDOW) * WINDOW
        uttered.append(_uttered(saying, at, partial(renderer.sound, voices[saying.who])))
        at = uttered[-1].end + int(chance.uniform(*PAUSE) * RATE)
    samples = np.random.default_rng(seed).normal(0, NOISE, (2, at + RATE)).astype(np.int16)
    for one in uttered:
        samples[one.channel - 1, one.start : one.end] = one.sound
    return SoundCall(tuple(uttered), samples, {who: voice.name.partition("-")[0] for who, voice in voices.items()})


def _uttered(saying: Saying, start: int, speak: Callable[[str], Samples]) -> Uttered:
    channel = 1 if saying.who == "caller" else 2
    if saying.keys:
        return Uttered(saying, start, decode(dtmf_tones(saying.keys)), ())
    parts: list[Samples] = []
    said: list[Said] = []
    at = start
    for fragment in saying.fragments:
        sound = speak(fragment.text)
        said.append(Said(fragment, channel, at, at + len(sound)))
        parts += [sound, np.zeros(BREATH, np.int16)]
        at += len(sound) + BREATH
    return Uttered(saying, start, np.concatenate(parts[:-1]), tuple(said))
