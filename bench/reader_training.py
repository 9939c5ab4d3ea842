"""Train the digit reader (speech/reader.npz): a small network over Whisper's encoder, on digits alone.

    python -m bench.reader_training --data DIR --rendered DIR --out reader.npz [--hold fsdd-george] [--steps 900]

`--data` is the folder with speech.jsonl and its clips. `--rendered` holds neural voices saying digits and sentences:
one .npz a line, with `s` (int16 at 8 kHz) and `lab` (its digits, empty for none). `--hold` leaves one speaker out, for
cross-validation. Needs torch, which is no part of the project; takes about ten minutes on one core.
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

from bench.words import digit_clips, rest, rows, spliced
from speech.audio import RATE, Samples, decode, encode, normalise, read_mono, resample, to_float, to_int
from speech.reader import TAIL
from speech.weights import find_whisper
from speech.whisper import Whisper, encoder_output

Array = NDArray[np.float32]

STRINGS = 260  # composed of each recorded speaker's digits
PRINCIPAL = 128  # directions of the encoder's output that are kept: the rest is nearly empty
HIDDEN = 64
BATCH = 16
WIDTH = 5  # pooled frames that a layer sees: two layers see 0.4 s, a digit and its neighbours' edges
SHARES = {"rendered": 2.0, "wordless": 0.8}  # how often a group is drawn, next to 1 for each recorded speaker
NOISE = (12, 18, 25, 35, 45, 50)  # dB of speech over noise
PITCH = (0.87, 1.16)  # faster and higher, slower and lower: other throats


@dataclass(frozen=True, slots=True)
class Example:
    """Pooled encoder output [frames, 512], the digits said in it, and whose or what it is."""

    features: Array
    digits: str
    group: str


def examples(whisper: Whisper, data: Path, rendered: Path, hold: str) -> Iterator[Example]:
    """Everything to learn from, over the telephone, at other pitches and in noise."""
    [office] = (data / "extras" / "noise").glob("*.wav")
    noise = to_float(read_mono(office)[30 * RATE :])
    chance = random.Random("reader")

    def heard(sound: Samples, digits: str, group: str) -> Example:
        return Example(_features(whisper, _changed(sound, noise, chance)), digits, group)

    for speaker, clips in digit_clips(data).items():
        if speaker.startswith("fsdd-") and speaker != hold:
            for _ in range(STRINGS):
                yield heard(*_string(data, clips, chance), speaker)
    for row in rows(data, "speech.jsonl"):
        if row["text"] is None and "picovoice" in row["source"]:
            yield heard(read_mono(data / row["file"])[: 12 * RATE], "", "wordless")
    for path in sorted(rendered.glob("*.npz")):
        with np.load(path) as line:
            sound, digits = line["s"], str(line["lab"])
        for _ in range(2):
            lead, tail = rest(chance.uniform(0.05, 0.5)), rest(chance.uniform(0.15, 0.5))
            yield heard(np.concatenate([lead, sound, tail]), digits, "rendered" if digits else "wordless")


def _string(data: Path, clips: dict[str, list[str]], chance: random.Random) -> tuple[Samples, str]:
    digits = "".join(chance.choice("0123456789") for _ in range(chance.choice((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12))))
    sounds = [read_mono(data / chance.choice(clips[digit])) for digit in digits]
    shortest, longest = chance.choice(((0, 0.08), (0.05, 0.35), (0.3, 0.8)))
    gaps = [chance.uniform(shortest, longest) for _ in digits[1:]]
    return spliced(sounds, gaps, lead=chance.uniform(0.1, 0.5), tail=chance.uniform(0.15, 0.5)), digits


def _changed(sound: Samples, office: Array, chance: random.Random) -> Samples:
    voice = soxr.resample(to_float(normalise(sound)), RATE, RATE * chance.uniform(*PITCH))
    loud = voice[np.abs(voice) > 0.02]
    level = float(np.sqrt((loud**2).mean())) if len(loud) else 0.05
    noise: NDArray[Any] = np.random.default_rng(chance.randrange(1 << 30)).normal(0, 1, len(voice))
    if chance.random() < 0.4:
        start = chance.randrange(len(office) - len(voice))
        noise = office[start : start + len(voice)]
        noise = noise / np.sqrt((noise**2).mean())
    mixed = voice + noise * level * 10 ** (-chance.choice(NOISE) / 20)
    return decode(encode(to_int((mixed * 10 ** (chance.uniform(-12, 3) / 20)).astype(np.float32))))


def _features(whisper: Whisper, sound: Samples) -> Array:
    samples = np.asarray(resample(to_float(normalise(sound)), RATE, 16000), np.float32)
    encoded = whisper.encode(samples, stretch=1.0)
    output = encoder_output(encoded)[: int(50 * (encoded.seconds + TAIL)) // 2 * 2]
    return np.asarray(output.reshape(-1, 2, output.shape[1]).mean(axis=1), np.float32)


def train(found: list[Example], steps: int) -> dict[str, Array]:
    """The reader's weights, under the names that speech.reader reads."""
    import torch

    torch.manual_seed(0)
    chance = random.Random(0)
    mean, directions = _principal(found)
    network = _network(torch)
    learning = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(learning, 5e-3, total_steps=steps)
    groups: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    for one in found:
        target = torch.tensor([int(digit) + 1 for digit in one.digits], dtype=torch.long)
        groups[one.group].append((torch.from_numpy((one.features - mean) @ directions), target))
    names = sorted(groups)
    shares = [SHARES.get(name, 1.0) for name in names]
    for step in range(steps):
        batch = [chance.choice(groups[chance.choices(names, shares)[0]]) for _ in range(BATCH)]
        loss = _loss(torch, network, batch)
        learning.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        learning.step()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step}: {loss.item():.3f}", flush=True)
    return _weights(network, mean, directions)


