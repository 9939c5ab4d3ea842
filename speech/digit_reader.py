"""Digits read straight from the output of Whisper's encoder, by two small networks that know only digits.

Whisper's decoder is a writer: it goes on where a string seems to go on ("4, 5, 6 ..."), says things twice and turns
"two" into "to". This reader has no such habits. It was trained (bench/train/digit_reader.py) with connectionist
temporal classification, so it also tells when each digit was said.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speech.events import Word

Features = NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("digit_reader.npz")
FRAME_SECONDS = 0.04  # two frames of the encoder's output: a digit is at least five of them long
TAIL = 0.4  # seconds past the sound that are read: the last digit is often decided there
QUIET = 0.995  # frames surer than this that nothing begins are skipped: they change no hypothesis
BEAMS = 8  # hypotheses kept: more change nothing
READINGS = 3  # of them, told
UNLIKELY = math.log(1e-4)  # a digit less likely than this in a frame is not followed
SHORTEST, AGAIN = 3, 5  # frames from one digit's beginning to another's, and to the same one's: 0.12 s and 0.2 s
FORGOTTEN = 2.0  # by how much a string that a network did not think of is less likely (log) than the last that it did
NEVER = -1e9


@dataclass(frozen=True, slots=True)
class Reading:
    """The likeliest digits, the chance 0..1 that just these were said, and when each was."""

    digits: str
    chance: float
    words: tuple[Word, ...]


class DigitReader:
    """The trained networks. Their features are those of the multilingual base model and of no other.

    Several read side by side, each in its own way: a string is as likely as all of them together find it.
    """

    SIZE = 512

    def __init__(self, path: Path = WEIGHTS) -> None:
        """From an archive of layers; those of several networks have names like "2.mean"."""
        networks: dict[str, dict[str, Features]] = defaultdict(dict)
        with np.load(path) as stored:
            for name in stored.files:
                network, _, layer = name.rpartition(".")
                networks[network][layer] = stored[name].astype(np.float32)
        self._networks = [_Network(layers) for layers in networks.values()]

    def read(self, features: Features, seconds: float) -> list[Reading]:
        """What may have been said in `features` [frames, 512] of a sound of `seconds`, likeliest first."""
        frames = min(len(features) // 2, int((seconds + TAIL) / FRAME_SECONDS))
        return self.read_pooled(features[: 2 * frames].reshape(frames, 2, -1).mean(axis=1), seconds)

    def read_pooled(self, features: Features, seconds: float) -> list[Reading]:
        """The same from frames that are already as long as the network's, [frames of 40 ms, 512]."""
        logs = [network.log_chances(features) for network in self._networks]
        searched = [_search(one) for one in logs]
        found = _together(searched)
        total = _sum(found.values())
        readings = []
        for digits in sorted(found, key=lambda digits: -found[digits])[:READINGS]:
            surest = max(range(len(logs)), key=lambda index: searched[index].get(digits, NEVER))
            readings.append(Reading(digits, math.exp(found[digits] - total), _timed(logs[surest], digits, seconds)))
        return readings


class _Network:
    def __init__(self, layers: dict[str, Features]) -> None:
        self._layers = layers
        self._convolutions = sorted(name for name, layer in layers.items() if layer.ndim == 3)

    def log_chances(self, features: Features) -> Features:
        """Log-probabilities [frames, 11] of nothing and of each digit."""
        layers = self._layers
        hidden = np.maximum((features - layers["mean"]) @ layers["a"] + layers["a0"], 0)
        for name in self._convolutions:
            hidden = hidden + np.maximum(_convolved(hidden, layers[name]) + layers[f"{name}0"], 0)
        scores = hidden @ layers["o"] + layers["o0"]
        scores -= scores.max(axis=1, keepdims=True)
        return np.asarray(scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)), np.float32)


def _together(searched: list[dict[str, float]]) -> dict[str, float]:
    """The mean of what several found; what one did not think of is a little less likely than its last."""
    least = [min(found.values()) - FORGOTTEN for found in searched]
    every = set().union(*searched)
    return {
        digits: sum(found.get(digits, low) for found, low in zip(searched, least, strict=True)) / len(searched)
        for digits in every
    }


