"""Draws: repeatable by their seed, fair over many seeds, and each call with the chance that is written down."""

import math
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.quality.sampling import Candidate, chance_of, draw_by_risk, draw_random, inclusion_chances, share_out

pytestmark = pytest.mark.unit

ALL = [Candidate(f"CA{number:032}", groups={"agent": str(number % 4)}) for number in range(40)]
SEEDS = 4_000
FROZEN_RANDOM, FROZEN_RISK = [23, 13, 0, 38], [7, 28, 37, 35]


def chi_square(seen: Counter[str], chances: dict[str, float], draws: int) -> float:
    return sum((seen[sid] - draws * chance) ** 2 / (draws * chance) for sid, chance in chances.items())


def test_the_same_seed_draws_the_same_whatever_the_order() -> None:
    first = draw_random(ALL, 8, "2026-03-02")
    assert draw_random(ALL[::-1], 8, "2026-03-02") == first
    assert draw_random(ALL, 8, "2026-03-03") != first
    assert {one.chance for one in first} == {0.2}


def test_a_draw_of_the_first_release_is_drawn_again_by_every_later_one() -> None:
    assert [int(one.sid[2:]) for one in draw_random(ALL, 4, "frozen")] == FROZEN_RANDOM
    assert [int(one.sid[2:]) for one in draw_by_risk(weighted(), 4, "frozen")] == FROZEN_RISK


def test_so_many_of_each_group_and_all_of_a_smaller_one() -> None:
    few = [*ALL, Candidate("CAx", groups={"agent": "9"})]
    drawn = draw_random(few, 3, "s", per="agent")
    groups = Counter((one.groups or {})["agent"] for one in few if one.sid in {drawn.sid for drawn in drawn})
    assert groups == {"0": 3, "1": 3, "2": 3, "3": 3, "9": 1}
    assert next(one.chance for one in drawn if one.sid == "CAx") == 1.0
    assert {one.chance for one in drawn if one.sid != "CAx"} == {0.3}


def test_every_call_is_drawn_as_often_as_every_other() -> None:
    """Over 4,000 seeds; 39 degrees of freedom, p = 0.001 at 72.1. Drawn without replacement it varies less still."""
    seen = Counter(one.sid for seed in range(SEEDS) for one in draw_random(ALL, 8, str(seed)))
    assert chi_square(seen, {one.sid: 0.2 for one in ALL}, SEEDS) < 72.1


def test_neighbours_are_not_drawn_together_more_often_than_others() -> None:
    pairs: Counter[bool] = Counter()
    for seed in range(1_000):
        drawn = {int(one.sid[2:]) for one in draw_random(ALL, 8, f"p{seed}")}
        pairs[True] += sum(one in drawn and other in drawn for one, other in pairwise(range(40)))
    expected = 1_000 * 39 * (8 * 7) / (40 * 39)
    assert abs(pairs[True] - expected) < 4 * math.sqrt(expected)


def weighted() -> list[Candidate]:
    return [Candidate(one.sid, risk=[1.0, 1.0, 2.0, 6.0][number % 4]) for number, one in enumerate(ALL)]


def test_by_risk_each_call_is_drawn_as_often_as_its_chance_says() -> None:
    chances = inclusion_chances({one.sid: one.risk for one in weighted()}, 8)
    assert sum(chances.values()) == pytest.approx(8)
    assert sorted(set(chances.values())) == pytest.approx([0.08, 0.16, 0.48])
    seen = Counter(one.sid for seed in range(SEEDS) for one in draw_by_risk(weighted(), 8, str(seed)))
    assert chi_square(seen, chances, SEEDS) < 72.1
    for sid, chance in chances.items():
        assert abs(seen[sid] / SEEDS - chance) < 4 * math.sqrt(chance * (1 - chance) / SEEDS)


def test_what_would_be_drawn_more_than_once_is_sure_and_the_rest_shares_what_is_left() -> None:
    chances = inclusion_chances({"a": 100.0, "b": 1.0, "c": 1.0, "d": 2.0}, 2)
    assert chances == pytest.approx({"a": 1.0, "b": 0.25, "c": 0.25, "d": 0.5})


@given(st.lists(st.floats(0.5, 50), min_size=1, max_size=60), st.integers(1, 70), st.text(max_size=8))
def test_a_draw_by_risk_has_the_size_that_was_asked(risks: list[float], size: int, seed: str) -> None:
    candidates = [Candidate(f"CA{number}", risk) for number, risk in enumerate(risks)]
    drawn = draw_by_risk(candidates, size, seed)
    assert len(drawn) == min(size, len(risks))
    assert len({one.sid for one in drawn}) == len(drawn)
    assert all(0 < one.chance <= 1 for one in drawn)


def test_chances_are_spread_evenly() -> None:
    tenths = Counter(int(10 * chance_of("even", str(number))) for number in range(10_000))
    assert sum((count - 1_000) ** 2 / 1_000 for count in tenths.values()) < 27.9  # 9 degrees of freedom, p = 0.001


def test_calls_are_shared_out_evenly_and_never_to_who_was_in_them() -> None:
    sids = [one.sid for one in ALL]
    shared = share_out(sids, [1, 2, 3], "s", lambda reviewer, sid: reviewer == 1 and int(sid[2:]) < 20)
    assert all(shared[sid] != 1 for sid in sids[:20])
    load = Counter(shared.values())
    assert max(load.values()) - min(load.values()) <= 1
    assert share_out(["CA1"], [1], "s", lambda *_: True) == {"CA1": None}
