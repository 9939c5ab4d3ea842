"""What a decoder that ran away is cut back to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.repeats import said_once, unlooped

pytestmark = pytest.mark.unit

LONG = 12.0  # seconds: time enough to say anything twice


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
    ("text", "seconds", "kept"),
    [
        ("Yes, please. Yes, please.", 1.7, "Yes, please."),
        ("No. No.", 1.3, "No."),
        ("No. No.", 1.9, "No. No."),
        ("four four", 1.0, "four four"),
        ("4, 7, 1, 9. 4, 7, 1, 9.", 2.0, "4, 7, 1, 9."),
        ("Yes, please. No, thanks.", 1.0, "Yes, please. No, thanks."),
        ("Yes.", 0.5, "Yes."),
        ("", 0.5, ""),
    ],
)
def test_a_sentence_that_could_not_have_been_said_twice_was_said_once(text: str, seconds: float, kept: str) -> None:
    assert said_once(text.split(), seconds) == kept.split()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("No, thank you. No, thank you.", "No, thank you."),
        ("No, thank you, no, thank you.", "No, thank you,"),
        ("No, thank you. no thank you", "No, thank you."),
        ("No, thank you. No, thank you. No, thank you.", "No, thank you."),
        ("Okay. No, thank you. No, thank you.", "Okay. No, thank you."),
        ("No, thank you. No, thank you. Goodbye.", "No, thank you. Goodbye."),
        ("Thank you. Thank you. What is my balance? What is my balance?", "Thank you. What is my balance?"),
    ],
)
def test_no_sentence_stands_there_twice_however_long_it_took(text: str, kept: str) -> None:
    assert said_once(text.split(), LONG) == kept.split()


@pytest.mark.parametrize(
    "text",
    [
        "4, 4, 1, 2. 4, 4, 1, 2.",
        "It's seven oh one. Seven oh one.",
        "double four double four",
        "A, B, A, B",
        "I want to, I want to pay my bill.",
        "no no no no",
        "bye bye",
    ],
)
def test_what_people_do_repeat_is_left(text: str) -> None:
    assert said_once(text.split(), LONG) == text.split()


SENTENCES = ["No, thank you.", "Yes, please.", "What is my balance?", "I want to pay.", "That is all!"]


@given(st.lists(st.sampled_from(SENTENCES), max_size=6), st.floats(0.2, 25.0))
def test_no_two_sentences_running_are_the_same(sentences: list[str], seconds: float) -> None:
    kept = " ".join(said_once(" ".join(sentences).split(), seconds))
    assert not any(f"{sentence} {sentence}" in kept for sentence in SENTENCES)


@given(st.lists(st.sampled_from(SENTENCES), max_size=6, unique=True), st.floats(0.2, 25.0))
def test_sentences_that_differ_are_all_told(sentences: list[str], seconds: float) -> None:
    text = " ".join(sentences)
    assert said_once(text.split(), seconds) == text.split()
