"""A model comes into use whole, and the one before can be had back."""

from pathlib import Path

import numpy as np
import pytest

from ivr.nlu.classifier import IntentClassifier
from ivr.quality.learning.model_files import ENCODER, NoFormerModelError, put_back, take_into_use

pytestmark = pytest.mark.integration


def head(temperature: float) -> IntentClassifier:
    return IntentClassifier(("a", "b"), np.ones((3, 2), np.float32), np.zeros(2, np.float32), temperature)


def in_use(folder: Path, name: str = "meaning") -> float:
    return IntentClassifier.load(folder / name).temperature


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a small model of the operator's own."""
    (tmp_path / "meaning").mkdir()
    for name in ENCODER:
        (tmp_path / "meaning" / name).write_text(name)
    head(1.0).save(tmp_path / "meaning")
    return tmp_path


def test_the_new_model_is_in_use_on_the_same_encoder_and_the_former_is_kept(folder: Path) -> None:
    take_into_use(folder, head(2.0))
    assert (in_use(folder), in_use(folder, "meaning.before")) == (2.0, 1.0)
    assert (folder / "meaning" / "encoder.onnx").read_text() == "encoder.onnx"
    assert sorted(file.name for file in folder.iterdir()) == ["meaning", "meaning.before"]


def test_back_is_the_model_before_and_back_again_the_new_one(folder: Path) -> None:
    take_into_use(folder, head(2.0))
    put_back(folder)
    assert (in_use(folder), in_use(folder, "meaning.before")) == (1.0, 2.0)
    put_back(folder)
    assert (in_use(folder), in_use(folder, "meaning.before")) == (2.0, 1.0)


def test_only_the_last_one_before_is_kept(folder: Path) -> None:
    take_into_use(folder, head(2.0))
    take_into_use(folder, head(3.0))
    assert (in_use(folder), in_use(folder, "meaning.before")) == (3.0, 2.0)


def test_after_a_kill_between_the_renames_the_former_model_can_be_had_back(folder: Path) -> None:
    take_into_use(folder, head(2.0))
    (folder / "meaning").rename(folder.parent / "lost")
    put_back(folder)
    assert in_use(folder) == 1.0


def test_there_is_no_way_back_before_anything_was_learnt(folder: Path) -> None:
    with pytest.raises(NoFormerModelError):
        put_back(folder)
    assert in_use(folder) == 1.0
