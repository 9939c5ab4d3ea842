"""The model in use in the data folder: taken into use at once or not at all, the one before kept beside it.

`meaning/` is the model in use, `meaning.before/` the one before. Only renames touch them: a process that starts between
the two of them, or after a kill there, takes what ships, and `put_back` mends it.
"""

import shutil
import tempfile
from pathlib import Path

from ivr.nlu.classifier import IntentClassifier
from ivr.nlu.understanding import weights_in

ENCODER = ("encoder.onnx", "tokenizer.json")


class NoFormerModelError(RuntimeError):
    """There is nothing to go back to."""


def take_into_use(folder: Path, head: IntentClassifier) -> None:
    """`head` on the encoder in use becomes `<folder>/meaning/`; what was in use becomes `meaning.before/`."""
    present = weights_in(folder)
    new = _empty(folder)
    for name in ENCODER:
        shutil.copyfile(present / name, new / name)
    head.save(new)
    former = _empty(folder)
    shutil.copytree(present, former, dirs_exist_ok=True)
    _swap_in(former, folder / "meaning.before")
    _swap_in(new, folder / "meaning")


def put_back(folder: Path) -> None:
    """The model before is in use again, and what was in use is the one before: twice is as it was."""
    former, present = folder / "meaning.before", folder / "meaning"
    if not former.is_dir():
        raise NoFormerModelError(f"There is no former model in {folder}: nothing was learnt yet.")
    aside = _empty(folder)
    if present.is_dir():
        present.rename(aside)  # onto an empty folder
    former.rename(present)
    if any(aside.iterdir()):
        aside.rename(former)
    else:
        aside.rmdir()


def _empty(folder: Path) -> Path:
    made = Path(tempfile.mkdtemp(prefix="meaning.", dir=folder))
    made.chmod(0o755)
    return made


def _swap_in(new: Path, place: Path) -> None:
    old = _empty(place.parent)
    if place.is_dir():
        place.rename(old)
    new.rename(place)
    shutil.rmtree(old)
