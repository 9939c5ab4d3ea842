"""How loud the caller is on their line, by which people and televisions nearby are known: they are fainter.

Only what comes in over the bot is judged so; while the bot listens the faintest voice is the caller's.
"""

import math
import re

from speech.audio import Samples, power

NEARBY = 12.0
"""dB below the caller's usual level from which a voice is not theirs: a caller's own turns differ by 8 at most."""
LEARNT = 0.5
"""Share of a turn's level in the usual one: who puts the telephone on loudspeaker is known again after two turns."""
FAINTEST = -90.0
"""dBFS of no sound at all."""
CALLS = re.compile(
    r"\b(agents?|person|people|human|somebody|someone|representative|operator|help|stop|wait"
    r"|agente|persona|humano|alguien|representante|operador|operadora|ayuda|pare|espere)\b",
    re.I,
)


class CallerLevel:
    """One caller's usual level, of the loudest window of their turns, in dBFS."""

    def __init__(self) -> None:
        self._usual: float | None = None

    def learn(self, level: float) -> None:
        """A turn of theirs was so loud."""
        self._usual = level if self._usual is None else self._usual + LEARNT * (level - self._usual)

    def is_near(self, level: float) -> bool:
        """Whether a voice so loud may be theirs; anybody's may before they said a thing."""
        return self._usual is None or level > self._usual - NEARBY


def level_of(window: Samples) -> float:
    """dBFS of one window."""
    return max(FAINTEST, 10 * math.log10(power(window) + 1e-12))


def calls_for_someone(text: str) -> bool:
    """Whether a faint voice means the line all the same: who wants a person is never passed over."""
    return CALLS.search(text) is not None
