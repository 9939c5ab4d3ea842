"""Trains the encoder and its intent layer on a folder of callers' words; needs torch (dependency group `train`).

    python -m bench.train.nlu.train --data DIR --base PACKAGE_MODEL_DIR --out DIR
        [--hold random:K] [--hold source:NAME,NAME] [--from CHECKPOINT] [--epochs N]

Rows have the labels of docs/labels.md; beside them it learns the phrases that ship and those of kinds.txt. --from goes
on from a checkpoint that had held out what --hold names: one short pass over that, the phrases and a part of the rest.
Writes `checkpoint.pt` to --out and, for held-out rows, `scores.jsonl` for bench.train.nlu.evaluate. What ships is made
from a checkpoint by bench.train.nlu.export; docs/quality.md says how it came about.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from bench.train.nlu.bert import SCALE, Encoder, pretrained
from bench.train.nlu.head import rarities
from bench.train.nlu.labels import relabelled
from bench.train.nlu.noise import noisy
from bench.train.nlu.rows import Row, fold, read, thinned
from bench.train.nlu.written import PHRASE_WEIGHT, written
from ivr.nlu.intents import INTENTS
from ivr.nlu.normalise import normalise

BATCH, CHUNK = 64, 40
PHRASES_EACH, KINDS_EACH = 16, 12
TOLD = 25
"""After so many batches it says how far it is."""
REFRESHED = 0.4
"""The part of the rows seen before that the second pass sees again."""
MOST = 80
"""So many rows at most of each of a source's own labels, lest the largest source decide."""
SMOOTHING = 0.05
WARM_UP = 0.06


@dataclass(frozen=True, slots=True)
class Item:
    text: str
    label: int
    fine: int
    weight: float


@dataclass(frozen=True, slots=True)
class Recipe:
    """Learning rates of encoder and layers; `fine` is how much the sources' own, finer labels count beside ours.

    They teach the encoder, and are dropped afterwards.
    """

    epochs: int
    rate: float
    layer_rate: float
    fine: float


FIRST = Recipe(epochs=2, rate=1.5e-4, layer_rate=3e-3, fine=0.3)
AGAIN = Recipe(epochs=1, rate=6e-5, layer_rate=5e-4, fine=0.1)


