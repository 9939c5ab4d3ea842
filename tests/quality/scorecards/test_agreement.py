"""Agreement, against tables computed by hand and figures from the literature."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.quality.scorecards.agreement import agreement, cohens_kappa, krippendorffs_alpha

pytestmark = pytest.mark.unit


def table(both_yes: int, yes_no: int, no_yes: int, both_no: int) -> list[tuple[str, str]]:
    pairs = [("yes", "yes"), ("yes", "no"), ("no", "yes"), ("no", "no")]
    return [pair for pair, count in zip(pairs, (both_yes, yes_no, no_yes, both_no), strict=True) for _ in range(count)]


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        (table(20, 5, 10, 15), 0.4),  # observed 35/50, expected (25*30 + 25*20) / 2500 = 0.5
        (table(45, 15, 25, 15), 0.13),  # the same 60 % of agreement, expected 0.54
        (table(25, 35, 5, 35), 0.259),  # the same 60 % again, expected 0.46
        (table(10, 0, 0, 10), 1.0),
        (table(0, 5, 5, 0), -1.0),
        (table(7, 0, 0, 0), None),
        ([], None),
    ],
)
def test_cohens_kappa_by_hand(pairs: list[tuple[str, str]], kappa: float | None) -> None:
    assert cohens_kappa(pairs) == (None if kappa is None else pytest.approx(kappa, abs=0.0006))


def test_krippendorffs_alpha_of_his_own_example() -> None:
    """Four observers, twelve units, some missing: "Computing Krippendorff's Alpha-Reliability" (2011) gives 0.743."""
    observers = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
    units = [[row[place] for row in observers if row[place] != "."] for place in range(12)]
    assert krippendorffs_alpha([unit for unit in units if len(unit) > 1]) == 0.743


def test_krippendorffs_alpha_by_hand() -> None:
    """8 values, 7 of them yes: expected 64 - 49 - 1 = 14; one unit of three has 9 - 4 - 1 = 4 unlike pairs, over 2."""
    units = [["yes", "yes", "yes"], ["yes", "yes", "no"], ["yes", "yes"]]
    assert krippendorffs_alpha(units) == pytest.approx(1 - 7 * 2 / 14, abs=0.001)


def test_two_judges_are_measured_by_kappa_and_more_by_alpha() -> None:
    two = agreement([{"rosa": "yes", "sam": "yes"}, {"rosa": "no", "sam": "yes"}, {"rosa": "no", "sam": "no"}])
    assert (two.measure, two.units, two.percent, two.beyond_chance) == ("kappa", 3, 66.7, 0.4)
    three = agreement([{"a": "1", "b": "1", "c": "2"}, {"a": "2", "b": "2"}, {"c": "3"}])
    assert (three.measure, three.units, three.percent) == ("alpha", 2, 50.0)
    assert three.beyond_chance == pytest.approx(1 - 4 * 2 / 12, abs=0.001)  # values 1, 1, 2, 2, 2: 25 - 4 - 9 = 12


def test_nobody_to_agree_with_is_no_agreement() -> None:
    alone = agreement([{"rosa": "yes"}, {}])
    assert (alone.units, alone.percent, alone.beyond_chance) == (0, None, None)


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=2, max_size=5), min_size=1, max_size=20))
def test_alpha_is_one_only_where_all_agree(units: list[list[str]]) -> None:
    alpha = krippendorffs_alpha(units)
    agreed = all(len(set(unit)) == 1 for unit in units)
    if alpha is not None:
        assert alpha <= 1.0
        assert (alpha == 1.0) == agreed


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("ab")), min_size=1, max_size=30))
def test_kappa_does_not_care_who_is_named_first(pairs: list[tuple[str, str]]) -> None:
    assert cohens_kappa(pairs) == cohens_kappa([(other, one) for one, other in pairs])
