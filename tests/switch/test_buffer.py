"""The play buffer and the mixing arithmetic, without a clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.media.audio import FRAME, SILENCE, decode, mix
from switch.media.play_buffer import PlayBuffer

pytestmark = pytest.mark.unit


def test_an_empty_buffer_is_silence_and_marks_are_due_at_once() -> None:
    buffer = PlayBuffer()
    assert buffer.frame() == (SILENCE, [])
    assert buffer.mark("a") == ["a"]


def test_a_mark_is_due_with_the_last_frame_before_it() -> None:
    buffer = PlayBuffer()
    buffer.add(b"\x10" * FRAME)
    assert buffer.mark("a") == []
    buffer.add(b"\x20" * 10)
    assert buffer.mark("b") == []
    assert buffer.frame() == (b"\x10" * FRAME, ["a"])
    assert buffer.frame() == (b"\x20" * 10 + b"\xff" * (FRAME - 10), ["b"])


def test_clear_forgets_the_sound_and_makes_all_marks_due() -> None:
    buffer = PlayBuffer()
    buffer.add(b"\x10" * 1000)
    buffer.mark("a")
    buffer.mark("b")
    assert buffer.clear() == ["a", "b"]
    assert buffer.frame() == (SILENCE, [])


@given(st.lists(st.binary(max_size=700)))
def test_what_goes_in_comes_out_in_order(pieces: list[bytes]) -> None:
    buffer = PlayBuffer()
    for piece in pieces:
        buffer.add(piece)
    whole = b"".join(pieces)
    out = b"".join(buffer.frame()[0] for _ in range(-(-len(whole) // FRAME)))
    assert out[: len(whole)] == whole and set(out[len(whole) :]) <= {0xFF}


@given(st.binary(min_size=FRAME, max_size=FRAME))
def test_mixing_with_silence_changes_nothing_that_is_heard(frame: bytes) -> None:
    assert (decode(mix([frame, SILENCE])) == decode(frame)).all()
