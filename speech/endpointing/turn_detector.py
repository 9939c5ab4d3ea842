"""Has the caller finished: pure logic over the voice detector, what was asked, and what is heard so far."""

import math
import re
from dataclasses import dataclass
from enum import Enum, auto

from speech.digit_words import UNITS, plain_words, spoken_digits
from speech.events import Expectation
from speech.vad import WINDOW_SECONDS, Hysteresis


@dataclass(frozen=True, slots=True)
class TurnRules:
    """All constants of turn-taking, in seconds unless said, each with its reason."""

    start_probability: float = 0.5  # the detector's own working point: no false speech in silence
    stop_probability: float = 0.35  # lower, so that a fading word is still speech
    onset: float = 0.064  # two windows: a click lasts one
    lead: float = 0.35  # sound kept from before the detector noticed (p90 152 ms late), and a little rest for Whisper
    pause: float = 0.15  # shortest gap at which hearing begins early, for what is heard after 0.3 s; between words
    #                      people pause less
    pause_answer: float = 0.09  # the same where a short answer is expected: three windows, so that a "yes" is heard
    #                             and answered within a quarter of a second; a hearing too early only costs its time
    pause_number: float = 0.06  # the same where enough was said for all the digits: two windows of an idle line, which
    #                             nothing of the last digit outlasts; of 60 PINs one needed more, whatever the pause
    pause_digits: float = 0.8  # the same where too little was said to be all the digits: people pause after each group
    digits_again: float = 0.5  # too few were heard though enough was said: once more, with the last one's whole end
    digit: float = 0.12  # voiced seconds of the shortest digit: fewer than this for each that is expected is too little
    complete: float = 0.15  # a yes: "please" may follow, and need not be waited for longer
    complete_digits: float = 0.125  # the last digit expected: nothing can follow
    sentence: float = (
        0.45  # an answer that stands by itself; people's own gap is 0.2, and pauses inside are mostly below
    )
    usual: float = 0.6  # nothing tells whether it is finished
    ended: float = 0.3  # it surely sounds finished: no later than the early hearing is there
    ended_sure: float = 2.0  # log-odds of having finished from which that holds; 88 %
    ended_doubted: float = 0.0  # 50 %; below these it waits as for an unfinished one; between the two in proportion
    broken_off: float = 0.05  # chance of having finished below which a word or a courtesy ends nothing: of 70 single
    #                           words 2 sounded so, and "hang (on)", "next (Friday)", "yes, please (go ahead)" did
    unheard: float = 0.8  # the early transcript is not there yet (load): rather late than cut off
    unfinished: float = 1.2  # "four hundred and", "my, um": more is certain to come
    amount: float = 0.8  # "four hundred": dollars or cents may follow
    digits_open: float = 1.5  # digits, and nobody knows how many
    digits_short: float = (
        2.0  # fewer digits than were asked for: people read numbers out with pauses of a second and more
    )
    nothing: float = 0.4  # it was no speech: over as soon as that is sure
    guard: float = 8.0  # speech without a pause is heard at this age, lest noise is taken for an endless turn
    longest: float = 25.0  # a turn is over at this age whatever comes: the recogniser takes no more at once
    hum: float = (
        0.6  # over the bot, what is no longer than this and less sure than the next is a hum: "mhm" came back as
    )
    hum_sure: float = 0.4  # "Mom", "Him?" at 0.02-0.37 and 0.35-0.51 s; short words of people at 0.47 and more, but one
    digits_doubted: float = 1.0  # as many as were asked for, but not surely heard: one may have been made of none
    sure: float = 0.6  # confidence from which they are surely heard
    barge_in: float = 0.064  # voiced seconds over the bot before which nothing stops it: a click lasts one window
    barge_in_sure: float = 0.95  # chance of an interruption that stops it then: hums begin like words
    barge_in_likely: float = 0.15  # voiced seconds from which the next chance is enough: with the detector's delay
    barge_in_doubted: float = 0.56  # it stops within 250 ms; some hums pass as well, coughs and knocks hardly
    barge_in_lasting: float = 0.25  # voiced seconds from which the next is asked: what was no interruption by now, and
    barge_in_certain: float = 0.97  # sounds like one a moment, is the second half of a "mhm"
    barge_in_anyhow: float = 1.0  # a hum is shorter than this


DEFAULT_RULES = TurnRules()


