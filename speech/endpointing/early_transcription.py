"""After which pause it is worth transcribing what there is, while the caller may still go on.

A transcript that is there when the turn ends costs the caller no wait; one begun too early costs only its time. So the
pause is as short as it can be without being one between two words. All in seconds.
"""

from collections.abc import Sequence

from speech.events import Expectation

PAUSE = 0.15
"""The shortest gap that is worth it, for a transcript that is there after 0.3 s; between words people pause less."""
PAUSE_FREE = 0.06
"""Where the recogniser has nothing else to do: two windows. What is begun and not wanted then takes nobody's place."""
PAUSE_YES_NO = 0.09
"""Where a short answer is expected: three windows, so that a "yes" is answered within a quarter of a second."""
PAUSE_ALL_DIGITS = 0.06
"""Where enough was said for all the digits: two windows of an idle line, which nothing of the last digit outlasts.

Of 60 PINs one needed more, whatever the pause.
"""
PAUSE_DIGITS_MISSING = 0.8
"""Where too little was said to be all the digits: people pause after each group."""
SECOND_TRY = 0.5
"""Enough was said and too few digits were understood: once more after this, with the last one's whole end."""
IDLE_LEVEL, STIR = 1e-5, 10.0
"""Power of an idle line's noise at most (-50 dBFS), and how much louder than a pause's quietest window a sound is."""
SHORTEST_DIGIT = 0.12
"""Voiced seconds of the shortest digit: fewer than this for each that is expected is too little."""


def early_transcription_pause(expect: Expectation, voiced: float, *, free: bool = False) -> float:
    """Seconds of silence, after `voiced` seconds of speech, that make it worth transcribing what there is.

    `free`: a recogniser would begin at once, and would have nothing to do otherwise.
    """
    if expect.kind == "digits" and expect.digits is not None:
        return PAUSE_ALL_DIGITS if may_be_all_digits(expect, voiced) else PAUSE_DIGITS_MISSING
    if free:
        return PAUSE_FREE
    return PAUSE_YES_NO if expect.kind == "yes-no" else PAUSE


def stirs(levels: Sequence[float]) -> bool:
    """Whether something was said in a pause after all, by its windows' levels (power, 1 is the loudest sine).

    The detector misses the burst of a last "t" or "k" after its closure. An even noise, however loud, is nothing said.
    """
    return bool(levels) and max(levels) > max(IDLE_LEVEL, STIR * min(levels))


def missing_rest(expect: Expectation, silence: float) -> float:
    """Seconds of rest to add to a sound that ends in `silence`, as if it had lasted for PAUSE.

    By a rest of that length the sound's end is judged, and words have room to end. Digits are read without it.
    """
    return 0.0 if expect.kind == "digits" else max(0.0, PAUSE - silence)


def may_be_all_digits(expect: Expectation, voiced: float) -> bool:
    """Whether `voiced` seconds of speech can hold as many digits as were asked for."""
    return expect.kind == "digits" and expect.digits is not None and voiced >= SHORTEST_DIGIT * expect.digits
