"""Values on a page: numbers without holes, days and times in one form."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ivr.web.pages.formats import played, words_of
from ivr.web.pages.times import Times
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("It was $42.10.", ["It", "was", "$42", ".10."]),
        ("a 4-digit PIN", ["a", "4", "-digit", "PIN"]),
        ("You owe $2,450.17 now.", ["You", "owe", "$2", ",450", ".17", "now."]),
    ],
)
def test_a_number_that_came_in_pieces_has_no_holes(text: str, pieces: list[str]) -> None:
    heard = [{"word": word, "start": float(at), "end": at + 1.0, "confidence": 0.9} for at, word in enumerate(pieces)]
    words = words_of(text, heard)
    assert " ".join(word.text for word in words) == text
    assert (words[0].start, words[-1].end) == (0.0, float(len(pieces)))


@pytest.mark.parametrize(
    ("heard", "shown"),
    [
        ("number is 9-10-128.", "number is 910128."),
        ("4-digit", "4-digit"),
        ("call 415-555-2671", "call 415-555-2671"),
        ("on 2026-03-02", "on 2026-03-02"),
        ("two 9-10 tickets", "two 9-10 tickets"),
    ],
)
def test_digits_said_one_by_one_are_a_number(heard: str, shown: str) -> None:
    assert " ".join(word.text for word in words_of(heard, [])) == shown


def test_a_joined_word_is_as_doubtful_as_its_worst_piece() -> None:
    heard = [
        {"word": "$42", "start": 1.0, "end": 1.5, "confidence": 0.9},
        {"word": ".10", "start": 1.5, "end": 2.0, "confidence": 0.2},
    ]
    [word] = words_of("$42.10", heard)
    assert (word.unsure, word.confidence, word.start, word.end) == (True, 0.2, 1.0, 2.0)


def test_of_a_prompt_that_was_cut_off_only_what_was_played_is_shown() -> None:
    assert played("Press one for balance.", 0.46) == "Press one …"
    assert played("Press one for balance.", 1.0) == played("Press one for balance.", None) == "Press one for balance."


def test_days_and_times_have_one_form_in_the_lines_own_zone() -> None:
    times = Times(FakeClock(datetime(2026, 11, 29, 3, 30, tzinfo=UTC)), ZoneInfo("America/New_York"))
    assert times.moment(datetime(2026, 11, 28, 12, 50, tzinfo=UTC)) == "28 Nov, 07:50"
    assert times.near_day("2026-11-28") == "today, 28 Nov"
    assert times.near_day("2026-11-29") == "tomorrow, 29 Nov"
    assert times.day("2026-11-20T01:00:00+00:00") == "19 Nov"
    assert times.day("2027-01-02") == "2 Jan 2027"
