"""Each figure is what its definition says, counted by hand."""

import pytest

from ivr.quality.figures.definitions import OTHERS, RATIOS, percentile
from ivr.quality.figures.tally import Tally

pytestmark = pytest.mark.unit

TEN = Tally(
    calls=10, settled=6, helped=3, traceable=8, repeats=2, rated=4, stars=14, asked=5, person=4, soon=1,
    compared=8, misheard_calls=4, misheard_turns=6, words_compared=200, words_misheard=5,
    failed=2, bad=3, promises=4, kept=3, seconds=1800.0, agent_s=600.0,
)  # fmt: skip
TO_TEN = [float(n) for n in range(1, 11)]
BY_HAND = {
    "resolved": 3 / 6, "repeat": 2 / 8, "rating": 3.5, "rated": 0.4, "soon": 1 / 5, "handed": 0.5, "misheard": 0.5,
    "misheard_turns": 0.75, "misheard_words": 0.025, "failed": 0.2, "bad": 0.3, "kept": 0.75, "length": 3.0,
}  # fmt: skip


def test_figures_of_ten_calls() -> None:
    assert {one.key: one.value(TEN) for one in RATIOS} == pytest.approx(BY_HAND)


def test_nothing_is_known_of_no_calls() -> None:
    assert {one.value(Tally()) for one in RATIOS} == {None}


def test_what_is_unknown_of_all_calls_is_no_figure() -> None:
    unknown = Tally(calls=3, seconds=30.0)
    found = {one.key: one.value(unknown) for one in RATIOS}
    assert [key for key, value in found.items() if value is None] == [
        "resolved", "repeat", "rating", "soon", "misheard", "misheard_turns", "misheard_words", "kept",
    ]  # fmt: skip


def test_every_figure_has_words_of_its_own() -> None:
    everything = (*RATIOS, *OTHERS)
    for texts in (
        {one.key for one in everything},
        {one.name for one in everything},
        {one.meaning for one in everything},
    ):
        assert len(texts) == len(everything)


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [
        ([], 0.5, None), ([7.0], 0.9, 7.0), ([3.0, 1.0, 2.0], 0.5, 2.0), ([1.0, 2.0, 3.0, 4.0], 0.5, 2.0),
        (TO_TEN, 0.9, 9.0), (TO_TEN, 1.0, 10.0), ([5.0, 1.0], 0.0, 1.0),
    ],
)  # fmt: skip
def test_percentiles_are_waits_that_happened(values: list[float], share: float, found: float | None) -> None:
    assert percentile(values, share) == found


def test_tallies_add_up() -> None:
    assert TEN + Tally(calls=1, seconds=0.5) == Tally.total([TEN, Tally(calls=1, seconds=0.5)])
    assert Tally.total([Tally()]) == Tally()
