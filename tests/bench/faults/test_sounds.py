"""Sounds are known again in what is heard, to the frame, however they lie in it."""

import numpy as np
import pytest

from bench.faults.sounds import Hearing, KnownSounds
from speech.audio import FRAME, SILENCE, encode

pytestmark = pytest.mark.unit


def sound(seed: int, frames: int) -> bytes:
    return encode(np.random.default_rng(seed).integers(-8000, 8000, frames * FRAME).astype(np.int16))


HELLO, BYE = sound(1, 50), sound(2, 100)


def hearing(*sounds: bytes) -> Hearing:
    heard = Hearing(KnownSounds({"hello": HELLO, "bye": BYE}))
    data = b"".join(sounds)
    for at in range(0, len(data), FRAME):
        heard.hear(data[at : at + FRAME].ljust(FRAME, b"\xff"))
    return heard


def names(heard: Hearing) -> list[tuple[str, bool]]:
    return [(passage.name, passage.whole) for passage in heard.passages]


def test_a_sound_is_known_with_its_place() -> None:
    [passage] = hearing(SILENCE * 10, HELLO, SILENCE * 5).passages
    assert (passage.name, passage.start, passage.end, passage.whole) == ("hello", 10, 60, True)


@pytest.mark.parametrize("shift", [1, 79, 159])
def test_it_is_known_wherever_its_frames_begin(shift: int) -> None:
    assert names(hearing(b"\xff" * shift, HELLO)) == [("hello", True)]


def test_one_that_breaks_off_is_not_whole() -> None:
    assert names(hearing(HELLO[: 20 * FRAME], SILENCE * 20)) == [("hello", False)]


def test_one_that_is_heard_again_is_another_passage() -> None:
    assert names(hearing(HELLO, SILENCE, HELLO)) == [("hello", True), ("hello", True)]


def test_the_rest_of_one_that_broke_off_makes_it_whole() -> None:
    assert names(hearing(HELLO[: 20 * FRAME], SILENCE * 5, HELLO[10 * FRAME :])) == [("hello", False), ("hello", True)]


def test_what_nobody_knows_is_heard_and_has_no_name() -> None:
    heard = hearing(sound(3, 5))
    assert heard.passages == [] and heard.loud == [True] * 5


def test_silence_and_the_faintest_noise_are_not_loud() -> None:
    assert hearing(SILENCE, encode(np.full(FRAME, 20, np.int16))).loud == [False, False]
