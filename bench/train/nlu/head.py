"""The intent layer alone, fitted to sentence vectors that stay as they are."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from bench.train.nlu.bert import SCALE
from ivr.nlu.classifier import IntentClassifier
from ivr.nlu.intents import INTENTS

RARER = 0.3
"""Labels are weighted by (most frequent / own frequency) ** RARER."""
DECAY = 1e-4
STEPS = 60


def rarities(labels: Sequence[int]) -> list[float]:
    """A weight for each of INTENTS."""
    counted = Counter(labels)
    most = max(counted.values())
    return [(most / max(counted[at], 1)) ** RARER for at in range(len(INTENTS))]


def fitted(vectors: NDArray[np.float32], labels: Sequence[int], weights: Sequence[float]) -> IntentClassifier:
    """The layer with the least weighted cross-entropy and squared weights, at temperature 1; `vectors` (texts, 384)."""
    inputs, targets = SCALE * torch.tensor(vectors), torch.tensor(labels)
    counts = torch.tensor(weights) * torch.tensor(rarities(labels))[targets]
    matrix = torch.zeros(inputs.shape[1], len(INTENTS), requires_grad=True)
    bias = torch.zeros(len(INTENTS), requires_grad=True)
    optimiser = torch.optim.LBFGS([matrix, bias], max_iter=STEPS, history_size=10, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        each = functional.cross_entropy(inputs @ matrix + bias, targets, reduction="none")
        total: Tensor = (each * counts).sum() / counts.sum() + DECAY * (matrix**2).sum()
        total.backward()  # type: ignore[no-untyped-call,unused-ignore]
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call,unused-ignore]
    return IntentClassifier(INTENTS, SCALE * matrix.detach().numpy(), bias.detach().numpy(), 1.0)
