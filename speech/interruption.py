"""When the bot pauses for a sound over it, and when it goes on: an interruption that can be taken back.

The surer it sounds like words, the sooner the bot pauses. The thresholds change with the seconds of voice over the bot,
because what they have to tell apart does: first clicks, then coughs and knocks, and in the end all of a sound. A pause
is no stop yet: what proves to be no words lets the bot go on, mostly before any transcript could tell.
"""

from typing import Protocol

from speech.sound_kind import KindChances
from speech.vad import Vad

EARLIEST = 0.064
"""Voiced seconds before which nothing pauses the bot: a click lasts one window."""
AT_ONCE = 0.95
"""Chance of an interruption (0..1) that pauses it then: hums begin like words."""
LIKELY_AFTER = 0.15
"""Voiced seconds from which the next chance is enough: with the detector's delay the bot pauses within 250 ms."""
LIKELY = 0.56
"""Chance that pauses it then: some hums pass as well, coughs and knocks hardly."""
TOLD_AFTER = 0.25
"""Voiced seconds from which the kind of sound tells: a word's low beginning is over by then."""
WORDS = 0.6
"""Chance of words that pauses it then."""
AGAIN = 0.85
"""Chance of words that pauses it once more for a sound for which a pause was taken back."""
NO_WORDS = 0.02
"""Chance of words below which a pause is taken back, while the sound goes on."""
OVER = 0.1
"""Seconds of silence after which the sound may be over, and the next chance is asked."""
HARDLY_WORDS = 0.05
"""Chance of words below which a pause is taken back then: what is not sure waits for its transcript."""


class Judged(Protocol):
    """What a sound seems to be by now."""

    @property
    def interruption(self) -> float:
        """Chance (0..1) that in the last quarter of a second someone began to say something."""
        ...

    @property
    def kind(self) -> KindChances:
        """What the whole of the sound is."""
        ...


class InterruptionVad(Vad, Judged, Protocol):
    """A voice detector that also tells words from hums, and both from coughs and other sounds."""


class Interruption:
    """Follows what comes in over the bot: whether the bot must be silent for it, `paused`."""

    def __init__(self) -> None:
        self.paused = self._taken_back = False
        self.words: float | None = None  # chance of words of the last sound over the bot, once it is told

    def hear(self, voiced: float, silence: float, judged: Judged, *, hum_answers: bool = False) -> None:
        """The sound so far: its seconds of voice, those of silence since, and what it seems to be.

        `hum_answers`: a hum counts as words.
        """
        if not voiced:
            self._taken_back = False
            return
        if silence <= OVER:
            self.words = _words(judged, hum_answers) if voiced >= TOLD_AFTER else None
        if silence and self._taken_back:
            return
        if self.paused:
            if self._may_go_on(voiced, silence, _words(judged, hum_answers)):
                self.take_back()
        elif self._taken_back:
            self.paused = (self.words or 0) >= AGAIN
        elif voiced >= TOLD_AFTER:
            self.paused = not silence and (self.words or 0) >= WORDS
        else:
            self.paused = voiced >= EARLIEST and judged.interruption >= required_chance(voiced)

    def take_back(self) -> None:
        """It was nothing: this sound must be surer to pause the bot once more."""
        self.paused, self._taken_back = False, True

    def settle(self) -> None:
        """It was one, and has been dealt with; or nothing is being said that could be interrupted."""
        self.paused = self._taken_back = False
        self.words = None

    def _may_go_on(self, voiced: float, silence: float, words: float) -> bool:
        if silence >= OVER:
            return words < HARDLY_WORDS
        return voiced >= TOLD_AFTER and words < NO_WORDS


def required_chance(voiced: float) -> float:
    """The chance of an interruption that pauses the bot after `voiced` seconds; above 1 before anything may."""
    if voiced < EARLIEST:
        return 2.0
    return AT_ONCE if voiced < LIKELY_AFTER else LIKELY


def _words(judged: Judged, hum_answers: bool) -> float:
    kind = judged.kind
    return kind.words + kind.hum if hum_answers else kind.words
