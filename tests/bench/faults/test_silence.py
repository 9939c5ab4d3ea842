"""How long nothing was heard, on made-up recordings."""

import pytest

from bench.faults.silence import heard_again, longest_silence

pytestmark = pytest.mark.unit


def heard(*lengths: int) -> list[bool]:
    """Seconds of sound and of silence in turn, beginning with sound."""
    return [place % 2 == 0 for place, length in enumerate(lengths) for _ in range(50 * length)]


def test_the_longest_silence_counts() -> None:
    assert longest_silence(heard(3, 1, 2, 4, 1)) == 4.0


def test_one_that_was_over_before_the_fault_does_not() -> None:
    assert longest_silence(heard(1, 4, 3, 1, 1), begin=50 * 6) == 1.0


def test_one_in_which_the_fault_comes_counts_as_a_whole() -> None:
    assert longest_silence(heard(1, 4, 1), begin=50 * 3) == 4.0


def test_silence_to_the_end_counts_too() -> None:
    assert longest_silence(heard(2, 3)) == 3.0


def test_a_pause_between_words_is_none() -> None:
    assert longest_silence([True] * 10 + [False] * 20 + [True] * 10) == 0.0


def test_it_is_heard_again_so_long_after_the_last_sound_before_the_break() -> None:
    assert heard_again(heard(2, 3, 1), fault=50, broken=150) == 3.0


def test_a_bot_that_was_quiet_is_waited_for_from_the_fault_on() -> None:
    assert heard_again(heard(2, 4, 1), fault=150, broken=200) == 3.0


def test_who_hears_nothing_any_more_has_no_such_time() -> None:
    assert heard_again(heard(2, 3), fault=50, broken=100) is None
