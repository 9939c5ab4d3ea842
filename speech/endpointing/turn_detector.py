"""Follows one voice window by window (32 ms): a turn starts, pauses, goes on, and ends. All times in seconds."""

from enum import Enum, auto

from speech.endpointing.delay import DELAYS, DelayRules, end_of_turn_delay
from speech.endpointing.early_transcription import (
    PAUSE,
    SECOND_TRY,
    early_transcription_pause,
    may_be_all_digits,
    stirs,
)
from speech.events import Expectation
from speech.vad import WINDOW_SECONDS, Hysteresis

START_PROBABILITY = 0.5
"""The voice detector's own working point: no false speech in silence."""
STOP_PROBABILITY = 0.35
"""Lower, so that a fading word is still speech."""
ONSET = 0.064
"""Speech in a row that starts a turn: two windows, because a click lasts one."""
LEAD = 0.35
"""Sound kept from before: the detector notices late (p90 152 ms), and Whisper wants a little rest before a word."""
LONGEST_UNBROKEN = 8.0
"""Speech without a pause is transcribed at this age, lest noise is taken for an endless turn."""
LONGEST = 25.0
"""A turn is over at this age whatever comes: Whisper takes no more at once."""


class Signal(Enum):
    """What a window means for the turn."""

    STARTED = auto()
    PAUSED = auto()  # transcribe what there is, it may be all; again: what is being transcribed was not
    RESUMED = auto()  # it was not all: the early transcript is of no use
    ENDED = auto()


class TurnDetector:
    """One caller's turns. `expect` is what was asked; set it before the answer begins.

    `window` takes the voice detector's probability of each window in order. After PAUSED the owner transcribes the
    turn so far and gives the result to `take_early_transcript`, unless RESUMED came before.
    """

    def __init__(self, delays: DelayRules = DELAYS) -> None:
        self.expect = Expectation()
        self._delays = delays
        self._voice = Hysteresis(START_PROBABILITY, STOP_PROBABILITY)
        self._run = 0  # voiced windows in a row
        self._reset()

    def _reset(self) -> None:
        self.active = False
        self.voiced = 0.0  # seconds of speech in this turn
        self.silence = 0.0  # seconds since its last sound
        self._age = self._unbroken = 0.0
        self._paused = self._tried_again = self._checks_for_noise = False
        self._levels: list[float] | None = None  # since a hearing was begun before PAUSE, until that is over
        self._text: str | None = None
        self._confidence = 1.0
        self._end_of_turn: float | None = None

    def window(self, probability: float, *, free: bool = False, level: float = 0.0) -> Signal | None:
        """What the next window means for the turn; `probability` (0..1) is that it holds speech, `level` its power.

        `free`: a recogniser has nothing else to do, and so may begin sooner.
        """
        speaking = self._voice(probability)
        self._run = self._run + 1 if speaking else 0
        if not self.active:
            return self._start() if self._onset() else None
        self._age += WINDOW_SECONDS
        if speaking:
            return self._speech()
        self.silence += WINDOW_SECONDS
        self._unbroken = 0.0
        if self._levels is not None:
            self._levels.append(level)
        return self._silence(free=free)

    def take_early_transcript(
        self, text: str, confidence: float = 1.0, end_of_turn: float | None = None
    ) -> Signal | None:
        """What the early transcription gave, which is of use only until RESUMED: what that means for the turn."""
        if self._checks_for_noise:
            return self._checked(text)
        self._text, self._confidence, self._end_of_turn = text, confidence, end_of_turn
        return self._silence() if self.silence else None

    def stop(self) -> None:
        """The stream is over, and the turn with it."""
        self._reset()

    def _onset(self) -> bool:
        return self._run * WINDOW_SECONDS >= ONSET

    def _start(self) -> Signal:
        self._reset()
        self.active = True
        self.voiced = self._age = self._unbroken = self._run * WINDOW_SECONDS
        return Signal.STARTED

    def _speech(self) -> Signal | None:
        self.voiced += WINDOW_SECONDS
        self._unbroken += WINDOW_SECONDS
        if self._age >= LONGEST:
            return self._end()
        if self._onset():
            self.silence = 0.0
            if self._paused and not self._checks_for_noise:
                self._paused, self._tried_again, self._text, self._levels = False, False, None, None
                return Signal.RESUMED
        if self._unbroken >= LONGEST_UNBROKEN and not self._paused:
            self._paused = self._checks_for_noise = True
            return Signal.PAUSED
        return None

    def _checked(self, text: str) -> Signal:
        """Speech without a pause was transcribed: noise ends the turn, words go on for another while."""
        if not text:
            return self._end()
        self._paused = self._checks_for_noise = False
        self._unbroken = 0.0
        return Signal.RESUMED

    def _silence(self, *, free: bool = False) -> Signal | None:
        delay = end_of_turn_delay(self._delays, self.expect, self._text, self._confidence, self._end_of_turn)
        if self.silence >= delay or self._age >= LONGEST:
            return self._end()
        if not self._paused and self.silence >= early_transcription_pause(self.expect, self.voiced, free=free):
            self._paused = True
            self._levels = [] if self.silence < PAUSE and self.expect.kind != "digits" else None
            return Signal.PAUSED
        if self._levels is not None and self.silence >= PAUSE:
            said, self._levels = stirs(self._levels), None
            if said:
                self._text = None
                return Signal.PAUSED
        if self._worth_another_try(delay):
            self._tried_again = True
            return Signal.PAUSED
        return None

    def _worth_another_try(self, delay: float) -> bool:
        """All the digits seem to be said, and fewer or none were surely understood."""
        doubted = self._text is not None and delay >= self._delays.all_digits_unsure
        enough = may_be_all_digits(self.expect, self.voiced)
        return enough and doubted and not self._tried_again and self.silence >= SECOND_TRY

    def _end(self) -> Signal:
        self._reset()
        return Signal.ENDED
