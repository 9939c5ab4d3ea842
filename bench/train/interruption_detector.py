"""Train the interruption detector (speech/interruption.npz): a very small network over a quarter of a second.

    python -m bench.train.interruption_detector --data DIR --rendered DIR [DIR ...] --out barge.npz

`--data` is the folder with speech.jsonl, `--rendered` what bench/train/voices.py and bench/train/interruption_voices.py
made. It learns from recorded digits, sentences of people whose names are not known, and neural voices, against hums of
those voices and hums, coughs and knocks that are made up. Many are learnt from again over other lines. Each quarter of
the voices is judged by weights that never heard it, and told about, as are the people whose clips
bench/speech/interruptions.py takes: no weights heard them. Ten minutes.
"""

import argparse
import random
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from bench.speech.accuracy import quiet_sounds
from bench.speech.interruptions import LEARNT, WITHIN, from_onset
from bench.tools.noises import closed_hum, cough, knock
from bench.tools.recorded_speech import rest, rows
from bench.train.telephones import recoloured
from speech.audio import RATE, Samples, decode, encode, normalise, read_mono, to_float, to_int
from speech.endpointing.turn_detector import TurnDetector
from speech.interruption import required_chance
from speech.interruption_detector import SPAN_WINDOWS, STATE_LAG, interruption_features, window_features
from speech.model_files import find_vad
from speech.vad import STATE_SIZE, WINDOW, WINDOW_SECONDS, SileroModel, WindowCutter

Array = NDArray[np.float32]

HIDDEN, NETS = 40, 3  # several small networks' mean is surer than a large one's word
FOLDS = 4
SETTLING = 2  # windows after the onset that are not learnt from: everything begins alike
LEAD = 0.4  # seconds of line before the sound
NOISES = 700  # coughs and knocks together, and hums
PITCH = (0.82, 1.2)  # other throats
PITCH_AGAIN = (0.74, 1.32)  # where it is only learnt from
TIMES = {"hum": 4, "words": 3, "digits": 2, "sentence": 4}  # how often each is taken, changed
AGAIN = {"hum": 4, "words": 3, "digits": 2, "sentence": 3, "closed hum": 1, "cough": 1}  # and over other lines
EARLIER = 400  # sounds of speech, of which one may have come before
PAUSE = (0.4, 3.0)  # seconds of line between
SPEECH = ("people", "sentence", "words", "digits", "apart")
WEIGHT = {"sentence": 1.0, "digits": 0.7, "words": 1.6, "hum": 2.5, "cough": 0.7, "knock": 0.5, "nothing": 0.4}
APART = ("apart", "open hum")  # measured, never learnt from
LOW, HUMMING = 550, 0.8  # Hz, and the share of its power that a hum has below
WATCHED = 0.4  # seconds of speech that are learnt from: by then the bot must have stopped
HUMMED = 0.7  # seconds of what must not stop it
SEEN = 1.0  # seconds that are reported about
STEPS, BATCH, RATE_OF_LEARNING, DECAY = 2500, 256, 3e-3, 1e-3
SHAKEN = 0.3  # noise on each feature, in its own spread: few voices must do for many


@dataclass(frozen=True, slots=True)
class Sound:
    """What the network sees [n, features] of one sound from its onset on, and the seconds of voice before each [n]."""

    windows: Array
    voiced: Array
    kind: str
    voice: str
    again: bool  # over another line: only learnt from

    @property
    def learned(self) -> Array:
        end = WATCHED if self.kind in SPEECH else HUMMED
        return self.windows[SETTLING : round(end / WINDOW_SECONDS)]


def sounds(data: Path, rendered: list[Path], vad: SileroModel) -> Iterator[Sound]:
    chance = random.Random("barge")
    earlier: list[Samples] = []
    for sound, kind, voice in _sources(data, rendered, chance):
        times = TIMES.get(kind, 1)
        for number in range(times + AGAIN.get(kind, 0)):
            again = number >= times
            heard = _changed(recoloured(sound, chance) if again else sound, chance, PITCH_AGAIN if again else PITCH)
            yield Sound(*windows(heard, vad, _before(earlier, chance)), kind, voice, again)
            if kind in SPEECH and kind not in APART and number == 0 and len(earlier) < EARLIER:
                earlier.append(heard)


