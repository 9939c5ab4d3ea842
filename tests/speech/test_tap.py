"""What a tap gives of a stream: both sides as they sound together, and nothing while nobody listens."""

import numpy as np
import pytest

from speech.audio import FRAME, SILENCE, decode, encode
from speech.tap import MOST, PIECE, Tap

pytestmark = pytest.mark.unit

LOUD, SOFT = np.full(FRAME, 8000, np.int16), np.full(FRAME, 500, np.int16)


class Ear:
    """Who listens, and what they were given."""

    def __init__(self, private: bool = False) -> None:
        self.listens = True
        self.given: list[bytes] = []
        self.tap = Tap(lambda: self.listens, self.given.append)
        self.tap.private = private

    def hears(self, frames: int) -> tuple[bytes, bytes]:
        """The caller speaks for so many frames; both sides of all that was given, the caller's first."""
        for _ in range(frames):
            self.tap.came(LOUD)
        both = b"".join(self.given)
        return both[::2], both[1::2]


def test_the_bots_sound_stands_beside_what_the_caller_says_as_it_is_played() -> None:
    ear = Ear()
    ear.tap.sent(encode(SOFT) * 3)
    caller, bot = ear.hears(5)
    assert caller == encode(LOUD) * 5
    assert bot == encode(SOFT) * 3 + SILENCE * 2


def test_it_comes_a_tenth_of_a_second_at_a_time() -> None:
    ear = Ear()
    ear.hears(14)
    assert [len(piece) for piece in ear.given] == [2 * PIECE] * 2


def test_what_an_interruption_took_away_is_not_heard() -> None:
    ear = Ear()
    ear.tap.sent(encode(SOFT) * 50)
    ear.hears(5)
    ear.tap.cleared()
    _, bot = ear.hears(5)
    assert bot == encode(SOFT) * 5 + SILENCE * 5


def test_the_caller_is_silent_while_they_may_give_a_secret_and_the_bot_is_not() -> None:
    ear = Ear(private=True)
    ear.tap.sent(encode(SOFT) * 5)
    caller, bot = ear.hears(5)
    assert not decode(caller).any()
    assert bot == encode(SOFT) * 5
    ear.tap.private = False
    caller, _ = ear.hears(5)
    assert caller[-len(caller) // 2 :] == encode(LOUD) * 5


def test_a_tap_is_private_until_it_is_told_otherwise() -> None:
    assert Tap(lambda: True, lambda _: None).private


def test_while_nobody_listens_nothing_is_given_and_nothing_kept() -> None:
    ear = Ear()
    ear.listens = False
    ear.tap.sent(encode(SOFT) * 50)
    assert ear.hears(50) == (b"", b"")
    ear.listens = True
    _, bot = ear.hears(5)
    assert bot == SILENCE * 5  # the sound of a sentence that was sent before is not theirs


def test_sound_of_the_bot_for_which_no_clock_comes_is_bounded() -> None:
    ear = Ear()
    ear.tap.sent(encode(SOFT) * 1000)
    _, bot = ear.hears(1000)
    assert bot.count(encode(SOFT)[:1]) == MOST
