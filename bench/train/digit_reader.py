"""Train the digit reader (speech/digit_reader.npz): a small network over Whisper's encoder, on digits alone.

    python -m bench.train.digit_reader --examples examples.npz --out reader.npz [--hold fsdd-george romance] [--seed N]

The examples are those of bench/train/digit_examples.py. `--hold` leaves speakers and families of accents out, for
cross-validation (bench/train/digit_reader_crossed.py does it for all). Needs torch (the extra "train"); some minutes on
one core.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.train.accents import WAYS, belongs
from bench.train.digit_examples import Example, load

Array = NDArray[np.float32]

PRINCIPAL = 128  # directions of the encoder's output that are kept: the rest is nearly empty
HIDDEN = 160
LAYERS = "bcd"
BATCH, DRAWN = 24, 8  # examples of a batch, and batches drawn at once, to put those of like lengths together
STEPS = 1500
WIDTH = 5  # pooled frames that a layer sees: three layers see half a second, a digit and its neighbours' edges
SHARES = {"heart": 0.5, "mixed": 2.0, "wordless": 1.0} | dict.fromkeys(WAYS, 0.3)
"""How often a group is drawn, next to 1 for each recorded speaker."""
SHAKEN = 0.2  # noise in each direction, of each frame and of a whole example
OTHER_VOICE = 0.8  # at most so much of the way from an example's mean to another's: other voices and other lines


def train(found: list[Example], steps: int, seed: int = 0) -> dict[str, Array]:
    """The reader's weights, under the names that speech.digit_reader reads."""
    import torch

    torch.manual_seed(seed)
    chance = random.Random(seed)
    mean, directions = _principal(found)
    network = _network(torch)
    learning = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(learning, 5e-3, total_steps=steps)
    groups: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    for one in found:
        target = torch.tensor([int(digit) + 1 for digit in one.digits], dtype=torch.long)
        groups[one.group].append((torch.from_numpy((one.features - mean) @ directions), target))
    voices = torch.stack([features.mean(0) for group in groups.values() for features, _ in group])
    for step, batch in zip(range(steps), _batches(groups, chance), strict=False):
        loss = _loss(torch, network, batch, voices)
        learning.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        learning.step()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step}: {loss.item():.3f}", flush=True)
    return _weights(network, mean, directions)


def _batches(groups: dict[str, list[tuple[Any, Any]]], chance: random.Random) -> Iterator[list[tuple[Any, Any]]]:
    names = sorted(groups)
    shares = [SHARES.get(name, 1.0) for name in names]
    while True:
        drawn = [chance.choice(groups[name]) for name in chance.choices(names, shares, k=BATCH * DRAWN)]
        drawn.sort(key=lambda one: len(one[0]))
        batches = [drawn[start : start + BATCH] for start in range(0, len(drawn), BATCH)]
        chance.shuffle(batches)
        yield from batches


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
            for name in LAYERS:
                setattr(self, name, nn.Conv1d(HIDDEN, HIDDEN, WIDTH, padding=WIDTH // 2))

        def forward(self, features: Any) -> Any:
            hidden = torch.relu(self.a(self.drop(features))).transpose(1, 2)
            for name in LAYERS:
                hidden = hidden + torch.relu(getattr(self, name)(self.drop(hidden)))
            return self.o(hidden.transpose(1, 2))

    return Network()


def _loss(torch: Any, network: Any, batch: list[tuple[Any, Any]], voices: Any) -> Any:
    lengths = torch.tensor([len(features) for features, _ in batch])
    padded = torch.zeros(len(batch), int(lengths.max()), PRINCIPAL)
    for index, (features, _) in enumerate(batch):
        shaken = SHAKEN * (torch.randn_like(features) + torch.randn(1, PRINCIPAL))
        other = voices[torch.randint(len(voices), ())] - features.mean(0)
        padded[index, : len(features)] = features + shaken + OTHER_VOICE * torch.rand(()) * other
    targets = [target for _, target in batch]
    counts = torch.tensor([len(target) for target in targets])
    with torch.autocast("cpu", torch.bfloat16):
        logs = network(padded)
    logs = logs.float().log_softmax(-1).transpose(0, 1)
    losses = torch.nn.functional.ctc_loss(
        logs, torch.cat(targets), lengths, counts, blank=0, reduction="none", zero_infinity=True
    )
    return (losses / counts.clamp(min=3)).mean()


def _weights(network: Any, mean: Array, directions: Array) -> dict[str, Array]:
    state = {name: value.numpy() for name, value in network.state_dict().items()}
    stored: dict[str, Array] = {"mean": mean, "a": directions @ state["a.weight"].T, "o": state["o.weight"].T}
    stored |= {name: state[f"{name}.weight"].transpose(2, 1, 0) for name in LAYERS}
    stored |= {f"{name}0": state[f"{name}.bias"] for name in f"a{LAYERS}o"}
    return {name: value.astype(np.float32 if name == "mean" else np.float16) for name, value in stored.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hold", nargs="*", default=[], help="speakers and families of accents to leave out")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    found = [one for one in load(given.examples) if not belongs(one.group, given.hold)]
    np.savez_compressed(given.out, **train(found, given.steps, given.seed))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