class Signal(Enum):
    STARTED = auto()
    PAUSED = auto()  # hear what there is, it may be all
    RESUMED = auto()  # it was not all: what was heard early is of no use
    ENDED = auto()


_YES = "yes yeah yep yup yea sure correct right exactly absolutely definitely affirmative okay ok"
_NO = "no nope nah negative"
_POLITE = "please thanks thank you that's that is it's it i do don't not uh um sir ma'am"
_MORE = "and or but so because if the a an my your to of for with from on in at about is are was i i'd i'm it's that's"
_THINKING = "um uh er erm like well then which who when where what would could can point"
_OPENERS = "hi hello hey thanks sorry look listen"
OPENERS = frozenset(f"{_YES} {_NO} {_OPENERS}".split())
YES_NO_WORDS = frozenset(f"{_YES} {_NO}".split())
POLITE_WORDS = frozenset(_POLITE.split())
OPEN_ENDS = frozenset(f"{_MORE} {_THINKING}".split())
MONEY_DONE = re.compile(
    r"(dollars?|bucks|cents?|\$\s?\d[\d,]*(\.\d\d)?|\d+\.\d\d|all of it|in full|minimum|half)\W*$", re.I
)
# Listening, not interrupting.
BACKCHANNELS = re.compile(r"(m+-?h+m+|m+|hm+|uh-?huh|a+h+|o+h+|right|okay|ok)([\s,.!]+|$)", re.I)
# After a request these end it, however the voice goes; alone, "thanks" may begin another.
COURTESY = re.compile(r"\w\W+(thank you|thanks|please|(good)?bye)\W*$", re.I)
NUMBER_END = re.compile(r"(\d|hundred|thousand|ty|teen)\W*$", re.I)


def end_of_turn_delay(
    rules: TurnRules, expect: Expectation, text: str | None, confidence: float = 1.0, ended: float | None = None
) -> float:
    """How long to wait after the last sound, when `text` is heard so far (None: not known yet, "": no speech).

    `ended` is the chance that it sounds finished, where that is known.
    """
    if text is None:
        return rules.digits_short if expect.kind == "digits" else rules.unheard
    if not text:  # a digit said alone is easily missed
        return rules.digits_short if expect.kind == "digits" else rules.nothing
    if expect.kind == "digits" and (wait := _digits(rules, expect.digits, text, confidence)) is not None:
        return wait
    words = plain_words(text)
    if expect.kind == "yes-no" and is_yes_or_no(text):
        return rules.complete
    if not words or words[-1] in OPEN_ENDS or text.rstrip().endswith((",", "-", "...", "…")):
        return rules.unfinished
    if expect.kind == "money" and MONEY_DONE.search(text):
        return rules.sentence
    if expect.kind in ("money", "date") and NUMBER_END.search(text):
        return rules.amount
    broken_off = ended is not None and ended < rules.broken_off
    if COURTESY.search(text) and not broken_off:
        return rules.ended
    if len(words) == 1 and words[0] not in OPENERS and not broken_off:  # "operator": a wish by itself
        return rules.sentence
    if ended is not None and expect.kind != "yes-no":  # a yes or no is heard sooner than the judge was trained for
        return _by_sound(rules, ended)
    return rules.sentence if text.rstrip().endswith((".", "!", "?")) else rules.usual


def _by_sound(rules: TurnRules, ended: float) -> float:
    chance = min(max(ended, 1e-6), 1 - 1e-6)
    odds = math.log(chance / (1 - chance))
    doubt = (rules.ended_sure - odds) / (rules.ended_sure - rules.ended_doubted)
    return rules.ended + (rules.unfinished - rules.ended) * min(max(doubt, 0.0), 1.0)


def early_transcription_pause(rules: TurnRules, expect: Expectation, voiced: float) -> float:
    """How long a silence after `voiced` seconds of speech makes it worth hearing what there is."""
    if expect.kind == "digits" and expect.digits is not None:
        return rules.pause_number if voiced >= rules.digit * expect.digits else rules.pause_digits
    return rules.pause_answer if expect.kind == "yes-no" else rules.pause


def _digits(rules: TurnRules, count: int | None, text: str, confidence: float) -> float | None:
    digits = spoken_digits(text, count)
    if digits is None:
        return rules.digits_short if _digit_at_an_end(text) else None
    if count is None:
        return rules.digits_open
    if len(digits) < count:
        return rules.digits_short
    return rules.complete_digits if confidence >= rules.sure else rules.digits_doubted


