"""The picture of a recording: how loud it is, quarter second by quarter second."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.recordings.peaks import peaks, thinned

pytestmark = pytest.mark.unit


def test_each_channel_has_the_loudest_of_each_quarter_second() -> None:
    sound = np.zeros((2, 4000), np.int16)
    sound[0, 2500], sound[1, 10] = -32767, 16384
    assert peaks(sound) == [[0, 255], [127, 0]]


def test_the_most_negative_sample_is_no_louder_than_full() -> None:
    assert peaks(np.full((1, 10), -32768, np.int16)) == [[255]]


def test_no_sound_has_no_picture() -> None:
    assert peaks(np.zeros((2, 0), np.int16)) == [[], []]


@given(st.lists(st.integers(0, 255)), st.integers(1, 50))
def test_thinned_keeps_the_loudest_and_no_more_than_allowed(values: list[int], most: int) -> None:
    thin = thinned(values, most)
    assert len(thin) <= most
    assert max(thin, default=0) == max(values, default=0)
