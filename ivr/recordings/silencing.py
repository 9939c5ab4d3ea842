"""Sound without its secrets: zeros where they are said or keyed, from one quiet moment to another."""

import io
import wave
from collections.abc import Iterable, Sequence

import numpy as np

from ivr.recordings.secret_spells import Spell
from ivr.recordings.transcription import Samples, Sound
from speech.audio import RATE
from speech.tones import CLEAR, keys_heard

EARLY, LATE = 0.2, 0.35  # seconds: how far a recogniser's word may begin late or end early
INNER = 0.12  # seconds inside of a word in which its first sound may begin: its time begins with the pause before it
KEYED, FAINT = 10.0, 0.35  # seconds before a moment when keys were complete; the share of their tones that is enough
EDGE = 0.04  # seconds round a tone
FADE = 40  # samples, 5 ms: no click where the silence begins and ends
FRAME = RATE // 100


def without(sound: Sound, spells: Iterable[Spell], wider: float = 0.0) -> Samples:
    """The sound [channels, n] with silence instead of each spell of words, each end moved out by `wider` seconds."""
    samples = sound.samples.copy()
    for spell in spells:
        if spell.channel <= sound.channels:
            channel = samples[spell.channel - 1]
            _silence(channel, *_ends(sound.samples[spell.channel - 1], spell, wider))
    return samples


def keyed(sound: Sound, moments: Sequence[float]) -> list[tuple[int, float, float]]:
    """(channel, start, end) of every key that sounds; before `moments` faint ones too: there keys were pressed."""
    found: list[tuple[int, float, float]] = []
    for channel, samples in enumerate(sound.samples, 1):
        found += [(channel, tone.start - EDGE, tone.end + EDGE) for tone in keys_heard(samples, CLEAR)]
        for moment in moments:
            first, last = max(0, int((moment - KEYED) * RATE)), max(0, int((moment + 1) * RATE))
            faint = keys_heard(samples[first:last], FAINT)
            found += [(channel, first / RATE + tone.start - EDGE, first / RATE + tone.end + EDGE) for tone in faint]
    return found


def without_keys(samples: Samples, keys: Iterable[tuple[int, float, float]]) -> Samples:
    """The sound [channels, n] with silence instead of the keys."""
    for channel, start, end in keys:
        _silence(samples[channel - 1], int(start * RATE), int(end * RATE))
    return samples


def is_silent(sound: Sound, spell: Spell) -> bool:
    """Whether there are zeros from its start to its end; its first sound may begin a little after the start."""
    start, end = max(0, int((spell.start + INNER) * RATE)), int(spell.end * RATE)
    return spell.channel > sound.channels or not sound.samples[spell.channel - 1, start:end].any()


def to_wav(samples: Samples) -> bytes:
    """[channels, n] as a 16-bit WAV."""
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setparams((len(samples), 2, RATE, 0, "NONE", ""))
        file.writeframes(np.ascontiguousarray(samples.T).astype("<i2").tobytes())
    return data.getvalue()


def _ends(channel: Samples, spell: Spell, wider: float) -> tuple[int, int]:
    """From the quietest moment about the spell's start to the quietest after its end, within reach."""
    start, end = int((spell.start - wider) * RATE), int((spell.end + wider) * RATE)
    early, late, inner = int(EARLY * RATE), int(LATE * RATE), int(INNER * RATE)
    return (
        _quietest(channel, start - early, start + inner, first=False),
        _quietest(channel, end, end + late, first=True),
    )


def _quietest(channel: Samples, start: int, end: int, *, first: bool) -> int:
    """The sample, between two, at an end of the longest rest there, its first or its last; a consonant's is shorter."""
    start, end = min(max(0, start), len(channel)), min(max(0, end), len(channel))
    count = (end - start) // FRAME
    if not count:
        return end if first else start
    frames = np.abs(channel[start : start + count * FRAME].astype(np.int32)).reshape(count, FRAME).sum(axis=1)
    least = frames <= max(frames.min() * 1.5, FRAME * 8)  # what is as quiet as the quietest, or as a quiet line
    edges = np.flatnonzero(np.diff(np.concatenate([[False], least, [False]]).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    lengths = ends - starts
    longest = int(lengths.argmax()) if first else len(lengths) - 1 - int(lengths[::-1].argmax())
    place = int(starts[longest]) if first else int(ends[longest]) - 1
    return start + place * FRAME + FRAME // 2


def _silence(channel: Samples, start: int, end: int) -> None:
    start, end = max(0, start), min(len(channel), end)
    if start >= end:
        return
    channel[start:end] = 0
    before, after = channel[max(0, start - FADE) : start], channel[end : end + FADE]
    before[:] = (before * np.linspace(1.0, 0.0, len(before))).astype(np.int16)
    after[:] = (after * np.linspace(0.0, 1.0, len(after))).astype(np.int16)
