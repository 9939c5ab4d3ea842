"""Two witnesses of spoken digits, and what is made of them."""

import numpy as np
import pytest

from speech.digit_reader import Reading, _search, _timed, _together
from speech.digit_strings import AGREED, DOUBTED, WRONG_COUNT, surely_read, weigh
from speech.events import Word

pytestmark = pytest.mark.unit


def read(digits: str, chance: float) -> Reading:
    return Reading(digits, chance, ())


def test_what_both_say_is_believed() -> None:
    said = weigh("4, 7, 1, 9", 0.7, [read("4719", 0.92)], 4)
    assert (said.text, said.confidence) == ("4719", AGREED)


def test_what_the_reader_is_unsure_of_is_doubted_even_where_both_say_it() -> None:
    said = weigh("4, 7, 1, 9", 0.7, [read("4719", 0.8)], 4)
    assert (said.text, said.confidence) == ("4719", DOUBTED)


def test_two_strings_of_the_right_length_are_a_doubt() -> None:
    said = weigh("4, 7, 1, 8", 0.9, [read("4719", 0.97)], 4)
    assert (said.text, said.confidence) == ("4719", DOUBTED)


def test_the_reader_is_believed_where_the_writer_went_on() -> None:
    said = weigh("6, 1, 2, 3, 4, 5, 6, 6, 1, 2", 0.7, [read("6122", 0.97)], 4)
    assert (said.text, said.confidence) == ("6122", 0.97)


def test_a_string_that_only_one_is_half_sure_of_is_read_back() -> None:
    assert weigh("4, 7, 9", 0.9, [read("479", 0.6), read("4719", 0.3)], 4).text == "4719"
    assert weigh("4, 7, 9", 0.9, [read("479", 0.6), read("4719", 0.3)], 4).confidence == DOUBTED


def test_a_string_of_the_wrong_length_is_asked_for_again() -> None:
    said = weigh("4, 7", 0.9, [read("47", 0.9), read("4719", 0.01)], 4)
    assert (said.text, said.confidence) == ("47", WRONG_COUNT)


def test_what_the_writer_made_up_to_the_count_is_not_believed() -> None:
    said = weigh("6, 5, 6, 5", 0.7, [read("65", 0.9)], 4)
    assert (said.text, said.confidence) == ("65", WRONG_COUNT)


def test_a_mumbled_string_is_heard_where_the_reader_is_sure() -> None:
    assert weigh("", 0.0, [read("4719", 0.97)], 4).text == "4719"
    assert weigh("", 0.0, [read("47", 0.97)], 4).text == ""
    assert weigh("", 0.0, [read("4719", 0.7)], 4).text == ""


def test_a_string_said_twice_over_is_one() -> None:
    assert weigh("4719, 4719", 0.9, [read("47194719", 0.9)], 4).text == "4719"


@pytest.mark.parametrize(
    "text",
    ["I want a person.", "4719, but I want to talk to somebody.", "No, 4719.", "I forgot it.", "4719, wait."],
)
def test_words_round_a_number_are_not_lost(text: str) -> None:
    assert weigh(text, 0.9, [read("4719", 0.99)], 4).text == text


def test_a_stray_word_is_a_digit_misheard_where_the_reader_is_sure() -> None:
    assert weigh("8, blue, 1, 9.", 0.6, [read("8219", 0.97)], 4).text == "8219"
    assert weigh("8, blue, 1, 9.", 0.6, [read("8219", 0.6)], 4).text == "8, blue, 1, 9."


@pytest.mark.parametrize(
    ("text", "digits"), [("double five one nine", "5519"), ("47 19", "4719"), ("nineteen forty-seven", "1947")]
)
def test_numbers_that_the_reader_does_not_know_are_taken_from_the_writing(text: str, digits: str) -> None:
    said = weigh(text, 0.8, [read("" if "double" not in text else "519", 0.9)], 4)
    assert (said.text, said.confidence) == (digits, 0.8)


def spaced(digits: str, chance: float, start: float) -> Reading:
    """Digits half a second apart."""
    words = tuple(Word(digit, start + place / 2, start + place / 2 + 0.1, 1.0) for place, digit in enumerate(digits))
    return Reading(digits, chance, words)


def test_the_reader_is_heard_alone_where_it_is_sure_of_all_that_was_said() -> None:
    said = surely_read([spaced("4719", 0.97, 0.5)], 4, 2.4)
    assert said is not None and (said.text, said.confidence) == ("4719", 0.97)


@pytest.mark.parametrize(
    ("digits", "chance", "start", "seconds"),
    [("4719", 0.9, 0.5, 2.4), ("471", 0.99, 0.5, 2.0), ("4719", 0.99, 1.2, 3.0), ("4719", 0.99, 0.5, 3.5)],
    ids=["not sure", "one short", "words before", "words after"],
)
def test_else_the_writer_is_heard_too(digits: str, chance: float, start: float, seconds: float) -> None:
    assert surely_read([spaced(digits, chance, start)], 4, seconds) is None


def logs(*peaks: int, length: int = 5) -> np.ndarray:
    """Frames sure of nothing, with a sure digit (0: a sure nothing) now and then."""
    chances = np.full((length * len(peaks), 11), 1e-6)
    chances[:, 0] = 1
    for place, peak in enumerate(peaks):
        chances[length * place + length // 2, [0, peak]] = (0.02, 0.98) if peak else (1.0, 1.0)
    return np.asarray(np.log(chances / chances.sum(axis=1, keepdims=True)), np.float32)


def test_the_search_finds_what_was_said_and_when() -> None:
    found = _search(logs(5, 8, 8, 0, 2))
    assert max(found, key=lambda digits: found[digits]) == "4771"
    words = _timed(logs(5, 8, 8, 0, 2), "4771", 1.0)
    assert [word.word for word in words] == list("4771")
    assert [word.start for word in words] == pytest.approx([0.08, 0.28, 0.48, 0.88])


def test_nobody_says_a_digit_in_a_tenth_of_a_second() -> None:
    assert max(found := _search(logs(5, 5, length=3)), key=lambda digits: found[digits]) == "4"
    assert max(found := _search(logs(5, 8, length=2)), key=lambda digits: found[digits]) != "47"
    assert max(found := _search(logs(5, 8, length=3)), key=lambda digits: found[digits]) == "47"


def test_a_faint_digit_is_a_hypothesis() -> None:
    frames = logs(5, 8)
    frames[7] = np.log(np.array([0.6, *[1e-6] * 7, 0.4, *[1e-6] * 2], np.float32))
    ranked = sorted(_search(frames).items(), key=lambda item: -item[1])
    assert [digits for digits, _ in ranked[:2]] == ["4", "47"]


def test_what_two_readers_both_find_is_likelier_than_what_one_is_sure_of() -> None:
    found = _together([{"47": -0.1, "4": -2.0}, {"4": -0.5, "41": -1.0}])
    assert max(found, key=lambda digits: found[digits]) == "4"
