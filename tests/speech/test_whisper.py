"""Words with the times that the attention gives."""

import pytest

from speech.events import Word
from speech.whisper import with_piece

pytestmark = pytest.mark.unit


def test_pieces_of_a_number_are_one_word_as_sure_as_its_worst_piece() -> None:
    word = with_piece(with_piece(Word("$2", 1.0, 1.4, 0.9), ",450", 1.9, 0.8), ".17", 2.6, 0.3)
    assert word == Word("$2,450.17", 1.0, 2.6, 0.3)
    assert with_piece(word, ".", 2.7, 0.1) == Word("$2,450.17.", 1.0, 2.6, 0.3)
