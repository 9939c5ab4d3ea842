"""Train the judge of interruptions (speech/barge.npz): a very small network over a quarter of a second.

    python -m bench.barge_training --data DIR --rendered DIR --out barge.npz

`--data` is the folder with speech.jsonl, `--rendered` what bench/training_voices.py made. It learns from recorded
digits, sentences of people whose names are not known, and neural voices, against hums of those voices and coughs and
knocks that are made up; every fourth voice is kept back, and told about. The clips of bench/bargein.py are others.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from bench.accuracy import quiet_sounds
from bench.bargein import LEARNT, from_onset
from bench.noises import closed_hum, cough, knock
from bench.words import rest, rows
from speech.audio import RATE, Samples, decode, encode, normalise, read_mono, to_float, to_int
from speech.barge import SPAN, described, seen
from speech.vad import WINDOW, SileroModel
from speech.weights import find_vad

Array = NDArray[np.float32]

HIDDEN = 24
SETTLING = 2  # windows after the onset that are not learnt from: everything begins alike
LEAD = 0.4  # seconds of line before the sound
NOISES = 500  # coughs and knocks
PITCH = (0.82, 1.2)  # other throats
TIMES = {"hum": 6, "words": 3, "digits": 2, "sentence": 4, "nothing": 1}  # how often each is taken, changed
LOW, HUMMING = 550, 0.85  # Hz, and the share of its power that a hum has below
WATCHED = 0.45  # seconds of speech that are learnt from: by then the bot must have stopped
HUMMED = 1.2  # seconds of what must not stop it
STEPS, BATCH, RATE_OF_LEARNING, DECAY = 4000, 320, 3e-3, 1e-3
SHAKEN = 0.1  # noise on each feature, in its own spread: few voices must do for many


@dataclass(frozen=True, slots=True)
class Sound:
    """What the judge sees [n, features] of one sound from its onset on, whether it is speech, whose or what it is."""

    windows: Array
    speech: bool
    kind: str
    voice: str


def sounds(data: Path, rendered: Path, vad: SileroModel) -> Iterator[Sound]:
    chance = random.Random("barge")
    for sound, kind, voice in _sources(data, rendered, chance):
        speech = kind in ("words", "digits", "people", "sentence")
        for _ in range(TIMES.get(kind, 1)):
            yield Sound(windows(_changed(sound, chance), vad, WATCHED if speech else HUMMED), speech, kind, voice)


def _sources(data: Path, rendered: Path, chance: random.Random) -> Iterator[tuple[Samples, str, str]]:
    for row in rows(data, "speech.jsonl"):
        if row["source"] == "fsdd" and chance.random() < 0.3:
            yield from_onset(normalise(read_mono(data / row["file"]))), "people", row["speaker"]
        elif row["source"] in LEARNT and row["source"] != "fsdd":
            yield from_onset(normalise(read_mono(data / row["file"]))), "sentence", row["file"]
    for path in sorted(rendered.glob("*.npz")):
        with np.load(path) as line:
            sound, kind, voice = from_onset(normalise(line["s"])), str(line["kind"]), str(line["voice"])
        if kind != "hum" or _is_low(sound):
            yield sound, kind, voice
    for number in range(NOISES):
        made = (cough if number % 2 else knock)(chance)
        sound = to_int((0.5 * made / np.abs(made).max()).astype(np.float32))
        yield normalise(sound), ("knock", "cough")[number % 2], f"noise {number % 8}"
        hum = closed_hum(chance)
        yield normalise(to_int((0.5 * hum / np.abs(hum).max()).astype(np.float32))), "closed hum", f"noise {number % 8}"
    for kind, sound in quiet_sounds(data):
        yield np.clip(sound, -32768, 32767).astype(np.int16), "nothing", kind


def _is_low(sound: Samples) -> bool:
    """Many voices say a written hum with open lips, as a vowel: that is no hum."""
    power = np.abs(np.fft.rfft(to_float(sound))) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    return bool(power[hertz < LOW].sum() > HUMMING * power.sum())


def _changed(sound: Samples, chance: random.Random) -> Samples:
    """Another throat, another level, another line; sometimes the very beginning is lost."""
    voice = np.asarray(soxr.resample(to_float(sound), RATE, RATE * chance.uniform(*PITCH)), np.float32)
    voice = voice[chance.choice((0, 0, 0, 160, 320)) :] * np.float32(10 ** (chance.uniform(-14, 4) / 20))
    noise = 10 ** (chance.uniform(-70, -42) / 20)
    whole = np.concatenate([rest(LEAD).astype(np.float32), np.zeros(chance.randrange(WINDOW), np.float32), voice])
    whole = np.concatenate([whole, np.zeros(int(0.3 * RATE), np.float32)])
    hiss = np.random.default_rng(chance.randrange(1 << 30)).normal(0, noise, len(whole))
    return decode(encode(to_int((whole + hiss).astype(np.float32))))


def windows(sound: Samples, model: SileroModel, seconds: float) -> Array:
    """What the judge sees from the sound's onset (`LEAD`) on, for `seconds`."""
    vad, before = model.stream(), np.zeros(WINDOW, np.int16)
    last: list[Array] = [described(before, before, 0.0)] * SPAN
    found = []
    for start in range(0, min(len(sound) - WINDOW, int((LEAD + seconds) * RATE)), WINDOW):
        window = sound[start : start + WINDOW]
        last = [*last[1:], described(before, window, vad(window))]
        before = window
        if start >= LEAD * RATE + SETTLING * WINDOW:
            found.append(seen(np.array(last)))
    return np.array(found, np.float32)


