"""What is drawn by a seed is drawn again, and the doors stand it: a short run of the bench."""

from random import Random

import pytest

from bench.fuzz import bench
from bench.fuzz.frames import frames
from ivr.settings import Settings
from speech.media_streams import Media, Start, parse

pytestmark = pytest.mark.integration


def test_the_same_seed_draws_the_same_frames_and_the_first_one_starts_the_stream() -> None:
    sent = list(frames(Random(7), 100))
    assert sent == list(frames(Random(7), 100))
    assert isinstance(parse(sent[0]), Start)
    assert sum(isinstance(parse(text), Media) for text in sent) > 10


def test_a_short_run_finds_nothing_wrong() -> None:
    found = bench.run(Settings(), many=2, seed=3, tell=lambda _line: None)
    assert found["table"] == []
    assert found["figures"]["frames"] == 2 * bench.FRAMES
    assert found["figures"]["calls that did not end"] == 0
    assert found["figures"]["answered 200"] > 100 and found["figures"]["answered 403"] > 0
