"""How long a hearing waits: a mean of the last ones, what stands in line, and forgotten when nobody speaks."""

import pytest

from speech.hearing_load import HALVES, HearingLoad

pytestmark = pytest.mark.unit


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_before_the_first_hearing_nothing_is_waited_for() -> None:
    assert HearingLoad(Time()).expected(5, 2) == 0.0


def test_one_late_hearing_is_no_load_and_many_are() -> None:
    load = HearingLoad(Time())
    load.note(2.0, 0.25)
    assert load.expected(0, 2) == pytest.approx(0.2)
    for _ in range(40):
        load.note(2.0, 0.25)
    assert load.expected(0, 2) == pytest.approx(2.0, abs=0.05)


def test_what_stands_in_line_counts_before_it_was_heard() -> None:
    load = HearingLoad(Time())
    load.note(0.0, 0.25)
    assert load.expected(8, 2) == pytest.approx(1.0)
    assert load.expected(8, 4) == pytest.approx(0.5)


def test_a_load_is_forgotten_when_nobody_speaks() -> None:
    time = Time()
    load = HearingLoad(time)
    for _ in range(60):
        load.note(1.0, 0.25)
    time.now = HALVES
    assert load.expected(0, 2) == pytest.approx(0.5, abs=0.01)
    time.now = 6 * HALVES
    assert load.expected(0, 2) < 0.02
