"""Learns from corrections: the linear layer alone, by numpy, while the sentence encoder stays as it is.

Two layers are fitted. The trial learns all corrections but those held back, and is examined on them; the last learns
all. Both must hold what the line understood before: they are examined on phrases that ship and that neither is taught.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.nlu.classifier import IntentClassifier
from ivr.nlu.encoder import Encodes
from ivr.nlu.understanding import Understanding, classified
from ivr.quality.learning import regression
from ivr.quality.learning.examination import Answers, examine, objections
from ivr.quality.learning.examples import Example, held_back, newest, shipped
from ivr.quality.learning.regression import Floats, Lesson

KEPT_COUNT = 0.3  # of a phrase that ships, where a correction counts 1
Tell = Callable[[str], None]


class UnknownLabelError(ValueError):
    """A correction names what the model in use cannot tell."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """The layer, how it answers against the one before, and why it must not be taken (empty: it may).

    `held_*`: the trial's answers to what was held back from it; `all_*`: to every correction.
    """

    head: IntentClassifier
    shipped_before: Answers
    shipped_after: Answers
    held_before: Answers
    held_after: Answers
    all_before: Answers
    all_after: Answers
    refused: tuple[str, ...]


class Remembering:
    """An encoder that encodes each text once."""

    def __init__(self, encoder: Encodes) -> None:
        self._encoder = encoder
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, text: str) -> NDArray[np.float32]:
        if text not in self._known:
            self._known[text] = self._encoder.encode(text)
        return self._known[text]


def learn(
    encoder: Encodes, head: IntentClassifier, corrections: Sequence[Example], country: str, tell: Tell = print
) -> Learnt:
    """What `head` becomes by the corrections, the oldest first. `tell` hears of the steps."""
    for one in corrections:
        if one.label not in head.labels:
            raise UnknownLabelError(
                f"The model in use cannot tell {one.label!r}; remove that correction, or train anew."
            )
    remembering = Remembering(encoder)

    def answers(layer: IntentClassifier, examples: Sequence[Example]) -> Answers:
        return examine(Understanding(remembering, layer, country), examples)

    told = newest(corrections)
    held = held_back(told)
    kept, check = shipped()
    tell(f"Reading {len(kept) + len(check)} phrases that ship and {len(told)} corrections ...")
    kept_vectors, check_vectors = _vectors(remembering, kept), _vectors(remembering, check)

    def taught(examples: Sequence[Example]) -> IntentClassifier:
        fitted = regression.fit(head, _lesson(remembering, head, kept_vectors, examples))
        return regression.calibrate(fitted, check_vectors, regression.probabilities(head, check_vectors))

    tell(f"Learning; {len(held)} corrections are held back for the trial ...")
    last = taught(told)
    trial = taught([one for one in told if one not in held]) if held else last
    before, after = answers(head, check), answers(last, check)
    held_before, held_after = answers(head, held), answers(trial, held)
    against = {
        reason: None
        for one in (answers(trial, check), after)
        for reason in objections(before, one, held_before, held_after)
    }
    return Learnt(
        last, before, after, held_before, held_after, answers(head, told), answers(last, told), tuple(against)
    )  # fmt: skip


def _vectors(encoder: Encodes, examples: Sequence[Example]) -> Floats:
    return np.array([encoder.encode(classified(one.text)) for one in examples], np.float64)


def _lesson(encoder: Encodes, head: IntentClassifier, kept: Floats, examples: Sequence[Example]) -> Lesson:
    """Phrases stay what they are to `head`; the corrections become what they should have been."""
    right = np.eye(len(head.labels))[[head.labels.index(one.label) for one in examples]]
    return Lesson(
        vectors=np.vstack([kept, _vectors(encoder, examples).reshape(-1, kept.shape[1])]),
        targets=np.vstack([regression.probabilities(head, kept), right]),
        counts=np.concatenate([np.full(len(kept), KEPT_COUNT), np.ones(len(examples))]),
    )
