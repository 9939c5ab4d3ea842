"""Lines through days, with gaps where nothing is known."""

import pytest

from ivr.quality.figures.trends import trend

pytestmark = pytest.mark.unit


def test_a_line_from_edge_to_edge() -> None:
    drawn = trend([0.0, 0.5, 1.0])
    assert drawn is not None
    assert (list(drawn.lines), list(drawn.dots), drawn.top) == (["2,28 50,15 98,2"], [], 1.0)


def test_what_is_not_known_is_a_gap() -> None:
    drawn = trend([2.0, 4.0, None, 4.0])
    assert drawn is not None
    assert (list(drawn.lines), list(drawn.dots)) == (["2,15 34,2"], [(98.0, 2.0)])


@pytest.mark.parametrize("values", [[], [1.0], [None, 1.0, None]])
def test_one_value_is_no_line(values: list[float | None]) -> None:
    assert trend(values) is None


def test_nothing_at_all_lies_on_the_ground() -> None:
    drawn = trend([0.0, 0.0])
    assert drawn is not None
    assert list(drawn.lines) == ["2,28 98,28"]
