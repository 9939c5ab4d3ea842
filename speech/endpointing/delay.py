"""How long a silence ends the caller's turn, given what was asked and what was transcribed so far.

People leave each other 0.2 s between turns and pause for longer inside one, so that a single timeout is either slow or
cuts callers off. Here the words shorten it, and so does the chance that the voice sounds finished.
"""

import math
from dataclasses import dataclass

from speech.digit_words import spoken_digits
from speech.endpointing.phrases import (
    ends_in_courtesy,
    ends_in_money,
    ends_in_number,
    has_digit_at_an_end,
    is_punctuated,
    is_single_wish,
    is_unfinished,
    is_yes_or_no,
)
from speech.events import Expectation


@dataclass(frozen=True, slots=True)
class DelayRules:
    """Seconds of silence after the last sound, unless said otherwise; each with its reason."""

    yes_no: float = 0.15
    """A yes or no was asked for and came: "please" may follow, and need not be waited for longer."""
    all_digits: float = 0.125
    """The last digit that was asked for: nothing can follow."""
    all_digits_unsure: float = 1.0
    """As many digits as were asked for, but not surely heard: one may have been made of none."""
    digits_sure: float = 0.6
    """Confidence (0..1) from which they are surely heard."""
    digits_missing: float = 2.0
    """Fewer digits than were asked for: people read numbers out with pauses of a second and more."""
    digits_uncounted: float = 1.5
    """Digits, and nobody knows how many."""
    sentence: float = 0.45
    """An answer that stands by itself: people's own gap is 0.2 s, and their pauses inside are mostly below this."""
    amount: float = 0.8
    """A number: after "four hundred" dollars or cents may follow."""
    unfinished: float = 1.2
    """"Four hundred and", "my, um": more is certain to come."""
    usual: float = 0.6
    """Nothing tells whether it is finished."""
    finished: float = 0.3
    """It surely sounds finished: no sooner, because the early transcription takes as long."""
    finished_odds: float = 2.0
    """Log-odds of having finished from which that holds: 88 %."""
    unsure_odds: float = 0.0
    """Log-odds, 50 %, below which it waits as for an unfinished one; between the two in proportion."""
    broken_off: float = 0.05
    """Chance of having finished (0..1) below which a single word or a courtesy ends nothing.

    Of 70 single words 2 sounded so, and "hang (on)", "next (Friday)", "yes, please (go ahead)" did.
    """
    no_transcript: float = 0.8
    """The early transcript is not there yet, under load: rather late than cut off."""
    no_speech: float = 0.4
    """The transcript is empty, it was no speech: over as soon as that is sure."""


DELAYS = DelayRules()


def end_of_turn_delay(
    rules: DelayRules,
    expect: Expectation,
    text: str | None,
    confidence: float = 1.0,
    end_of_turn: float | None = None,
) -> float:
    """Seconds to wait after the last sound when `text` was transcribed so far (None: not known yet, "": no speech).

    `confidence` (0..1) is the transcript's, `end_of_turn` the chance (0..1) that it sounds finished, None if unknown.
    """
    if not text:
        return _without_words(rules, expect, text)
    if expect.kind == "digits" and (delay := _after_digits(rules, expect.digits, text, confidence)) is not None:
        return delay
    if expect.kind == "yes-no" and is_yes_or_no(text):
        return rules.yes_no
    if is_unfinished(text):
        return rules.unfinished
    if expect.kind == "money" and ends_in_money(text):
        return rules.sentence
    if expect.kind in ("money", "date") and ends_in_number(text):
        return rules.amount
    broken_off = end_of_turn is not None and end_of_turn < rules.broken_off
    if ends_in_courtesy(text) and not broken_off:
        return rules.finished
    if is_single_wish(text) and not broken_off:
        return rules.sentence
    if end_of_turn is not None and expect.kind != "yes-no":  # a yes or no comes sooner than the model was trained for
        return _by_sound(rules, end_of_turn)
    return rules.sentence if is_punctuated(text) else rules.usual


def _without_words(rules: DelayRules, expect: Expectation, text: str | None) -> float:
    if expect.kind == "digits":  # a digit said alone is easily missed
        return rules.digits_missing
    return rules.no_transcript if text is None else rules.no_speech


def _after_digits(rules: DelayRules, count: int | None, text: str, confidence: float) -> float | None:
    """None where the caller said something else than digits."""
    digits = spoken_digits(text, count)
    if digits is None:
        return rules.digits_missing if has_digit_at_an_end(text) else None
    if count is None:
        return rules.digits_uncounted
    if len(digits) < count:
        return rules.digits_missing
    return rules.all_digits if confidence >= rules.digits_sure else rules.all_digits_unsure


def _by_sound(rules: DelayRules, end_of_turn: float) -> float:
    """Between `finished` and `unfinished`, in proportion to the log-odds."""
    chance = min(max(end_of_turn, 1e-6), 1 - 1e-6)
    odds = math.log(chance / (1 - chance))
    doubt = (rules.finished_odds - odds) / (rules.finished_odds - rules.unsure_odds)
    return rules.finished + (rules.unfinished - rules.finished) * min(max(doubt, 0.0), 1.0)
