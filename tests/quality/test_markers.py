"""Moments of a call, found in its turns and in its way to a person."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from ivr.quality.markers import Misheard, PersonSpell, find_markers

pytestmark = pytest.mark.unit


@dataclass
class Said:
    speaker: str
    start: float
    end: float | None
    via: str = "voice"
    confidence: float | None = None
    played: float | None = None
    text: str = ""
    why: dict[str, Any] | None = None
    latency: dict[str, Any] = field(default_factory=dict)


def kinds(*turns: Said, spells: tuple[PersonSpell, ...] = ()) -> list[tuple[str, float, float]]:
    return [(one.kind, one.start, one.end) for one in find_markers(turns, spells, 60.0)]


def test_an_ordinary_exchange_has_none() -> None:
    assert kinds(Said("bot", 0, 3, played=1.0), Said("caller", 3.4, 5, confidence=0.9), Said("bot", 5.5, 7)) == []


def test_a_prompt_that_was_cut_off_is_marked_where_it_stopped() -> None:
    assert kinds(Said("bot", 0, 2, played=0.4), Said("caller", 1.6, 3, confidence=0.9)) == [("interrupted", 2, 2)]


def test_a_prompt_of_which_nothing_was_heard_was_interrupted_by_nobody() -> None:
    assert kinds(Said("bot", 2, 2, played=0.0), Said("caller", 2, 3, confidence=0.9)) == []


@pytest.mark.parametrize(("confidence", "marked"), [(0.59, True), (0.6, False), (None, False)])
def test_a_turn_that_was_hardly_heard_is_marked(confidence: float | None, marked: bool) -> None:
    assert bool(kinds(Said("caller", 0, 2, confidence=confidence))) is marked


def test_more_than_three_seconds_in_which_nobody_speaks_are_a_silence() -> None:
    assert kinds(Said("bot", 0, 2), Said("caller", 5.0, 6)) == []
    assert kinds(Said("bot", 0, 2), Said("caller", 5.1, 6)) == [("silence", 2, 5.1)]


def test_a_silence_begins_after_the_longest_turn_before_it() -> None:
    assert kinds(Said("agent", 0, 9), Said("caller", 1, 1.5), Said("caller", 11, 12)) == []


def test_a_prompt_that_never_sounded_ends_no_silence() -> None:
    assert kinds(Said("bot", 0, 2), Said("bot", 3, None), Said("caller", 8, 9)) == [("silence", 2, 8)]


def test_two_who_speak_at_once_for_a_second_are_marked_and_keys_make_no_sound() -> None:
    assert kinds(Said("agent", 0, 4), Said("caller", 2.5, 6)) == [("talk-over", 2.5, 4)]
    assert kinds(Said("agent", 0, 4), Said("caller", 2.5, 6, via="keys")) == []
    assert kinds(Said("agent", 0, 4), Said("caller", 3.5, 6)) == []


def test_the_way_to_a_person_holds_and_mood_are_marked() -> None:
    spell = PersonSpell(10, "dispute", met=25, over=50, holds=((30, 40),), upset=True)
    assert kinds(spells=(spell,)) == [("person", 10, 25), ("mood", 10, 10), ("talking", 25, 50), ("hold", 30, 40)]


def test_a_caller_who_waits_still_waits_until_the_calls_end() -> None:
    assert kinds(spells=(PersonSpell(10, "asked", None, None),)) == [("person", 10, 60.0)]


def test_upset_words_and_a_payment_are_marked_by_what_was_understood_and_done() -> None:
    why = {"named": ["upset"], "did": ["do Pay"]}
    assert kinds(Said("caller", 1, 2, confidence=0.9, why=why)) == [("mood", 1, 2), ("payment", 1, 2)]


def test_from_a_callers_refusal_on_the_call_is_marked_as_not_recorded() -> None:
    (marker,) = find_markers([Said("caller", 1, 2, confidence=0.9)], (), 60.0, refused=2.5)
    assert (marker.kind, marker.start, marker.end) == ("unrecorded", 2.5, 60.0)
    assert marker.words == "The caller did not want to be recorded"


def test_a_turn_that_the_recording_shows_to_be_misheard_is_marked_with_how_much() -> None:
    (marker,) = find_markers([], (), 60.0, misheard=[Misheard(3.0, 5.0, wrong=1, words=4)])
    assert (marker.kind, marker.start, marker.end, marker.words) == ("misheard", 3.0, 5.0, "Misheard: 1 of 4 words")
