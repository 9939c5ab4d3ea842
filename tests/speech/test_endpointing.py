"""When the caller has finished, by what was asked and what is heard so far."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.backchannel import is_backchannel, is_wordless
from speech.endpointing.delay import DELAYS, end_of_turn_delay
from speech.endpointing.early_transcription import (
    PAUSE,
    PAUSE_ALL_DIGITS,
    PAUSE_DIGITS_MISSING,
    PAUSE_FREE,
    PAUSE_YES_NO,
    SHORTEST_DIGIT,
    early_transcription_pause,
)
from speech.endpointing.turn_detector import LONGEST, Signal, TurnDetector
from speech.events import Expectation, Kind
from speech.vad import WINDOW_SECONDS

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("kind", "digits", "text", "rule"),
    [
        ("yes-no", None, "Yes.", "yes_no"),
        ("yes-no", None, "No, thank you.", "yes_no"),
        ("yes-no", None, "Yeah, but", "unfinished"),
        ("yes-no", None, "I want a person.", "sentence"),
        ("digits", 4, "4719", "all_digits"),
        ("digits", 4, "4, 7, 1, 9.", "all_digits"),
        ("digits", 4, "47", "digits_missing"),
        ("digits", None, "471", "digits_uncounted"),
        ("digits", 4, "It is four", "digits_missing"),
        ("digits", 4, "4. D-Row.", "digits_missing"),
        ("digits", 4, "I forgot it.", "sentence"),
        ("money", None, "Fifty dollars.", "sentence"),
        ("money", None, "$50", "sentence"),
        ("money", None, "Four hundred", "amount"),
        ("money", None, "Four hundred and", "unfinished"),
        ("date", None, "March 5", "amount"),
        ("open", None, "What is my balance?", "sentence"),
        ("open", None, "I want to pay my", "unfinished"),
        ("open", None, "Um...", "unfinished"),
        ("open", None, "I was wondering", "usual"),
        ("open", None, "No, that's all. Thank you.", "finished"),
        ("open", None, "My balance, please", "finished"),
        ("open", None, "Thanks.", "sentence"),
        ("open", None, None, "no_transcript"),
        ("digits", 4, None, "digits_missing"),
        ("digits", 4, "", "digits_missing"),
        ("open", None, "", "no_speech"),
    ],
)
def test_the_wait_depends_on_the_question_and_the_words(
    kind: Kind, digits: int | None, text: str | None, rule: str
) -> None:
    assert end_of_turn_delay(DELAYS, Expectation(kind, digits), text) == getattr(DELAYS, rule)


def test_digits_that_were_not_surely_heard_may_be_one_short() -> None:
    assert end_of_turn_delay(DELAYS, Expectation("digits", 4), "4719", 0.5) == DELAYS.all_digits_unsure


def wait(ended: float, text: str = "I want to pay my bill.", kind: Kind = "open") -> float:
    return end_of_turn_delay(DELAYS, Expectation(kind), text, 1.0, ended)


def test_a_sentence_that_sounds_finished_ends_at_once_and_one_that_does_not_is_waited_for() -> None:
    assert wait(0.99) == DELAYS.finished
    assert wait(0.2) == DELAYS.unfinished


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_more_finished_it_sounds_the_shorter_the_wait(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert DELAYS.finished <= wait(high) <= wait(low) <= DELAYS.unfinished


def test_one_word_may_be_the_whole_wish_but_a_greeting_is_its_beginning() -> None:
    assert wait(0.1, "Operator.") == DELAYS.sentence
    assert wait(0.1, "Hello.") > DELAYS.sentence


@pytest.mark.parametrize("text", ["Hang.", "Yes, please.", "Next."])
def test_a_word_or_a_courtesy_that_sounds_broken_off_ends_nothing(text: str) -> None:
    assert wait(0.01, text) == DELAYS.unfinished
    assert wait(0.2, text) < DELAYS.unfinished


def test_words_that_cannot_be_the_last_are_waited_for_however_they_sound() -> None:
    assert wait(0.99, "I want to pay my") == DELAYS.unfinished


def test_a_yes_is_over_however_it_sounds() -> None:
    assert wait(0.1, "Yes.", "yes-no") == DELAYS.yes_no


@pytest.mark.parametrize(
    ("expect", "voiced", "pause"),
    [
        (Expectation("yes-no"), 0.2, PAUSE_YES_NO),
        (Expectation("digits", 4), 1.0, PAUSE_ALL_DIGITS),
        (Expectation("digits", 10), 1.0, PAUSE_DIGITS_MISSING),
        (Expectation("digits"), 1.0, PAUSE),
        (Expectation(), 1.0, PAUSE),
    ],
)
def test_hearing_begins_sooner_the_likelier_it_is_that_all_is_said(
    expect: Expectation, voiced: float, pause: float
) -> None:
    assert early_transcription_pause(expect, voiced) == pause


@pytest.mark.parametrize(
    ("expect", "pause"),
    [
        (Expectation(), PAUSE_FREE),
        (Expectation("yes-no"), PAUSE_FREE),
        (Expectation("digits", 4), PAUSE_ALL_DIGITS),
        (Expectation("digits", 10), PAUSE_DIGITS_MISSING),
    ],
)
def test_a_recogniser_with_nothing_else_to_do_begins_at_once_unless_more_must_come(
    expect: Expectation, pause: float
) -> None:
    assert early_transcription_pause(expect, 1.0, free=True) == pause


def feed(detector: TurnDetector, probability: float, seconds: float) -> list[Signal]:
    signals = [detector.window(probability) for _ in range(round(seconds / WINDOW_SECONDS))]
    return [signal for signal in signals if signal is not None]


def test_a_click_is_no_turn() -> None:
    detector = TurnDetector()
    assert feed(detector, 0.9, WINDOW_SECONDS) == []
    assert feed(detector, 0.0, 2.0) == []


def test_a_wavering_voice_is_one_turn() -> None:
    detector = TurnDetector()
    signals = [detector.window(probability) for probability in [0.6, 0.6, 0.4, 0.45, 0.4, 0.6, 0.4] * 5]
    assert [signal for signal in signals if signal] == [Signal.STARTED]


def test_a_pause_is_told_once_and_going_on_takes_it_back() -> None:
    detector = TurnDetector()
    feed(detector, 0.9, 0.5)
    assert feed(detector, 0.0, 0.4) == [Signal.PAUSED]
    detector.take_early_transcript("I want to")
    assert feed(detector, 0.9, 0.3) == [Signal.RESUMED]
    assert feed(detector, 0.0, 2.0) == [Signal.PAUSED, Signal.ENDED]


IDLE, BURST = 1.6e-6, 1e-4  # a line's noise at -58 dBFS, and a last "t" at -40


def paused_early() -> TurnDetector:
    """A turn whose hearing was begun after two windows of silence."""
    detector = TurnDetector()
    feed(detector, 0.9, 0.5)
    assert [detector.window(0.0, free=True, level=IDLE) for _ in range(2)] == [None, Signal.PAUSED]
    return detector


def test_what_is_said_after_an_early_beginning_is_heard_with_the_rest() -> None:
    detector = paused_early()
    detector.take_early_transcript("La")
    signals = [detector.window(0.0, level=level) for level in (IDLE, BURST, IDLE, IDLE, *[IDLE] * 9)]
    assert [signal for signal in signals if signal] == [Signal.PAUSED]
    assert detector.take_early_transcript("Left", 0.9, 0.99) is Signal.ENDED


@pytest.mark.parametrize("level", [0.0, IDLE, BURST])
def test_an_even_pause_is_not_heard_again(level: float) -> None:
    detector = paused_early()
    assert [detector.window(0.0, level=level) for _ in range(6)] == [None] * 6


def asked_for_four(voiced: float) -> TurnDetector:
    detector = TurnDetector()
    detector.expect = Expectation("digits", 4)
    feed(detector, 0.9, voiced)
    assert feed(detector, 0.0, 0.2) == ([Signal.PAUSED] if voiced >= 4 * SHORTEST_DIGIT else [])
    return detector


def test_a_number_heard_one_short_is_heard_once_more_with_its_end() -> None:
    detector = asked_for_four(voiced=1.2)
    detector.take_early_transcript("730", 0.4)
    assert feed(detector, 0.0, 0.6) == [Signal.PAUSED]
    assert detector.take_early_transcript("7305", 0.95) is Signal.ENDED


def test_a_number_that_stays_short_is_waited_for() -> None:
    detector = asked_for_four(voiced=1.2)
    detector.take_early_transcript("730", 0.4)
    assert feed(detector, 0.0, 0.6) == [Signal.PAUSED]
    detector.take_early_transcript("730", 0.4)
    assert feed(detector, 0.0, 1.0) == []
    assert feed(detector, 0.9, 0.3) == [Signal.RESUMED]


def test_a_group_of_a_number_is_not_heard_twice() -> None:
    detector = asked_for_four(voiced=0.4)
    assert feed(detector, 0.0, 0.7) == [Signal.PAUSED]
    detector.take_early_transcript("73", 0.9)
    assert feed(detector, 0.0, 0.8) == []


def test_what_is_heard_late_ends_the_turn_at_once_where_its_time_has_come() -> None:
    detector = TurnDetector()
    feed(detector, 0.9, 0.5)
    feed(detector, 0.0, 0.7)
    assert detector.take_early_transcript("My balance.") is Signal.ENDED


def test_a_long_story_is_heard_on_the_way_and_goes_on() -> None:
    detector = TurnDetector()
    assert feed(detector, 0.9, 8.1) == [Signal.STARTED, Signal.PAUSED]
    assert detector.take_early_transcript("It all began when") is Signal.RESUMED
    assert feed(detector, 0.9, 2.0) == []
    assert detector.active


def test_steady_noise_is_over_when_it_turns_out_to_be_noise() -> None:
    detector = TurnDetector()
    feed(detector, 0.9, 8.1)
    assert detector.take_early_transcript("") is Signal.ENDED


def test_no_turn_is_longer_than_the_recogniser_takes() -> None:
    detector = TurnDetector()
    assert Signal.ENDED in feed(detector, 0.9, LONGEST + 0.1)


@pytest.mark.parametrize(
    ("text", "confidence", "seconds", "nod"),
    [
        ("Mm-hmm.", 0.9, 0.4, True),
        ("Mom", 0.26, 0.5, True),
        ("Stop.", 0.55, 0.5, False),
        ("I want a person.", 0.3, 1.2, False),
    ],
)
def test_a_hum_over_the_bot_is_known_by_how_short_and_unsure_it_is(
    text: str, confidence: float, seconds: float, nod: bool
) -> None:
    assert is_backchannel(text, confidence, seconds, None) is nod


@pytest.mark.parametrize("text", ["Ha ha ha!", "Heh.", "Yeah.", "I see.", "All right, sure.", "Oh, okay.", "Uh"])
def test_laughs_and_words_of_listening_are_backchannels(text: str) -> None:
    assert is_backchannel(text, 0.9, 1.0, None)


@pytest.mark.parametrize(
    "text", ["Hello?", "He did.", "I see a mistake.", "Right, cancel it.", "Sure, an agent.", "Stop."]
)
def test_what_says_more_is_none(text: str) -> None:
    assert not is_backchannel(text, 0.9, 1.0, None)


def test_a_short_word_of_which_no_transcript_is_sure_is_no_hum_where_it_sounds_like_words() -> None:
    assert is_backchannel("Mom", 0.3, 0.5, None) and is_backchannel("Mom", 0.3, 0.5, 0.5)
    assert not is_backchannel("Stop", 0.3, 0.5, 0.95)
    assert is_backchannel("Yeah", 0.9, 0.5, 0.95), "words that only tell that someone listens"


def test_a_sound_without_words_is_none_unless_a_transcript_is_sure() -> None:
    assert is_wordless("What?", 0.3, 0.01)
    assert not is_wordless("What?", 0.3, None)
    assert not is_wordless("What?", 0.9, 0.01)
    assert not is_wordless("What?", 0.3, 0.5)
