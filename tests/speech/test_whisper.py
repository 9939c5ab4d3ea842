"""What a decoder that ran away is cut back to."""

import pytest

from speech.events import Word
from speech.whisper import doubled, unlooped, with_piece

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


@pytest.mark.parametrize(
    ("text", "seconds", "once"),
    [
        ("Yes, please. Yes, please.", 1.7, True),
        ("Yes, please. Yes, please.", 2.9, False),
        ("No. No.", 1.3, True),
        ("No. No.", 1.9, False),
        ("four four", 1.0, False),
        ("Yes, please. No, thanks.", 1.0, False),
        ("Yes.", 0.5, False),
        ("", 0.5, False),
    ],
)
def test_a_sentence_that_could_not_have_been_said_twice_was_said_once(text: str, seconds: float, once: bool) -> None:
    assert doubled(text.split(), seconds) is once


def test_pieces_of_a_number_are_one_word_as_sure_as_its_worst_piece() -> None:
    word = with_piece(with_piece(Word("$2", 1.0, 1.4, 0.9), ",450", 1.9, 0.8), ".17", 2.6, 0.3)
    assert word == Word("$2,450.17", 1.0, 2.6, 0.3)
    assert with_piece(word, ".", 2.7, 0.1) == Word("$2,450.17.", 1.0, 2.6, 0.3)
