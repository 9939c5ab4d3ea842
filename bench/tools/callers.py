"""Callers for the benches: what they say, and playout and listening that measure to the sample."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from speech.audio import FRAME, RATE, Samples, decode, encode, normalise, to_float, to_int

LINE_DBFS = -60.0  # the noise of a telephone line, always there: digital silence would be too easy
LOUD = 300  # int16: what a listener notices; the far side's silence is digital
ROOM_DB = 10.0  # above a clip's quietest tenth its sound begins, between the next two; consonants are so faint
FADE_DB = (35.0, 25.0)  # what is fainter than the loudest by the first is room, by less than the second is sound
WINDOW = 80  # 10 ms
REST = 0.8  # seconds of quiet after which a caller takes the far side to have finished
PATIENCE = 12.0  # seconds without any answer, then they speak again
_NOISE = to_int(np.random.default_rng(5).normal(0, 10 ** (LINE_DBFS / 20), 50 * FRAME).astype(np.float32))
_IDLE = [encode(_NOISE[start : start + FRAME]) for start in range(0, len(_NOISE), FRAME)]


@dataclass(frozen=True, slots=True)
class Clip:
    """Something a caller says, as the answer to a question of `kind`; `sound` ends with their last sound."""

    kind: str
    text: str
    sound: Samples


@dataclass(slots=True)
class Turn:
    """One thing said; `end` is when its last sample was played, `ms` the time from there to the answer's first sound.

    Seconds from the start of the stream. `cut`: the far side spoke before the caller had finished.
    """

    clip: Clip
    start: float
    end: float
    ms: float | None = None
    cut: bool = False


class Caller:
    """A caller, 20 ms at a time. `quiet` is called when it is their turn: the far side has spoken and rests.

    It answers by `say`, at once or later. Give `frame` and `hear` one call each per 20 ms.
    """

    def __init__(self, quiet: Callable[[], None], rest: float = REST) -> None:
        self.turns: list[Turn] = []
        self._quiet = quiet
        self._rest = round(rest * RATE / FRAME)
        self._patience = round(PATIENCE * RATE / FRAME)
        self._said = self._heard = 0  # frames
        self._speech: list[bytes] = []
        self._loud = 0  # the frame in which the far side was last audible
        self._spoke = False  # the far side, since the caller's last words
        self._asked = False

    @property
    def speaking(self) -> bool:
        return bool(self._speech)

    def say(self, clip: Clip) -> None:
        """Begin with the next frame."""
        start = self._said * FRAME / RATE
        self.turns.append(Turn(clip, start, start + len(clip.sound) / RATE))
        self._speech = list(reversed(spoken_frames(clip.sound)))
        self._spoke = self._asked = False
        self._loud = self._heard

    def frame(self) -> bytes:
        """The next 160 bytes of mu-law."""
        self._said += 1
        return self._speech.pop() if self._speech else _IDLE[self._said % len(_IDLE)]

    def hear(self, frame: bytes | None) -> None:
        """The next 160 bytes heard; None for silence."""
        begins = first_sound(frame) if frame is not None else None
        if begins is not None:
            self._spoke, self._asked, self._loud = True, False, self._heard
            self._answered((self._heard * FRAME + begins) / RATE)
        self._heard += 1
        waited = self._heard - self._loud - 1
        if not self._asked and not self._speech and waited > (self._rest if self._spoke else self._patience):
            self._asked = True
            self._quiet()

    def _answered(self, at: float) -> None:
        turn = self.turns[-1] if self.turns else None
        if turn is None or turn.ms is not None or turn.cut:
            return
        if at < turn.end:
            turn.cut = True
        else:
            turn.ms = round(1000 * (at - turn.end), 1)


def spoken_frames(sound: Samples) -> list[bytes]:
    """Mu-law frames of `sound` on a line with its noise; the last one is filled up with noise."""
    noise = np.resize(_NOISE, -(-len(sound) // FRAME) * FRAME).astype(np.int32)
    noise[: len(sound)] += sound
    data = encode(np.clip(noise, -32768, 32767).astype(np.int16))
    return [data[start : start + FRAME] for start in range(0, len(data), FRAME)]


def first_sound(frame: bytes) -> int | None:
    """The first sample of a frame that a listener notices."""
    loud = np.abs(decode(frame).astype(np.int32)) >= LOUD
    return int(loud.argmax()) if loud.any() else None


def trimmed(sound: Samples) -> Samples:
    """`sound` [n] from its first sound to its last, at the usual level."""
    whole = len(sound) // WINDOW * WINDOW
    power = np.mean(to_float(sound[:whole]).reshape(-1, WINDOW) ** 2, axis=1)
    if not power.any():
        return sound
    low, high = (power.max() * 10 ** (-fade / 10) for fade in FADE_DB)
    [loud] = np.nonzero(power > np.clip(np.percentile(power, 10) * 10 ** (ROOM_DB / 10), low, high))
    return normalise(sound[loud[0] * WINDOW : (loud[-1] + 1) * WINDOW])


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of them lie, by nearest rank; 0.0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
