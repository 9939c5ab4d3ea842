"""Whose voice it is, by its level: the caller's, or that of somebody nearby."""

import numpy as np
import pytest

from speech.caller_level import CallerLevel, calls_for_someone, level_of

pytestmark = pytest.mark.unit


def test_anybody_may_be_the_caller_before_they_said_a_thing() -> None:
    assert CallerLevel().is_near(-60)


def test_a_voice_far_below_the_callers_is_not_theirs() -> None:
    caller = CallerLevel()
    caller.learn(-15)
    assert caller.is_near(-23)
    assert not caller.is_near(-30)


def test_who_goes_on_more_faintly_is_known_again_after_two_turns() -> None:
    caller = CallerLevel()
    for level in (-15, -33, -33):
        caller.learn(level)
    assert caller.is_near(-33)


@pytest.mark.parametrize("text", ["Agent.", "I want a real PERSON", "un agente por favor"])
def test_who_wants_a_person_is_meant_however_faint(text: str) -> None:
    assert calls_for_someone(text)


@pytest.mark.parametrize("text", ["And now the weather.", "Personal loans", "Dinner is ready"])
def test_other_talk_is_not(text: str) -> None:
    assert not calls_for_someone(text)


def test_the_level_of_a_full_sine_is_3_db_below_full_scale_and_silence_has_the_least() -> None:
    sine = (32767 * np.sin(np.arange(256) * 2 * np.pi / 16)).astype(np.int16)
    assert level_of(sine) == pytest.approx(-3.01, abs=0.01)
    assert level_of(np.zeros(256, np.int16)) == -90
