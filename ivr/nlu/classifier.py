"""The intent classifier: a trained layer that turns a sentence vector into a probability for each intent."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivr.nlu.encoder import MissingModelError

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class IntentClassifier:
    """`weights` (384, labels) and `bias` (labels); scores are divided by `temperature`, which calibrates them."""

    labels: tuple[str, ...]
    weights: Floats
    bias: Floats
    temperature: float

    @classmethod
    def load(cls, folder: Path) -> "IntentClassifier":
        """From `head.npz` and `head.json` in `folder`; raises MissingModelError."""
        try:
            about: dict[str, Any] = json.loads((folder / "head.json").read_text())
            with np.load(folder / "head.npz") as arrays:
                weights, bias = arrays["weights"], arrays["bias"]
        except FileNotFoundError as error:
            raise MissingModelError(f"{error.filename} is missing: install warmline again, or train anew") from None
        return cls(tuple(about["labels"]), weights, bias, float(about["temperature"]))

    def save(self, folder: Path) -> None:
        """As `load` reads it."""
        np.savez(folder / "head.npz", weights=self.weights, bias=self.bias)
        about = {"labels": self.labels, "temperature": self.temperature}
        (folder / "head.json").write_text(json.dumps(about) + "\n")

    def probabilities(self, vector: Floats) -> Floats:
        """For one sentence vector (384): a probability a label, summing to 1."""
        scores = (vector @ self.weights + self.bias) / self.temperature
        powers = np.exp(scores - scores.max())
        return np.asarray(powers / powers.sum(), np.float32)
