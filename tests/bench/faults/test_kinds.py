"""Which faults come when is drawn by the seed, every kind as often as any other."""

from collections import Counter

import pytest

from bench.faults.inject import FAULTS
from bench.faults.kinds import AT_ONCE, KINDS, MOMENT, STORES, UnknownKindError, plan

pytestmark = pytest.mark.unit


def test_the_same_seed_plans_the_same_and_another_does_not() -> None:
    assert plan(40, 5) == plan(40, 5)
    assert plan(40, 5) != plan(40, 6)


def test_every_kind_comes_before_any_comes_again() -> None:
    waves = plan(2 * AT_ONCE * len(KINDS), 1)
    assert Counter(wave.kind for wave in waves) == dict.fromkeys(KINDS, 2)


def test_the_last_wave_has_the_calls_that_are_left() -> None:
    assert sum(len(wave.calls) for wave in plan(AT_ONCE + 1, 1)) == AT_ONCE + 1


def test_a_fault_of_a_store_comes_where_that_store_is_and_one_line_follows_the_other() -> None:
    waves = plan(300, 2)
    assert all(wave.store == STORES.get(wave.kind, wave.store) for wave in waves)
    assert [wave.store for wave in waves] == sorted(wave.store for wave in waves)


def test_a_fault_comes_in_mid_call() -> None:
    assert all(MOMENT[0] <= wave.moment <= MOMENT[1] for wave in plan(90, 3))


def test_only_the_kinds_asked_for_are_drawn_and_an_unknown_one_is_refused() -> None:
    assert {wave.kind for wave in plan(30, 1, ["web-killed", "host-lost"])} == {"web-killed", "host-lost"}
    with pytest.raises(UnknownKindError, match="web-kiled"):
        plan(3, 1, ["web-kiled"])


def test_every_kind_can_be_carried_out() -> None:
    assert set(FAULTS) == set(KINDS)