def _before(earlier: list[Samples], chance: random.Random) -> Samples:
    """What the detector heard before, and remembers: nothing, a quiet line, or somebody."""
    drawn = chance.random()
    if drawn < 0.3:
        return np.zeros(0, np.int16)
    said = chance.choice(earlier)[: int(1.5 * RATE)] if earlier and drawn > 0.6 else np.zeros(0, np.int16)
    return np.concatenate([said, decode(encode(to_int(rest(chance.uniform(*PAUSE)).astype(np.float32))))])


def _sources(data: Path, rendered: list[Path], chance: random.Random) -> Iterator[tuple[Samples, str, str]]:
    for row in rows(data, "speech.jsonl"):
        kind = {"fsdd": "people"}.get(row["source"], "sentence" if row["source"] in LEARNT else "apart")
        if kind != "apart" or (row["kind"] != "call" and row["seconds"] < 8):
            yield from_onset(normalise(read_mono(data / row["file"]))), kind, row["speaker"] or row["file"]
    for path in (path for folder in rendered for path in sorted(folder.glob("*.npz"))):
        with np.load(path) as line:
            sound, kind, voice = from_onset(normalise(line["s"])), str(line["kind"]), str(line["voice"])
        if kind != "hum" or _is_low(sound):
            yield sound, kind, voice
    for number in range(NOISES):
        name = f"noise {number % 8}"
        yield _made((cough if number % 2 else knock)(chance)), ("knock", "cough")[number % 2], name
        yield _made(closed_hum(chance)), "closed hum", name
    for kind, sound in quiet_sounds(data):
        yield sound, "nothing", kind


def _made(sound: Any) -> Samples:
    return normalise(to_int((0.5 * sound / np.abs(sound).max()).astype(np.float32)))


def _is_low(sound: Samples) -> bool:
    """Many voices say a written hum with open lips, as a vowel: that is no hum."""
    power = np.abs(np.fft.rfft(to_float(sound))) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    return bool(power[hertz < LOW].sum() > HUMMING * power.sum())


def _changed(sound: Samples, chance: random.Random, pitch: tuple[float, float]) -> Samples:
    """Another throat, another level, another line; sometimes the very beginning is lost."""
    voice = np.asarray(soxr.resample(to_float(sound), RATE, RATE * chance.uniform(*pitch)), np.float32)
    voice = voice[chance.choice((0, 0, 0, 160, 320)) :] * np.float32(10 ** (chance.uniform(-14, 4) / 20))
    noise = 10 ** (chance.uniform(-70, -42) / 20)
    whole = np.concatenate([rest(LEAD).astype(np.float32), np.zeros(chance.randrange(WINDOW), np.float32), voice])
    whole = np.concatenate([whole, np.zeros(int(0.3 * RATE), np.float32)])
    hiss = np.random.default_rng(chance.randrange(1 << 30)).normal(0, noise, len(whole))
    return decode(encode(to_int((whole + hiss).astype(np.float32))))


def windows(sound: Samples, model: SileroModel, earlier: Samples) -> tuple[Array, Array]:
    """What the network sees from the sound's onset (`LEAD`) on, and the seconds of voice in the turn by then."""
    vad, before, turn = model.stream(), np.zeros(WINDOW, np.int16), TurnDetector()
    for window in WindowCutter().add(earlier):
        vad(window)
    last: list[Array] = [window_features(before, before, 0.0)] * SPAN_WINDOWS
    views: list[Array] = [np.zeros(STATE_SIZE, np.float32)] * (STATE_LAG + 1)
    found, voiced = [], []
    for start in range(0, min(len(sound) - WINDOW, int((LEAD + SEEN) * RATE)), WINDOW):
        window = sound[start : start + WINDOW]
        probability = vad(window)
        turn.window(probability)
        last = [*last[1:], window_features(before, window, probability)]
        views = [*views[1:], vad.hidden_state]
        before = window
        if start >= LEAD * RATE:
            found.append(interruption_features(np.array(last), views[-1], views[0]))
            voiced.append(turn.voiced if turn.active else 0.0)
    return np.array(found, np.float32), np.array(voiced, np.float32)


def train(found: list[Sound]) -> dict[str, Array]:
    """The network's weights, under the names that speech.interruption_detector reads: the mean of several networks."""
    groups: dict[str, list[Array]] = defaultdict(list)
    for one in found:
        if one.kind not in APART and len(one.learned):
            groups[one.kind].append(one.learned)
    nets = [_net(groups, np.random.default_rng(seed)) for seed in range(NETS)]
    axes = {"a": 1, "a0": 0, "o": 0}
    weights = {name: np.concatenate([net[name] for net in nets], axis=axis) for name, axis in axes.items()}
    return weights | {"o": weights["o"] / NETS, "o0": np.mean([net["o0"] for net in nets], axis=0)}


