"""What a decoder that ran away is cut back to."""

import pytest

from speech.whisper import unlooped

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("No. No. No. No. No.", "No."),
        ("I want to pay. I want to pay. I want to pay.", "I want to pay."),
        ("Thank you so much, bye bye bye bye", "Thank you so much, bye"),
        ("no no I mean yes", "no no I mean yes"),
        ("", ""),
    ],
)
def test_a_phrase_repeated_to_the_end_stands_there_once(text: str, kept: str) -> None:
    words = text.split()
    assert words[: unlooped(words)] == kept.split()