def _digit_at_an_end(text: str) -> bool:
    """Whether a number has begun, or goes on, beside words that may be digits misheard: "4. D-Row"."""
    words = plain_words(text)
    return any(word.isdigit() or word in UNITS for word in (*words[:1], *words[-1:]))


def is_yes_or_no(text: str) -> bool:
    """Whether it is a yes or a no and nothing besides."""
    words = plain_words(text)
    return any(word in YES_NO_WORDS for word in words) and all(
        word in YES_NO_WORDS or word in POLITE_WORDS for word in words
    )


def is_backchannel(rules: TurnRules, text: str, confidence: float, seconds: float) -> bool:
    """Whether what was said over the bot only tells that someone is listening."""
    hummed = seconds <= rules.hum and confidence < rules.hum_sure
    return hummed or not BACKCHANNELS.sub("", text).strip()


class TurnDetector:
    """Follows one voice window by window (32 ms)."""

    def __init__(self, rules: TurnRules) -> None:
        self.rules = rules
        self.expect = Expectation()
        self._voice = Hysteresis(rules.start_probability, rules.stop_probability)
        self._run = 0  # voiced windows in a row
        self._reset()

    def _reset(self) -> None:
        self.active = False
        self.voiced = 0.0  # seconds of speech in this turn
        self.silence = 0.0  # seconds since its last sound
        self._age = self._unbroken = 0.0
        self._paused = self._again = self._guarding = False
        self._text: str | None = None
        self._confidence = 1.0
        self._ended: float | None = None

    def window(self, probability: float) -> Signal | None:
        """What the next window means for the turn."""
        speaking = self._voice(probability)
        self._run = self._run + 1 if speaking else 0
        if not self.active:
            return self._start() if self._onset() else None
        self._age += WINDOW_SECONDS
        if speaking:
            return self._speech()
        self.silence += WINDOW_SECONDS
        self._unbroken = 0.0
        return self._silence()

    def take_early_transcript(self, text: str, confidence: float = 1.0, ended: float | None = None) -> Signal | None:
        """What the early hearing gave. Of use only until RESUMED."""
        if self._guarding:
            return self._guarded(text)
        self._text, self._confidence, self._ended = text, confidence, ended
        return self._silence() if self.silence else None

    def stop(self) -> None:
        """The stream is over, and the turn with it."""
        self._reset()

    def _onset(self) -> bool:
        return self._run * WINDOW_SECONDS >= self.rules.onset

    def _start(self) -> Signal:
        self._reset()
        self.active = True
        self.voiced = self._age = self._unbroken = self._run * WINDOW_SECONDS
        return Signal.STARTED

    def _speech(self) -> Signal | None:
        self.voiced += WINDOW_SECONDS
        self._unbroken += WINDOW_SECONDS
        if self._age >= self.rules.longest:
            return self._end()
        if self._onset():
            self.silence = 0.0
            if self._paused and not self._guarding:
                self._paused, self._again, self._text = False, False, None
                return Signal.RESUMED
        if self._unbroken >= self.rules.guard and not self._paused:
            self._paused = self._guarding = True
            return Signal.PAUSED
        return None

    def _guarded(self, text: str) -> Signal:
        """Speech without a pause was heard: noise ends the turn, words go on for another while."""
        if not text:
            return self._end()
        self._paused = self._guarding = False
        self._unbroken = 0.0
        return Signal.RESUMED

    def _silence(self) -> Signal | None:
        wait = end_of_turn_delay(self.rules, self.expect, self._text, self._confidence, self._ended)
        if self.silence >= wait or self._age >= self.rules.longest:
            return self._end()
        pause = early_transcription_pause(self.rules, self.expect, self.voiced)
        if not self._paused and self.silence >= pause:
            self._paused = True
            return Signal.PAUSED
        if self._worth_another(wait, pause):
            self._again = True
            return Signal.PAUSED
        return None

    def _worth_another(self, wait: float, pause: float) -> bool:
        """All the digits seem to be said, and fewer or none surely were heard."""
        said = self.expect.kind == "digits" and self.expect.digits is not None and pause == self.rules.pause_number
        doubted = self._text is not None and wait >= self.rules.digits_doubted
        return said and doubted and not self._again and self.silence >= self.rules.digits_again

    def _end(self) -> Signal:
        self._reset()
        return Signal.ENDED