def _net(groups: dict[str, list[Array]], chance: np.random.Generator) -> dict[str, Array]:
    """Logistic regression with one hidden layer."""
    every = np.concatenate([part for parts in groups.values() for part in parts])
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
        batch, wanted, weight = _batch(groups, chance)
        slopes = _slopes(layers, (batch - mean) / spread + chance.normal(0, SHAKEN, batch.shape), wanted, weight)
        rate = RATE_OF_LEARNING * (1 - step / STEPS)
        for layer, slope, (first, second) in zip(layers, slopes, moments, strict=True):
            first += 0.1 * (slope - first)
            second += 0.001 * (slope**2 - second)
            layer -= rate * ((first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8) + DECAY * layer)
    a, a0, o, o0 = layers
    return {"a": a / spread[:, None], "a0": a0 - (mean / spread) @ a, "o": o, "o0": o0}


def _batch(groups: dict[str, list[Array]], chance: np.random.Generator) -> tuple[Array, Array, Array]:
    """A window of each of many sounds, of each kind by its weight; speech weighs as much as all the rest."""
    total = sum(WEIGHT.get(kind, 1.0) for kind in groups)
    drawn, wanted = [], []
    for kind, parts in groups.items():
        for number in chance.integers(0, len(parts), round(BATCH * WEIGHT.get(kind, 1.0) / total)):
            drawn.append(parts[number][chance.integers(0, len(parts[number]))])
            wanted.append(float(kind in SPEECH))
    sought = np.array(wanted, np.float32)[:, None]
    return np.array(drawn), sought, np.where(sought > 0, 0.5 / sought.mean(), 0.5 / (1 - sought.mean()))


def _slopes(layers: list[Any], batch: Array, wanted: Array, weight: Array) -> list[Any]:
    a, a0, o, o0 = layers
    hidden = np.maximum(batch @ a + a0, 0)
    wrong = weight * (1 / (1 + np.exp(-(hidden @ o + o0))) - wanted) / len(batch)
    back = (wrong @ o.T) * (hidden > 0)
    return [batch.T @ back, back.sum(axis=0), hidden.T @ wrong, wrong.sum(axis=0)]


def chances_of(weights: dict[str, Array], windows: Array) -> Array:
    hidden = np.maximum(windows @ weights["a"] + weights["a0"], 0)
    return np.asarray(1 / (1 + np.exp(-(hidden @ weights["o"] + weights["o0"])[:, 0])), np.float32)


def crossed(found: list[Sound]) -> Iterator[tuple[Sound, Array]]:
    """Each sound with what weights say of its windows that never heard its voice."""
    for fold in range(FOLDS):
        weights = train([one for one in found if _fold(one.voice) != fold])
        for one in found:
            if _fold(one.voice) == fold and not one.again:
                yield one, chances_of(weights, one.windows)


def _fold(voice: str) -> int:
    return zlib.crc32(voice.encode()) % FOLDS


def report(told: Iterator[tuple[Sound, Array]]) -> None:
    """For each kind: how many stop the bot, by the rules as they are, and how many in time."""
    kinds: dict[str, list[float | None]] = defaultdict(list)
    for one, chances in told:
        enough = [chance >= required_chance(float(sum_)) for chance, sum_ in zip(chances, one.voiced, strict=True)]
        first = enough.index(True) if True in enough else None
        kinds[one.kind].append(None if first is None else (first + 0.5) * WINDOW_SECONDS)  # it begins within a window
    for kind, times in sorted(kinds.items()):
        stopped = [time for time in times if time is not None]
        soon = sum(time <= WITHIN for time in stopped)
        print(f"{kind:10} {len(times):5}: stopped {len(stopped) / len(times):6.1%}, in time {soon / len(times):6.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rendered", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    found = list(sounds(given.data, given.rendered, SileroModel(find_vad())))
    halved = {name: value.astype(np.float16) for name, value in train(found).items()}
    np.savez_compressed(given.out, **halved)  # type: ignore[arg-type]
    report(crossed(found))


if __name__ == "__main__":
    main()
