"""The trained layer on top: sentence vector and word counts to a probability for each intent."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivr.meaning.encoder import MissingWeights
from ivr.meaning.features import counts

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Head:
    """`dense` (384, labels) and `sparse` (buckets, labels) weights, `idf` (buckets), `bias` (labels)."""

    labels: tuple[str, ...]
    dense: Floats
    sparse: Floats
    idf: Floats
    bias: Floats
    temperature: float

    @classmethod
    def load(cls, folder: Path) -> "Head":
        """From `head.npz` and `head.json` in `folder`; raises MissingWeights."""
        try:
            about: dict[str, Any] = json.loads((folder / "head.json").read_text())
            with np.load(folder / "head.npz") as arrays:
                parts = {name: arrays[name].astype(np.float32) for name in ("dense", "idf", "bias")}
                sparse = arrays["sparse"].astype(np.float32) * arrays["scale"].astype(np.float32)
        except FileNotFoundError as error:
            raise MissingWeights(
                f"{error.filename} is missing: reinstall warmline or run bench/meaning/train.py"
            ) from None
        return cls(tuple(about["labels"]), sparse=sparse, temperature=float(about["temperature"]), **parts)

    def probabilities(self, text: str, vector: Floats) -> Floats:
        """For plain `text` and its sentence vector: one probability a label, summing to 1."""
        return softmax((vector @ self.dense + self.wide(text) + self.bias) / self.temperature)

    def wide(self, text: str) -> Floats:
        """What the words themselves say, one score a label."""
        buckets, weights = counts(text)
        if not len(buckets):
            return np.zeros(len(self.labels), np.float32)
        scaled = weights * self.idf[buckets]
        unit = scaled / max(float(np.linalg.norm(scaled)), 1e-6)
        return np.asarray(unit @ self.sparse[buckets], np.float32)


def softmax(scores: Floats) -> Floats:
    """Probabilities along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
