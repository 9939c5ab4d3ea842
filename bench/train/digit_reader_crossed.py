"""How well strangers' digits are understood: each by weights that learnt from neither them nor their accent.

    python -m bench.train.digit_reader_crossed --examples examples.npz --heard heard.npz [--weights reader.npz]

The examples are those of bench/train/digit_examples.py, what was heard that of bench/train/digits_by_accent.py. Who is
in no fold is nobody that any weights learnt from, and is read by those given. Needs torch (the extra "train"); some
minutes on one core for each fold.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.train.accents import belongs
from bench.train.digit_examples import Example
from bench.train.digit_examples import load as load_examples
from bench.train.digit_reader import STEPS, train
from bench.train.digits_by_accent import load as load_heard
from bench.train.digits_by_accent import outcomes, table
from speech.digit_reader import WEIGHTS, DigitReader

FOLDS = (("fsdd-george", "eastern"), ("fsdd-yweweler", "germanic", "romance"), ("fsdd-jackson", "asian"))
"""Speakers and families of accents that are left out together: they have little to do with each other."""


def trained(found: list[Example], steps: int) -> DigitReader:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "reader.npz"
        np.savez(path, **train(found, steps))  # type: ignore[arg-type]
        return DigitReader(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--heard", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--steps", type=int, default=STEPS)
    given = parser.parse_args()
    found, heard = load_examples(given.examples), load_heard(given.heard)
    named = tuple(name for fold in FOLDS for name in fold)
    told = outcomes(DigitReader(given.weights), [one for one in heard if not belongs(one.group, named)])
    for fold in FOLDS:
        reader = trained([one for one in found if not belongs(one.group, fold)], given.steps)
        told += outcomes(reader, [one for one in heard if belongs(one.group, fold)])
    print("\n".join(table(told)))


if __name__ == "__main__":
    main()