class Model(nn.Module):  # type: ignore[misc,unused-ignore]
    """Encoder, intent layer, and the layer of finer labels."""

    def __init__(self, encoder: Encoder, fine: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.intents, self.fine = nn.Linear(384, len(INTENTS)), nn.Linear(384, fine)
        for layer in (self.intents, self.fine):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def kept(self) -> dict[str, Any]:
        """What a checkpoint holds."""
        return {"encoder": self.encoder.state_dict(), "intents": self.intents.state_dict()}

    def restore(self, kept: dict[str, Any]) -> None:
        self.encoder.load_state_dict(kept["encoder"])
        self.intents.load_state_dict(kept["intents"])


def items_of(rows: Sequence[Row], avoid: set[str]) -> tuple[list[Item], int]:
    """Training items from rows and phrases whose text is not in `avoid`, and how many finer labels there are."""
    kept = [row for row in rows if normalise(row.text) not in avoid]
    often = [name for name, n in Counter(row.fine for row in kept).items() if n >= 5]
    index = {name: at for at, name in enumerate(often)}
    items = [Item(normalise(r.text), INTENTS.index(r.label), index.get(r.fine, -100), r.weight) for r in kept]
    texts = written(PHRASES_EACH, KINDS_EACH)
    items += [Item(text, INTENTS.index(label), -100, PHRASE_WEIGHT) for text, label in texts if text not in avoid]
    return items, len(often)


def batches(items: Sequence[Item], draw: random.Random) -> Iterator[list[Item]]:
    """Shuffled batches of texts of like length."""
    order = draw.sample(list(items), len(items))
    found = []
    for at in range(0, len(order), BATCH * CHUNK):
        alike = sorted(order[at : at + BATCH * CHUNK], key=lambda item: len(item.text))
        found += [alike[i : i + BATCH] for i in range(0, len(alike), BATCH)]
    draw.shuffle(found)
    yield from found


def tensors(tokenizer: Tokenizer, texts: list[str]) -> tuple[Tensor, Tensor]:
    encoded = tokenizer.encode_batch(texts)
    ids, mask = ([getattr(one, part) for one in encoded] for part in ("ids", "attention_mask"))
    return torch.tensor(ids), torch.tensor(mask, dtype=torch.float32)


def loss_of(
    model: Model, tokenizer: Tokenizer, batch: list[Item], rarity: Tensor, share: float, draw: random.Random
) -> Tensor:
    """Weighted cross-entropy of the intents, and a share of that of the finer labels."""
    ids, mask = tensors(tokenizer, [noisy(item.text, draw) for item in batch])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        vectors = model.encoder(ids, mask)
    vectors = vectors.float()
    labels, fine = (torch.tensor([getattr(item, part) for item in batch]) for part in ("label", "fine"))
    weights = torch.tensor([item.weight for item in batch]) * rarity[labels]
    each = functional.cross_entropy(model.intents(SCALE * vectors), labels, reduction="none", label_smoothing=SMOOTHING)
    loss = (each * weights).sum() / weights.sum()
    if (fine >= 0).any():
        loss = loss + share * functional.cross_entropy(model.fine(SCALE * vectors), fine, label_smoothing=SMOOTHING)
    return loss


def train(model: Model, tokenizer: Tokenizer, items: list[Item], recipe: Recipe, draw: random.Random) -> None:
    rarity = torch.tensor(rarities([item.label for item in items]))
    heads = [*model.intents.parameters(), *model.fine.parameters()]
    body = [p for p in model.encoder.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": recipe.rate}, {"params": heads, "lr": recipe.layer_rate}], weight_decay=0.01
    )
    steps = (len(items) // BATCH + CHUNK) * recipe.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / (WARM_UP * steps), max(0.0, (steps - step) / (steps * (1 - WARM_UP))))
    )
    model.train()
    for epoch in range(recipe.epochs):
        losses = []
        for batch in batches(items, draw):
            loss = loss_of(model, tokenizer, batch, rarity, recipe.fine, draw)
            loss.backward()  # type: ignore[no-untyped-call,unused-ignore]
            nn.utils.clip_grad_norm_(body, 1.0)
            optimiser.step()
            optimiser.zero_grad()
            schedule.step()
            losses.append(loss.item())
            if len(losses) % TOLD == 0:
                print(
                    f"epoch {epoch + 1}: {len(losses) * BATCH} texts, loss {sum(losses) / len(losses):.3f}", flush=True
                )
        print(f"epoch {epoch + 1}: loss {sum(losses) / len(losses):.3f}", flush=True)


def scores(model: Model, tokenizer: Tokenizer, rows: Sequence[Row], temperature: float) -> Iterator[dict[str, Any]]:
    """Held-out rows with a probability for each label."""
    model.eval()
    for row in rows:
        with torch.no_grad():
            vector = model.encoder(*tensors(tokenizer, [normalise(row.text)]))
            shares = torch.softmax(model.intents(SCALE * vector)[0] / temperature, dim=0).tolist()
        yield {
            "text": row.text,
            "source": row.source,
            "truth": row.label,
            "shares": dict(zip(INTENTS, shares, strict=True)),
        }


def is_held(row: Row, hold: Sequence[str]) -> bool:
    """Whether "random:K" or "source:NAME,NAME" keeps the row from training."""
    named = (one.partition(":") for one in hold)
    return any(
        fold(row) == int(which) if kind == "random" else row.source in which.split(",") for kind, _, which in named
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--data", "--base", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--hold", action="append", default=[])
    parser.add_argument("--from", dest="start", type=Path)
    parser.add_argument("--epochs", type=int, default=FIRST.epochs, help="of the first pass")
    parser.add_argument("--temperature", type=float, default=1.0)
    chosen = parser.parse_args()
    torch.manual_seed(1)
    tokenizer = Tokenizer.from_file(str(chosen.base / "tokenizer.json"))
    tokenizer.enable_truncation(40)
    tokenizer.enable_padding()
    draw = random.Random(1)
    rows = relabelled(read(chosen.data))
    held = [row for row in rows if is_held(row, chosen.hold)]
    if chosen.start:
        held, rows = [], [row for row in rows if is_held(row, chosen.hold) or draw.random() < REFRESHED]
    avoid = {normalise(row.text) for row in held}
    items, fine = items_of(thinned([row for row in rows if not is_held(row, chosen.hold) or chosen.start], MOST), avoid)
    model = Model(pretrained(chosen.base / "model.safetensors"), fine)
    if chosen.start:
        model.restore(torch.load(chosen.start))
    train(model, tokenizer, items, AGAIN if chosen.start else replace(FIRST, epochs=chosen.epochs), draw)
    chosen.out.mkdir(parents=True, exist_ok=True)
    torch.save(model.kept(), chosen.out / "checkpoint.pt")
    clear = [row for row in held if row.clear]
    lines = [json.dumps(line) for line in scores(model, tokenizer, clear, chosen.temperature)]
    (chosen.out / "scores.jsonl").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