def train(found: list[Sound]) -> dict[str, Array]:
    """The judge's weights, under the names that speech.barge reads: logistic regression with one hidden layer."""
    chance = np.random.default_rng(0)
    groups: dict[tuple[bool, str], list[Array]] = defaultdict(list)
    for one in found:
        groups[one.speech, one.kind].append(one.windows)
    stacked = [(speech, np.concatenate(parts)) for (speech, _), parts in sorted(groups.items())]
    every = np.concatenate([part for _, part in stacked])
    mean, spread = every.mean(axis=0), every.std(axis=0) + 0.05
    size = every.shape[1]
    layers = [
        chance.normal(0, size**-0.5, (size, HIDDEN)),
        np.zeros(HIDDEN),
        chance.normal(0, 0.2, (HIDDEN, 1)),
        np.zeros(1),
    ]
    moments = [(np.zeros_like(layer), np.zeros_like(layer)) for layer in layers]
    for step in range(1, STEPS + 1):
        batch, wanted, weight = _batch(stacked, chance)
        slopes = _slopes(layers, (batch - mean) / spread + chance.normal(0, SHAKEN, batch.shape), wanted, weight)
        rate = RATE_OF_LEARNING * (1 - step / STEPS)
        for layer, slope, (first, second) in zip(layers, slopes, moments, strict=True):
            first += 0.1 * (slope - first)
            second += 0.001 * (slope**2 - second)
            layer -= rate * ((first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8) + DECAY * layer)
    a, a0, o, o0 = layers
    weights = {"a": a / spread[:, None], "a0": a0 - (mean / spread) @ a, "o": o, "o0": o0}
    return {name: value.astype(np.float32) for name, value in weights.items()}


def _batch(stacked: list[tuple[bool, Array]], chance: Any) -> tuple[Array, Array, Array]:
    """As many windows of each kind, and together as much weight on speech as on the rest."""
    share = BATCH // len(stacked)
    batch = np.concatenate([part[chance.integers(0, len(part), share)] for _, part in stacked])
    wanted = np.repeat([float(speech) for speech, _ in stacked], share)[:, None]
    return batch, wanted, np.where(wanted > 0, 0.5 / wanted.mean(), 0.5 / (1 - wanted.mean()))


def _slopes(layers: list[Any], batch: Array, wanted: Array, weight: Array) -> list[Any]:
    a, a0, o, o0 = layers
    hidden = np.maximum(batch @ a + a0, 0)
    wrong = weight * (1 / (1 + np.exp(-(hidden @ o + o0))) - wanted) / len(batch)
    back = (wrong @ o.T) * (hidden > 0)
    return [batch.T @ back, back.sum(axis=0), hidden.T @ wrong, wrong.sum(axis=0)]


def judged(weights: dict[str, Array], windows: Array) -> Array:
    hidden = np.maximum(windows @ weights["a"] + weights["a0"], 0)
    return np.asarray(1 / (1 + np.exp(-(hidden @ weights["o"] + weights["o0"])[:, 0])), np.float32)


def report(weights: dict[str, Array], kept: list[Sound]) -> None:
    """For each kind: the share in which the judge ever said "interruption", by threshold, and when (median, p95)."""
    kinds: dict[str, list[Array]] = defaultdict(list)
    for one in kept:
        kinds[one.kind].append(judged(weights, one.windows))
    for kind, found in sorted(kinds.items()):
        line = f"{kind:9} {len(found):4}"
        for threshold in (0.5, 0.7, 0.8, 0.9):
            at = [np.flatnonzero(chances >= threshold) for chances in found]
            first = sorted(int(where[0]) + 1 + SETTLING for where in at if len(where)) or [0]
            times = [32 * first[len(first) // 2], 32 * first[int(0.95 * len(first))]]
            line += f" | {threshold}: {100 * sum(len(where) > 0 for where in at) / len(found):5.1f} % {times}"
        print(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rendered", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    found = list(sounds(given.data, given.rendered, SileroModel(find_vad())))
    voices = sorted({one.voice for one in found})
    held = set(voices[::4])
    report(train([one for one in found if one.voice not in held]), [one for one in found if one.voice in held])
    np.savez_compressed(given.out, **train(found))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
