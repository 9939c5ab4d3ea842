"""Train the network that tells words from hums and other sounds (speech/sound_kind.npz).

    python -m bench.train.sound_kind --data DIR --rendered DIR [DIR ...] --out sound_kind.npz [--held DIR]

`--data` is the folder with speech.jsonl, `--rendered` what bench/train/sound_kind_voices.py and
bench/train/accented_voices.py made; bench/train/sound_kind_examples.py says what is learnt from. One neural voice in
four is held: nothing is learnt from it, the report is of it, and `--held` writes its sounds for `warmline bench
bargein`. People whose clips that bench takes are not learnt from either. Ten minutes.
"""

import argparse
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.speech.interruptions import WITHIN
from bench.train.sound_kind_examples import CLASS_OF, SETTLING, Sound, held, sounds, write_held
from speech.interruption import Interruption
from speech.model_files import find_vad
from speech.sound_kind import KINDS, KindChances, kind_chances
from speech.vad import WINDOW_SECONDS, SileroModel

Array = NDArray[np.float32]

HIDDEN, NETS = 48, 3  # several small networks' mean is surer than a large one's word
WEIGHT = {
    "people": 2.0, "sentence": 1.4, "words": 2.0, "digits": 1.0,
    "hum": 1.0, "open hum": 1.6, "closed hum": 0.6,
    "laugh": 1.0, "cough": 0.7, "knock": 0.4, "around": 1.0, "nothing": 0.3,
}  # fmt: skip
STEPS, BATCH, RATE_OF_LEARNING, DECAY = 3000, 384, 3e-3, 1e-3
SHAKEN = 0.3  # noise on each feature, in its own spread: few voices must do for many


@dataclass(frozen=True, slots=True)
class Told:
    """What is made of one sound by one moment."""

    interruption: float
    kind: KindChances


def train(found: list[Sound]) -> dict[str, Array]:
    """The network's weights, under the names that speech.sound_kind reads: the mean of several networks."""
    groups: dict[str, list[Array]] = defaultdict(list)
    for one in found:
        if one.kind in CLASS_OF and not held(one.voice) and len(one.windows) > SETTLING:
            groups[one.kind].append(one.windows[SETTLING:])
    nets = [_net(groups, np.random.default_rng(seed)) for seed in range(NETS)]
    axes = {"a": 1, "a0": 0, "o": 0}
    weights = {name: np.concatenate([net[name] for net in nets], axis=axis) for name, axis in axes.items()}
    return weights | {"o": weights["o"] / NETS, "o0": np.mean([net["o0"] for net in nets], axis=0)}


def _net(groups: dict[str, list[Array]], chance: np.random.Generator) -> dict[str, Array]:
    """Multinomial logistic regression with one hidden layer."""
    every = np.concatenate([part[::4] for parts in groups.values() for part in parts]).astype(np.float32)
    mean, spread = every.mean(axis=0), every.std(axis=0) + 0.05
    size = every.shape[1]
    layers = [
        chance.normal(0, size**-0.5, (size, HIDDEN)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        chance.normal(0, 0.2, (HIDDEN, len(KINDS))).astype(np.float32),
        np.zeros(len(KINDS), np.float32),
    ]
    moments = [(np.zeros_like(layer), np.zeros_like(layer)) for layer in layers]
    for step in range(1, STEPS + 1):
        batch, wanted, weight = _batch(groups, chance)
        shaken = SHAKEN * chance.standard_normal(batch.shape, np.float32)
        slopes = _slopes(layers, (batch - mean) / spread + shaken, wanted, weight)
        rate = RATE_OF_LEARNING * (1 - step / STEPS)
        for layer, slope, (first, second) in zip(layers, slopes, moments, strict=True):
            first += 0.1 * (slope - first)
            second += 0.001 * (slope**2 - second)
            layer -= rate * ((first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8) + DECAY * layer)
    a, a0, o, o0 = layers
    return {"a": a / spread[:, None], "a0": a0 - (mean / spread) @ a, "o": o, "o0": o0}


def _batch(groups: dict[str, list[Array]], chance: np.random.Generator) -> tuple[Array, Array, Array]:
    """A window of each of many sounds, of each kind by its weight; words weigh as much as all the rest."""
    total = sum(WEIGHT[kind] for kind in groups)
    drawn, wanted = [], []
    for kind, parts in groups.items():
        for number in chance.integers(0, len(parts), max(1, round(BATCH * WEIGHT[kind] / total))):
            part = parts[number]
            drawn.append(part[int(len(part) * chance.random() ** 1.5)])  # the earlier, the oftener
            wanted.append(CLASS_OF[kind])
    sought = np.eye(len(KINDS), dtype=np.float32)[wanted]
    words = sought[:, :1].mean()
    weight = np.where(sought[:, :1] > 0, 0.5 / words, 0.5 / (1 - words))
    return np.array(drawn, np.float32), sought, weight.astype(np.float32)


def _slopes(layers: list[Any], batch: Array, wanted: Array, weight: Array) -> list[Any]:
    a, a0, o, _ = layers
    hidden = np.maximum(batch @ a + a0, 0)
    told = kind_chances(dict(zip(("a", "a0", "o", "o0"), layers, strict=True)), batch)
    wrong = weight * (told - wanted) / len(batch)
    back = (wrong @ o.T) * (hidden > 0)
    return [batch.T @ back, back.sum(axis=0), hidden.T @ wrong, wrong.sum(axis=0)]


def report(found: list[Sound], weights: dict[str, Array]) -> None:
    """Of the held voices, by kind: how many pause the bot, how many in time, and for how many it stays paused."""
    kinds: dict[str, list[tuple[float | None, bool]]] = defaultdict(list)
    for one in found:
        if held(one.voice) and len(one.windows):
            words = kind_chances(weights, one.windows.astype(np.float32))[:, 0]
            kinds[one.kind].append(followed(one, words))
    for kind, outcomes in sorted(kinds.items()):
        paused = [time for time, _ in outcomes if time is not None]
        soon, kept = sum(time <= WITHIN for time in paused), sum(stays for _, stays in outcomes)
        paused_, soon_, kept_ = (number / len(outcomes) for number in (len(paused), soon, kept))
        print(f"{kind:10} {len(outcomes):5}: paused {paused_:.1%}, in time {soon_:.1%}, not taken back {kept_:.1%}")


def followed(sound: Sound, words: Array) -> tuple[float | None, bool]:
    """By the rules as they are: seconds until the bot pauses, and whether it is silent at the end of what was seen."""
    judged, first = Interruption(), None
    told = zip(sound.voiced, sound.silence, sound.first, words, strict=True)
    for number, (voiced, silence, at_once, chance) in enumerate(told):
        so_far = Told(float(at_once), KindChances(float(chance), 1 - float(chance), 0.0))
        judged.hear(float(voiced), float(silence), so_far)
        if judged.paused and first is None:
            first = (number + 0.5) * WINDOW_SECONDS  # it begins within a window
    return first, judged.paused


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rendered", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--held", type=Path, help="where the held voices' sounds are written")
    given = parser.parse_args()
    if given.held:
        write_held(given.rendered, given.held)
    found = list(sounds(given.data, given.rendered, SileroModel(find_vad())))
    halved = {name: value.astype(np.float16) for name, value in train(found).items()}
    np.savez_compressed(given.out, **halved)  # type: ignore[arg-type]
    report(found, {name: value.astype(np.float32) for name, value in halved.items()})


if __name__ == "__main__":
    main()
