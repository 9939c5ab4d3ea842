"""The layer learns what it is told, and stays where nothing is said."""

import numpy as np
import pytest

from ivr.nlu.classifier import IntentClassifier
from ivr.quality.learning.regression import Floats, Lesson, calibrate, fit, probabilities

pytestmark = pytest.mark.unit

HEAD = IntentClassifier(("a", "b", "c"), 8 * np.eye(3, 4, dtype=np.float32).T, np.zeros(3, np.float32), 0.75)
STAYS = np.array([[1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])


def lesson(vectors: Floats, targets: Floats, count: float = 1.0) -> Lesson:
    return Lesson(vectors, targets, np.full(len(vectors), count))


def test_its_own_answers_teach_it_nothing() -> None:
    fitted = fit(HEAD, lesson(STAYS, probabilities(HEAD, STAYS)))
    assert np.array_equal(fitted.weights, HEAD.weights)


def test_it_comes_to_where_the_slope_is_nothing() -> None:
    """The point is checked by the condition that defines it, not by the method that found it."""
    new = np.array([[0.0, 0.6, 0.0, 0.8]])
    told = lesson(np.vstack([STAYS, new]), np.vstack([probabilities(HEAD, STAYS), [[1.0, 0, 0]]]))
    fitted = fit(HEAD, told, pull=0.1)
    off = probabilities(fitted, told.vectors) - told.targets
    slope = told.vectors.T @ off / HEAD.temperature + 0.1 * (fitted.weights - HEAD.weights)
    assert np.abs(slope).max() < 2e-3


def test_a_correction_is_learnt_and_what_is_unlike_it_stays() -> None:
    new = np.array([[0.0, 0.6, 0.0, 0.8]])
    assert probabilities(HEAD, new).argmax() == 1
    told = lesson(np.vstack([STAYS, new]), np.vstack([probabilities(HEAD, STAYS), [[1.0, 0, 0]]]))
    fitted = fit(HEAD, told)
    assert probabilities(fitted, new)[0, 0] > 0.8
    assert np.allclose(probabilities(fitted, STAYS), probabilities(HEAD, STAYS), atol=0.02)


def test_a_stronger_pull_keeps_it_nearer_to_what_it_was() -> None:
    told = lesson(np.array([[0.0, 1, 0, 0]]), np.array([[1.0, 0, 0]]))
    far, near = (np.linalg.norm(fit(HEAD, told, pull=pull).weights - HEAD.weights) for pull in (0.05, 5.0))
    assert near < far / 3


def test_the_temperature_is_the_one_at_which_it_is_as_sure_as_it_should_be() -> None:
    sharp = IntentClassifier(HEAD.labels, 2 * HEAD.weights, HEAD.bias, HEAD.temperature)
    assert calibrate(sharp, STAYS, probabilities(HEAD, STAYS)).temperature == pytest.approx(1.5, rel=0.02)
