"""How the digit reader's examples are put together for training."""

import random
from itertools import islice, pairwise

import pytest

from bench.train.digit_reader import BATCH, DRAWN, _batches

pytestmark = pytest.mark.unit


def test_a_batch_holds_examples_of_like_lengths_so_that_little_is_padding() -> None:
    groups = {name: [([0.0] * length, name) for length in range(1, 201)] for name in ("german", "fsdd-george")}
    drawn = list(islice(_batches(groups, random.Random(0)), DRAWN))
    assert [len(batch) for batch in drawn] == [BATCH] * DRAWN
    spans = sorted((len(batch[0][0]), len(batch[-1][0])) for batch in drawn)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_groups_are_drawn_by_their_shares() -> None:
    groups = {name: [([0.0], name)] for name in ("german", "fsdd-george")}
    names = [name for batch in islice(_batches(groups, random.Random(0)), 10 * DRAWN) for _, name in batch]
    assert 0.15 < names.count("german") / len(names) < 0.32