def _convolved(hidden: Features, kernel: Features) -> Features:
    """[frames, size] with a kernel [width, size, size], as many frames out as in."""
    margin = len(kernel) // 2
    padded = np.pad(hidden, ((margin, margin), (0, 0)))
    stacked = np.concatenate([padded[shift : shift + len(hidden)] for shift in range(len(kernel))], axis=1)
    return np.asarray(stacked @ kernel.reshape(-1, kernel.shape[2]), np.float32)


@dataclass(frozen=True, slots=True)
class _Beam:
    """A hypothesis: log-probability of ending in nothing and in its last digit, and the frame where that began."""

    nothing: float
    last: float
    began: int = -AGAIN

    @property
    def both(self) -> float:
        return _sum((self.nothing, self.last))


def _search(logs: Features) -> dict[str, float]:
    """Log-probabilities of the likeliest strings, each summed over all the ways in which it may have been said."""
    beams = {"": _Beam(0.0, NEVER)}
    quiet = math.log(QUIET)
    for index, frame in enumerate(logs):
        if frame[0] > quiet:
            beams = {digits: _Beam(beam.both + float(frame[0]), NEVER, beam.began) for digits, beam in beams.items()}
        else:
            beams = _step(beams, [float(value) for value in frame], index)
    return {digits: beam.both for digits, beam in beams.items()}


def _step(beams: dict[str, _Beam], frame: list[float], index: int) -> dict[str, _Beam]:
    after: dict[str, _Beam] = {}

    def add(digits: str, nothing: float, last: float, began: int) -> None:
        before = after.get(digits, _Beam(NEVER, NEVER))
        began = began if max(nothing, last) > max(before.nothing, before.last) else before.began
        after[digits] = _Beam(_sum((before.nothing, nothing)), _sum((before.last, last)), began)

    likely = [digit for digit in range(10) if frame[digit + 1] > UNLIKELY]
    for digits, beam in beams.items():
        stays = beam.last + frame[int(digits[-1]) + 1] if digits else NEVER
        add(digits, beam.both + frame[0], stays, beam.began)
        for digit in likely:
            again = digits.endswith(str(digit))  # twice the same digit needs a rest between
            if index - beam.began >= (AGAIN if again else SHORTEST):  # nobody says a digit faster
                add(f"{digits}{digit}", NEVER, (beam.nothing if again else beam.both) + frame[digit + 1], index)
    best = sorted(after, key=lambda digits: -max(after[digits].nothing, after[digits].last))[:BEAMS]
    return {digits: after[digits] for digits in best}


def _sum(logs: Iterable[float]) -> float:
    values = list(logs)
    top = max(values)
    return float(top + math.log(sum(math.exp(value - top) for value in values)))


def _timed(logs: Features, digits: str, seconds: float) -> tuple[Word, ...]:
    """When each digit was said, along the likeliest path, and how sure the network was there."""
    states = [0] + [state for digit in digits for state in (int(digit) + 1, 0)]
    scores = np.full(len(states), NEVER)
    scores[0] = 0.0
    back = np.zeros((len(logs), len(states)), np.int8)
    jumps = np.array([i > 1 and state != 0 and state != states[i - 2] for i, state in enumerate(states)])
    for index, frame in enumerate(logs):
        options = np.stack([scores, _moved(scores, 1), np.where(jumps, _moved(scores, 2), NEVER)])
        back[index] = options.argmax(axis=0)
        scores = options.max(axis=0) + frame[states]
    at = len(states) - 1 if len(states) < 2 or scores[-1] >= scores[-2] else len(states) - 2
    path = [0] * len(logs)
    for index in range(len(logs) - 1, -1, -1):
        path[index] = at
        at -= int(back[index][at])
    return tuple(_word(digit, 2 * place + 1, path, logs, seconds) for place, digit in enumerate(digits))


def _moved(scores: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    return np.concatenate([np.full(by, NEVER), scores])[: len(scores)]


def _word(digit: str, state: int, path: list[int], logs: Features, seconds: float) -> Word:
    frames = [index for index, at in enumerate(path) if at == state]
    if not frames:
        return Word(digit, 0.0, 0.0, 0.0)
    start, end = frames[0] * FRAME_SECONDS, (frames[-1] + 1) * FRAME_SECONDS
    sure = math.exp(max(float(logs[index][int(digit) + 1]) for index in frames))
    return Word(digit, round(min(start, seconds), 2), round(min(end, seconds), 2), round(sure, 3))
