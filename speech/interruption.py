"""When the bot stops for a caller who speaks over it: the surer it sounds like words, the sooner.

The thresholds fall and rise with the seconds of voice over the bot, because what they have to tell apart changes: first
clicks, then coughs and knocks, then the second half of a "mhm", and at last nothing.
"""

from typing import Protocol

from speech.vad import Vad

EARLIEST = 0.064
"""Voiced seconds before which nothing stops the bot: a click lasts one window."""
AT_ONCE = 0.95
"""Chance of an interruption (0..1) that stops it then: hums begin like words."""
LIKELY_AFTER = 0.15
"""Voiced seconds from which the next chance is enough: with the detector's delay the bot stops within 250 ms."""
LIKELY = 0.56
"""Chance that stops it then: some hums pass as well, coughs and knocks hardly."""
LASTING_AFTER = 0.25
"""Voiced seconds from which the next chance is asked: words would have been told by now."""
LASTING = 0.97
"""Chance that stops it then: what sounds like words only now is mostly the second half of a "mhm"."""
ALWAYS_AFTER = 1.0
"""Voiced seconds after which it stops whatever the sound is like: a hum is shorter than this."""


class InterruptionVad(Vad, Protocol):
    """A voice detector that also tells an interruption from a hum or a cough."""

    @property
    def interruption(self) -> float:
        """Chance (0..1) that in the last quarter of a second someone began to say something."""
        ...


def is_interruption(voiced: float, vad: InterruptionVad) -> bool:
    """Whether the bot must stop for a caller who has spoken for `voiced` seconds over it."""
    return voiced >= EARLIEST and vad.interruption >= required_chance(voiced)


def required_chance(voiced: float) -> float:
    """The chance of an interruption that stops the bot after `voiced` seconds; above 1 before anything may."""
    if voiced < EARLIEST:
        return 2.0
    if voiced >= ALWAYS_AFTER:
        return 0.0
    if voiced >= LASTING_AFTER:
        return LASTING
    return AT_ONCE if voiced < LIKELY_AFTER else LIKELY
