"""What is as faint as an idle line is no speech, and costs nothing; a faint caller is heard all the same."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from speech.vad import FAINT_DB, FAINT_DBFS, SETTLING, WINDOW, SileroStream

pytestmark = pytest.mark.unit


class FakeNetwork:
    """Takes everything for speech, and counts how often it is asked."""

    def __init__(self) -> None:
        self.runs = 0

    def run(self, _: None, given: dict[str, NDArray[Any]]) -> list[NDArray[Any]]:
        self.runs += 1
        return [np.ones((1, 1), np.float32), given["state"]]


@pytest.fixture
def network() -> FakeNetwork:
    return FakeNetwork()


@pytest.fixture
def vad(network: FakeNetwork) -> SileroStream:
    return SileroStream(network)


def window(dbfs: float) -> NDArray[np.int16]:
    return np.full(WINDOW, round(32768 * 10 ** (dbfs / 20)), np.int16)


def test_after_speech_a_faint_window_is_none_whatever_the_network_says(vad: SileroStream) -> None:
    assert vad(window(-15)) == 1.0
    assert vad(window(FAINT_DBFS - 3)) == 0.0


def test_the_network_hears_that_the_voice_is_gone_and_is_asked_again_when_there_is_sound(
    vad: SileroStream, network: FakeNetwork
) -> None:
    for dbfs in [-15, *[FAINT_DBFS - 3] * 50]:
        vad(window(dbfs))
    assert network.runs == 1 + SETTLING
    assert vad(window(-15)) == 1.0
    assert network.runs == 2 + SETTLING


def test_noise_above_an_idle_lines_is_always_judged_by_the_network(vad: SileroStream, network: FakeNetwork) -> None:
    for dbfs in [-5, *[FAINT_DBFS + 2] * 50]:
        assert vad(window(dbfs)) == 1.0
    assert network.runs == 51


def test_a_faint_callers_fading_words_are_not_taken_for_an_idle_line(vad: SileroStream) -> None:
    assert vad(window(-40)) == 1.0
    assert vad(window(-40 - FAINT_DB + 5)) == 1.0