def _principal(found: list[Example]) -> tuple[Array, Array]:
    """The mean of the features and their main directions [512, PRINCIPAL], each scaled to one."""
    every = np.concatenate([one.features[::3] for one in found])
    mean = every.mean(axis=0)
    sizes, vectors = np.linalg.eigh(np.cov((every - mean).T))
    kept = vectors[:, ::-1][:, :PRINCIPAL] / np.sqrt(sizes[::-1][:PRINCIPAL] + 1e-3)
    return mean, np.asarray(kept, np.float32)


def _network(torch: Any) -> Any:
    nn = torch.nn

    class Network(nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.a, self.o, self.drop = nn.Linear(PRINCIPAL, HIDDEN), nn.Linear(HIDDEN, 11), nn.Dropout(0.15)
            self.b = nn.Conv1d(HIDDEN, HIDDEN, WIDTH, padding=WIDTH // 2)
            self.c = nn.Conv1d(HIDDEN, HIDDEN, WIDTH, padding=WIDTH // 2)

        def forward(self, features: Any) -> Any:
            hidden = torch.relu(self.a(self.drop(features))).transpose(1, 2)
            for layer in (self.b, self.c):
                hidden = hidden + torch.relu(layer(self.drop(hidden)))
            return self.o(hidden.transpose(1, 2)).log_softmax(-1)

    return Network()


def _loss(torch: Any, network: Any, batch: list[tuple[Any, Any]]) -> Any:
    lengths = torch.tensor([len(features) for features, _ in batch])
    padded = torch.zeros(len(batch), int(lengths.max()), PRINCIPAL)
    for index, (features, _) in enumerate(batch):
        shaken = 0.15 * (torch.randn_like(features) + torch.randn(1, PRINCIPAL))  # another voice, another line
        padded[index, : len(features)] = features + shaken
    targets = [target for _, target in batch]
    counts = torch.tensor([len(target) for target in targets])
    logs = network(padded).transpose(0, 1)
    losses = torch.nn.functional.ctc_loss(
        logs, torch.cat(targets), lengths, counts, blank=0, reduction="none", zero_infinity=True
    )
    return (losses / counts.clamp(min=3)).mean()


def _weights(network: Any, mean: Array, directions: Array) -> dict[str, Array]:
    state = {name: value.numpy() for name, value in network.state_dict().items()}
    stored: dict[str, Array] = {"mean": mean, "a": directions @ state["a.weight"].T, "o": state["o.weight"].T}
    stored |= {name: state[f"{name}.weight"].transpose(2, 1, 0) for name in "bc"}
    stored |= {f"{name}0": state[f"{name}.bias"] for name in "abco"}
    return {name: value.astype(np.float32 if name == "mean" else np.float16) for name, value in stored.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rendered", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hold", default="", help="a speaker to leave out")
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--folder", type=Path, default=Path("var"), help="where joined model files are kept")
    given = parser.parse_args()
    whisper = Whisper(find_whisper("base", given.folder), 1)
    found = list(examples(whisper, given.data, given.rendered, given.hold))
    np.savez_compressed(given.out, **train(found, given.steps))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
